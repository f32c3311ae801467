//! Faults of an answer alone.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, header};
use serde_json::Value;

use super::FaultKind;
use crate::core::{
    exchange::{Received, Sent},
    profile::{
        ApiProfile,
        refusals::{RefusalKind, Refusals},
    },
};

/// The answer as the fault makes it.
pub(super) fn broken(
    kind: &FaultKind,
    profile: &ApiProfile,
    sent: &Sent,
    mut received: Received,
) -> Received {
    if profile.is_success(&received) {
        good(kind, profile, sent, &mut received);
    } else {
        refusal(kind, &profile.refusals, &mut received);
    }
    received
}

fn good(kind: &FaultKind, profile: &ApiProfile, sent: &Sent, received: &mut Received) {
    let rows = |received: &mut Received, change: fn(&mut Vec<Value>)| {
        edit(received, |body| {
            let list = match sent.route {
                Some(route) => profile.payload_mut(route, body),
                None => Some(body),
            };
            if let Some(rows) = list.and_then(Value::as_array_mut) {
                change(rows);
            }
        });
    };
    match kind {
        FaultKind::Status(status) => received.status = *status,
        FaultKind::Media(media) => {
            let media = HeaderValue::from_str(media).expect("a media type is ASCII");
            received.headers.insert(header::CONTENT_TYPE, media);
        }
        FaultKind::DropHeader(name) => {
            received.headers.remove(name.as_str());
        }
        FaultKind::Slow(seconds) => received.took += Duration::from_secs(*seconds),
        FaultKind::Truncate => received.body.truncate(received.body.len() / 2),
        FaultKind::Body(text) => received.body = text.clone().into_bytes(),
        FaultKind::Remove(at) => {
            edit(received, |body| each(body, at, &mut |object, name| drop(object.remove(name))))
        }
        FaultKind::Set { at, value } => set(received, at, value),
        FaultKind::Echo { at, sent: member } => echo(received, at, sent, member),
        FaultKind::Pretend { member, .. } => echo(received, &format!("/*/{member}"), sent, member),
        FaultKind::Reverse => rows(received, |rows| rows.reverse()),
        FaultKind::DropRow => rows(received, |rows| drop(rows.pop())),
        FaultKind::DoubleRow => rows(received, |rows| rows.extend(rows.first().cloned())),
        _ => {}
    }
}

fn refusal(kind: &FaultKind, refusals: &Refusals, received: &mut Received) {
    match kind {
        FaultKind::RefusalStatus(from, to) if received.status == *from => received.status = *to,
        FaultKind::RefusalCode(code) => {
            edit(received, |body| refusals.set_code(body, (*code).into()))
        }
        FaultKind::RefusalWithout(name) => edit(received, |body| {
            body.as_object_mut().and_then(|body| body.remove(name));
        }),
        FaultKind::RefusalTells(text) => edit(received, |body| refusals.set_message(body, text)),
        FaultKind::DropHeader(name) => {
            received.headers.remove(name.as_str());
        }
        _ => {}
    }
}

/// Shows what was sent as a member, where it was sent.
fn echo(received: &mut Received, at: &str, sent: &Sent, member: &str) {
    if let Some(value) = sent.json().get(member) {
        set(received, at, value);
    }
}

fn set(received: &mut Received, at: &str, value: &Value) {
    edit(received, |body| {
        each(body, at, &mut |object, name| {
            object.insert(name.to_owned(), value.clone());
        });
    });
}

/// Changes a JSON body, and what the headers say of its length.
pub(super) fn edit(received: &mut Received, change: impl FnOnce(&mut Value)) {
    let Ok(mut body) = serde_json::from_slice(&received.body) else { return };
    change(&mut body);
    replace(received, body.to_string().into_bytes());
}

/// Puts another body in the place of the one that came.
pub(super) fn replace(received: &mut Received, body: Vec<u8>) {
    received.headers.remove(header::CONTENT_LENGTH);
    received.body = body;
}

