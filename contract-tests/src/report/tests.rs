//! What holds for all reports together: they are complete, they are the same for the same run, and
//! they tell no secret.

use std::{fs, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderValue;
use serde_json::{Value, json};

use super::{Told, sample, write_to};
use crate::{
    core::{
        check,
        examples::examples,
        finding::Finding,
        profile::sample::NOTES,
        redact::Redactor,
        run::{Case, Run, Verdict},
        target::Target,
    },
    fault::{Fault, FaultKind, Faulty},
    profiles::i3d_v3::PROFILE,
    report::{FileArguments, ReportArguments},
};

/// Everything that a run is told as: terminal and annotations, page, JUnit, JSON.
struct Reports {
    out: String,
    page: String,
    junit: String,
    json: String,
}

impl Reports {
    fn of(run: &Run, redactor: impl Fn() -> Redactor) -> Reports {
        Reports::of_several(&[Told { run: run.clone(), redactor: redactor() }])
    }

    fn of_several(runs: &[Told]) -> Reports {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name| Some(folder.path().join("new").join(name));
        let [html, junit, json] = ["page.html", "junit.xml", "run.json"].map(path);
        let arguments =
            ReportArguments { files: FileArguments { html, junit, json }, github: true };
        let mut out = Vec::new();
        write_to(runs, &arguments, &mut out).expect("the folder can be written");
        let read = |path: &Option<_>| fs::read_to_string(path.as_ref().expect("it has a path"));
        let read = |path: &Option<_>| read(path).expect("it was written");
        Reports {
            out: String::from_utf8(out).expect("it is text"),
            page: read(&arguments.files.html),
            junit: read(&arguments.files.junit),
            json: read(&arguments.files.json),
        }
    }

    fn all(&self) -> [(&str, &str); 4] {
        [("out", &self.out), ("page", &self.page), ("junit", &self.junit), ("json", &self.json)]
    }
}

#[test]
fn the_same_run_is_told_in_the_same_words() {
    let (one, two) = (
        Reports::of(&sample::run(), sample::redactor),
        Reports::of(&sample::run(), sample::redactor),
    );
    assert_eq!(one.all(), two.all());
}

#[test]
fn the_page_is_complete_escaped_and_loads_nothing() {
    let Reports { page, .. } = Reports::of(&sample::run(), sample::redactor);
    for part in [
        "The contract is broken",
        "C105",
        "createFlexMetalTag",
        "<mark><span class=\"n\">7</span></mark>",
        "$CONTRACT_API_KEY",
        "contract-tests explore --target mock --seed 7",
        "took 6000 ms",
        "broken.yaml:3: no such operation",
        "not emulated",
        "id=\"coverage\"",
        "a name of &lt;nothing&gt;",
    ] {
        assert!(page.contains(part), "the page lacks {part}");
    }
    assert!(!page.contains("<b>taken"), "the name of a case is not escaped");
    for outside in [" src=", "href=\"http", "@import", "url("] {
        assert!(!page.contains(outside), "the page has {outside}");
    }
    assert!(page.contains("Content-Security-Policy") && page.contains("default-src 'none'"));
    for route in &PROFILE.contract.routes {
        assert!(page.contains(&format!(">{}</button>", route.id)), "the matrix lacks {}", route.id);
    }
}

#[test]
fn the_json_has_everything_for_programs() {
    let Reports { json, .. } = Reports::of(&sample::run(), sample::redactor);
    let report: Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(report["format"], 1);
    assert_eq!(report["verdict"], "broken");
    assert_eq!(report["started_at"], "1970-01-01T00:00:00Z");
    assert_eq!(report["totals"]["failed"], 5);
    let finding = &report["cases"][0]["findings"][0];
    let place = json!({ "step": 0, "half": "response" });
    assert_eq!(
        (&finding["check"], &finding["pointer"], &finding["place"]),
        (&json!("C105"), &json!("/0/tag"), &place)
    );
    assert_eq!(report["cases"][0]["steps"][0]["status"], 200);
    assert_eq!(report["operations"]["createFlexMetalTag"]["statuses"]["200"], 2);
    assert_eq!(report["coverage"]["operations"]["of"], PROFILE.contract.routes.len());
}

#[test]
fn several_apis_are_told_in_one_report() {
    let mut notes = Run::new("replay", &NOTES, "mock", None);
    let bad = Finding::new(&check::GONE, "readNote", "is still there");
    notes.cases.push(Case::passed("Tickets", "a slow answer").with_findings(vec![bad]));
    notes.requests = 4;
    let of_v3 = Told { run: sample::run(), redactor: sample::redactor() };
    let of_notes = Told { run: notes, redactor: Redactor::new(&NOTES, []) };
    let (requests, cases) = (of_v3.run.requests, of_v3.run.cases.len());
    let Reports { out, page, junit, json } = Reports::of_several(&[of_v3, of_notes]);
    let report: Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(report["api"], json!(["i3d-v3", "notes"]));
    assert_eq!((&report["format"], &report["verdict"]), (&json!(1), &json!("broken")));
    assert_eq!(
        (&report["requests"], &report["totals"]["failed"]),
        (&json!(requests + 4), &json!(6))
    );
    assert_eq!(report["cases"][0]["api"], "i3d-v3");
    assert_eq!(report["cases"][cases]["api"], "notes");
    assert!(
        report["operations"]["i3d-v3"]["createFlexMetalTag"].is_object(),
        "{}",
        report["operations"]
    );
    let all = PROFILE.contract.routes.len() + NOTES.contract.routes.len();
    assert_eq!(report["coverage"]["operations"]["of"], all);
    assert!(out.contains("notes: Tickets"), "{out}");
    for suite in ["name=\"i3d-v3: Tickets\"", "name=\"notes: Tickets\""] {
        assert!(junit.contains(suite), "JUnit lacks {suite}");
    }
    for part in ["<h3>i3d-v3</h3>", "<h3>notes</h3>", ">readNote</button>", "notes: Tickets"] {
        assert!(page.contains(part), "the page lacks {part}");
    }
}

#[test]
fn no_secret_is_told() {
    const PASSWORD: &str = "Canary-Password-1";
    const TOKEN: &str = "Canary/Token+2";
    let secrets = [sample::KEY, PASSWORD, TOKEN];
    let encoded = STANDARD.encode(format!("user:{}", sample::KEY));
    let mut login =
        sample::exchange("login", 200, &json!({ "echo": sample::KEY, "password": PASSWORD }));
    login.sent.body =
        json!({ "userName": "demo", "password": PASSWORD, "file": encoded }).to_string().into();
    login.sent.target += &format!(
        "?token={}&q={}",
        crate::core::encode::encode(TOKEN),
        crate::core::encode::encode(sample::KEY)
    );
    login.sent.headers.push(("authorization".to_owned(), format!("Basic {encoded}")));
    login.sent.headers.push(("x-odd".to_owned(), sample::KEY.to_owned()));
    login.received.headers.insert("x-back", HeaderValue::from_static(sample::KEY));
    let mut binary = login.clone();
    binary.sent.body = [&[0, 159, 146, 150], sample::KEY.as_bytes()].concat();
    binary.received.body = [sample::KEY.as_bytes(), &[0, 159]].concat();

    // The text of the first case names what only the exchange of the second reveals.
    let mut run = sample::run();
    let said = format!("{} {PASSWORD} {TOKEN} {encoded}", sample::KEY);
    run.target = format!("https://user:CanaryOfUrl@127.0.0.1:1/{}", sample::KEY);
    run.cases[0].name = said.clone();
    run.cases[0].replay = said.clone();
    run.cases[0].findings[0].message = said.clone();
    run.cases[0].findings[0].pointer = format!("/{}", sample::KEY);
    run.cases[0].exchanges.clear();
    run.cases.push(sample::failed(&said, &check::SCHEMA, "/echo", &said, login));
    run.cases.push(sample::failed("binary", &check::SCHEMA, "", &said, binary));
    for case in &mut run.cases {
        case.reason += &said;
    }
    let told = Reports::of(&run, sample::redactor);
    for (name, text) in told.all() {
        for secret in
            secrets.map(str::to_owned).into_iter().chain([encoded.clone(), "Canary".to_owned()])
        {
            assert!(!text.contains(&secret), "{name} tells {secret}");
        }
        let base64_of_key = STANDARD.encode([&[0, 159, 146, 150], sample::KEY.as_bytes()].concat());
        assert!(!text.contains(&base64_of_key[8..24]), "{name} tells the key in base64");
        assert!(text.contains("secret:1"), "{name} says where a secret was");
    }
}

/// A mock with several faults at once.
fn faulty() -> Target {
    let target = Target::mock(&PROFILE, 1).expect("a mock starts");
    let faults = [
        (
            "getSshKeys",
            FaultKind::Set { at: "/*/createdAt".to_owned(), value: json!("2026-01-01") },
        ),
        ("getTickets", FaultKind::Remove("/*/status".to_owned())),
        ("createFlexMetalTag", FaultKind::Status(500)),
        ("getCurrencies", FaultKind::Media("text/html".to_owned())),
    ];
    faults.into_iter().fold(target, |target, (operation, kind)| {
        let fault = Fault { name: operation.to_owned(), operation: operation.to_owned(), kind };
        target.behind(|inner| Arc::new(Faulty::new(inner, &PROFILE, fault)))
    })
}

#[tokio::test]
async fn a_faulty_server_is_reported_by_operation_and_place() {
    let target = faulty();
    let run = examples("explore", &target, 1).await;
    assert_eq!(run.verdict(), Verdict::Broken);
    let told = Reports::of(&run, || target.redactor());
    for (name, text) in told.all() {
        for part in ["C105", "getSshKeys", "/0/createdAt", "C101", "createFlexMetalTag", "curl -i"]
        {
            assert!(text.contains(part), "{name} lacks {part}");
        }
    }
}
