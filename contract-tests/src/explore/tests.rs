//! An API of other manners is explored like any other: by its profile alone.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderValue};
use serde_json::{Map, Value, json};

use super::{Options, run};
use crate::{
    core::{
        exchange::{Received, Sent},
        profile::sample::{NOTES, route},
        run::{Outcome, Run, Verdict},
        target::Target,
        transport::{Answered, Transport, credentials::Keys},
    },
    fault::{Fault, FaultKind, Faulty},
};

/// Something that the server does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Nothing,
    /// It looks at no key.
    Open,
    /// It looks at no owner.
    Foreign,
    /// It answers success to a removal, and removes nothing.
    Kept,
    /// It forgets a part of what is made.
    Forgetful,
    /// It takes what the contract forbids.
    Lenient,
}

/// The notes by their id, each with the number of its owner.
type Notes = BTreeMap<i64, (i64, Map<String, Value>)>;

/// A server of notes. The harness adds the keys as the transport over HTTP would.
struct Server {
    wrong: Wrong,
    /// The next id.
    ids: AtomicI64,
    notes: Mutex<Notes>,
}

impl Transport for Server {
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered> {
        Box::pin(async move { Ok(self.answer(sent)) })
    }
}

impl Server {
    fn answer(&self, sent: &Sent) -> Received {
        let mut notes = self.notes.lock().expect("nobody panics");
        if sent.target == "/_mock/reset" {
            *notes = first();
            return received(204, None, &Value::Null);
        }
        if sent.method != http::Method::POST {
            let allow = Some(("allow", "POST"));
            return received(405, allow, &json!({ "status": "Error", "msg": "only POST" }));
        }
        let mut sent = sent.clone();
        let keys = Keys::default().or_demo(NOTES.demo_keys);
        if let Some(key) = keys.of(sent.caller) {
            NOTES.credentials.add(&mut sent, key);
        }
        let answer = self.done(&mut notes, &sent);
        let body = match answer {
            Ok(data) => json!({ "status": "Success", "msg": "OK", "data": data }),
            Err(refusal) => json!({ "status": "Error", "msg": refusal }),
        };
        received(200, None, &body)
    }

    fn done(&self, notes: &mut Notes, sent: &Sent) -> Result<Value, String> {
        if sent.target != "/api/notes" {
            return Err("no such path".to_owned());
        }
        let mut body: Value = serde_json::from_slice(&sent.body).map_err(|_| "no JSON")?;
        let owner = match body["apiKey"].as_str() {
            Some("first-key-of-notes") => 1,
            Some("second-key-of-notes") => 2,
            _ if self.wrong == Wrong::Open => 1,
            _ => return Err("access denied".to_owned()),
        };
        let action = body["action"].as_str().unwrap_or_default();
        let route = NOTES.contract.route(action).ok_or("no such action")?;
        let expected = route.body.as_ref().expect("all have a body");
        if let Some(violation) = expected.check(&mut body).violations.first()
            && self.wrong != Wrong::Lenient
        {
            return Err(format!("{} {}", violation.property, violation.message));
        }
        let id = body["noteId"].as_i64().unwrap_or_default();
        let mut content = body.as_object().cloned().unwrap_or_default();
        content.retain(|name, _| ["title", "text"].contains(&name.as_str()));
        let is_own = |of: &i64| *of == owner || self.wrong == Wrong::Foreign;
        let found = notes.get(&id).is_some_and(|(of, _)| is_own(of));
        if !found && !["listNotes", "makeNote"].contains(&route.id.as_str()) {
            return Err("no such note".to_owned());
        }
        Ok(match route.id.as_str() {
            "listNotes" => {
                let own = notes.iter().filter(|(_, (of, _))| *of == owner);
                let own =
                    own.map(|(id, (_, note))| json!({ "noteId": id, "title": note["title"] }));
                json!({ "notes": own.collect::<Vec<_>>() })
            }
            "readNote" => {
                let mut note = notes[&id].1.clone();
                note.insert("noteId".to_owned(), id.into());
                json!({ "note": note })
            }
            "makeNote" => {
                let id = self.ids.fetch_add(1, Ordering::Relaxed);
                if self.wrong == Wrong::Forgetful {
                    content.remove("text");
                }
                notes.insert(id, (owner, content));
                json!({ "noteId": id })
            }
            "editNote" => {
                notes.entry(id).and_modify(|(_, note)| note.extend(content));
                json!({ "noteId": id })
            }
            _ => {
                if self.wrong != Wrong::Kept {
                    notes.remove(&id);
                }
                json!({})
            }
        })
    }
}