/// Calls `change` with the object that holds the member at a pointer, and with the name of the
/// member.
///
/// `*` stands for every row of a list; in an answer that is one object and no list, it stands for
/// that object.
fn each(
    value: &mut Value,
    at: &str,
    change: &mut dyn FnMut(&mut serde_json::Map<String, Value>, &str),
) {
    let at = at.trim_start_matches('/');
    let Some((head, rest)) = at.split_once('/') else {
        if let Some(object) = value.as_object_mut() {
            change(object, at);
        }
        return;
    };
    match value {
        Value::Array(rows) if head == "*" => {
            rows.iter_mut().for_each(|row| each(row, rest, change))
        }
        Value::Object(_) if head == "*" => each(value, rest, change),
        Value::Array(rows) => {
            if let Some(row) = head.parse::<usize>().ok().and_then(|index| rows.get_mut(index)) {
                each(row, rest, change);
            }
        }
        Value::Object(members) => {
            if let Some(member) = members.get_mut(head) {
                each(member, rest, change);
            }
        }
        _ => {}
    }
}

/// A refusal as the server would answer it.
pub(super) fn refused(profile: &ApiProfile, kind: RefusalKind) -> Received {
    let (status, body) = (profile.refusals.made_up)(kind);
    done(status, &body)
}

/// An answer with this status and JSON body; none where it is `null`.
pub(super) fn done(status: u16, body: &Value) -> Received {
    let mut headers = HeaderMap::new();
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    if !body.is_empty() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Received { status, headers, body, took: Duration::ZERO }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, Method};
    use serde_json::json;

    use super::*;
    use crate::{core::exchange::Caller, profiles::i3d_v3::PROFILE};

    fn after(kind: &FaultKind, status: u16, body: &Value) -> (u16, Value) {
        let sent = Sent {
            route: None,
            caller: Caller::Customer,
            method: Method::POST,
            target: "/".to_owned(),
            headers: Vec::new(),
            body: json!({ "name": "sent" }).to_string().into_bytes(),
        };
        let body = body.to_string().into_bytes();
        let received = Received { status, headers: HeaderMap::new(), body, took: Duration::ZERO };
        let broken = broken(kind, &PROFILE, &sent, received);
        (broken.status, broken.json())
    }

    #[test]
    fn rows_and_members_change_where_the_pointer_says() {
        let body = json!([{ "id": 1, "name": "a" }, { "id": 2, "name": "b" }]);
        let removed = after(&FaultKind::Remove("/*/name".into()), 200, &body);
        assert_eq!(removed, (200, json!([{ "id": 1 }, { "id": 2 }])));
        let set = after(&FaultKind::Set { at: "/1/name".into(), value: json!(7) }, 200, &body);
        assert_eq!(set.1[1]["name"], 7);
        let echo = after(
            &FaultKind::Echo { at: "/*/id".into(), sent: "name".into() },
            200,
            &json!({ "id": 1 }),
        );
        assert_eq!(echo.1, json!({ "id": "sent" }));
        assert_eq!(after(&FaultKind::Reverse, 200, &body).1[0]["id"], 2);
        assert_eq!(after(&FaultKind::DropRow, 200, &body).1, json!([body[0]]));
        assert_eq!(after(&FaultKind::DoubleRow, 200, &body).1, json!([body[0], body[1], body[0]]));
    }

    #[test]
    fn refusals_change_and_good_answers_do_not() {
        let refused = json!({ "errorCode": 10001, "errorMessage": "no", "errors": [] });
        assert_eq!(after(&FaultKind::RefusalStatus(404, 200), 404, &refused).0, 200);
        assert_eq!(after(&FaultKind::RefusalStatus(404, 200), 422, &refused).0, 422);
        assert_eq!(after(&FaultKind::RefusalCode(1), 404, &refused).1["errorCode"], 1);
        assert!(
            after(&FaultKind::RefusalWithout("errors".into()), 404, &refused)
                .1
                .get("errors")
                .is_none()
        );
        assert_eq!(after(&FaultKind::RefusalCode(1), 200, &json!({})), (200, json!({})));
    }
}