fn first() -> Notes {
    let note = |title: &str| Map::from_iter([("title".to_owned(), title.into())]);
    BTreeMap::from([(1, (1, note("first"))), (2, (2, note("of another")))])
}

fn received(status: u16, header: Option<(&'static str, &'static str)>, body: &Value) -> Received {
    let media = ("content-type", "application/json");
    let headers: HeaderMap = [media]
        .into_iter()
        .chain(header)
        .map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_static(value)))
        .collect();
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    Received { status, headers, body, took: Duration::ZERO }
}

fn server(wrong: Wrong) -> Target {
    let server = Server { wrong, ids: AtomicI64::new(100), notes: Mutex::new(first()) };
    let target = Target::in_process(&NOTES, String::new(), Arc::new(()));
    target.behind(|_| Arc::new(server))
}

async fn explored(wrong: Wrong) -> Run {
    run(&server(wrong), &Options { steps: 1_500, ..Options::default() }).await
}

/// What was found, in the order of time.
fn findings(run: &Run) -> Vec<String> {
    run.cases.iter().flat_map(|case| &case.findings).map(ToString::to_string).collect()
}

#[tokio::test]
async fn a_sound_server_has_no_findings() {
    let run = explored(Wrong::Nothing).await;
    assert_eq!(findings(&run), Vec::<String>::new());
    assert_eq!(run.verdict(), Verdict::Holds);
    assert_eq!(run.ended(Outcome::Passed).count(), run.cases.len());
}

#[tokio::test]
async fn what_is_wrong_is_found_by_its_check() {
    for (wrong, check, operation) in [
        (Wrong::Open, "C301", "listNotes"),
        (Wrong::Foreign, "C303", "readNote"),
        (Wrong::Kept, "C403", "dropNote"),
        (Wrong::Forgetful, "C401", "makeNote"),
        (Wrong::Lenient, "C202", "makeNote"),
    ] {
        let run = explored(wrong).await;
        let all = run.cases.iter().flat_map(|case| &case.findings);
        let found = all.into_iter().any(|it| it.check.code == check && it.operation == operation);
        assert!(found, "{wrong:?}: {:#?}", findings(&run));
    }
}

#[tokio::test]
async fn a_fault_before_such_a_server_is_found_too() {
    let another = FaultKind::AlsoToAnother {
        list: "listNotes".to_owned(),
        key: "noteId".to_owned(),
        parameter: "noteId".to_owned(),
    };
    let untitled = ("title".to_owned(), json!("untitled"));
    for (operation, kind, check) in [
        ("dropNote", FaultKind::Noop, "C403"),
        ("dropNote", another, "C408"),
        ("makeNote", FaultKind::Tolerate { member: untitled.0, value: untitled.1 }, "C203"),
        ("makeNote", FaultKind::Twice, "C408"),
        ("listNotes", FaultKind::DoubleRow, "C502"),
        ("listNotes", FaultKind::AdmitStranger, "C301"),
        ("readNote", FaultKind::AdmitOther, "C303"),
    ] {
        let fault = Fault { name: String::new(), operation: operation.to_owned(), kind };
        let told = format!("{fault:?}");
        let server = server(Wrong::Nothing);
        let target = server.behind(|inner| Arc::new(Faulty::new(inner, &NOTES, fault)));
        let run = run(&target, &Options { steps: 1_000, ..Options::default() }).await;
        let all = run.cases.iter().flat_map(|case| &case.findings);
        let found = all.into_iter().any(|it| it.check.code == check && it.operation == operation);
        assert!(found, "{told}: {:#?}", findings(&run));
    }
}

#[test]
fn a_request_names_its_operation_and_its_resource_in_the_body() {
    let read = crate::core::request::Request::example(&NOTES, route("readNote"));
    let sent = read.expect("it has an example").with("noteId", "7").sent(Default::default());
    assert_eq!(sent.target, "/api/notes");
    assert_eq!(sent.json(), json!({ "action": "readNote", "noteId": 7 }));
}
