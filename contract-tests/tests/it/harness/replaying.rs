//! What a replay finds, by which law, and what it does when something goes wrong on the way.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use contract_tests::{
    Answered, Case, Exchange, Finding, Keys, Outcome, Sent, Target, Transport,
    fixture::{Fixture, Loaded, Options, replay_one},
    live::{ResolvedServer, TargetKind},
    profiles::i3d_v3::PROFILE,
};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::comparison::{Edit, altered_mock, mock};

const DAY: i64 = 86_400;

/// A fixture of these steps.
fn fixture(steps: Value, more: Value) -> Loaded {
    let mut fixture = json!({
        "fixture": 1,
        "id": "test/story",
        "title": "a test",
        "provenance": {
            "source": "observed", "base": "a test", "recorder": "by hand", "valid_for": "90d",
            "recorded_at": "2026-01-01T00:00:00Z", "last_validated_at": "2026-01-01T00:00:00Z",
        },
        "steps": steps,
    });
    fixture.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let fixture: Fixture = serde_json::from_value(fixture).expect("a fixture");
    Loaded { id: fixture.id.clone(), path: PathBuf::new(), fixture: Ok(fixture) }
}

async fn played(loaded: &Loaded, edits: &[Edit], days: i64) -> (Case, Vec<Exchange>) {
    let now = Timestamp::from_second(1_767_225_600 + days * DAY + 1).unwrap();
    replay_one(&altered_mock(edits), loaded, &Options { run: "r1".to_owned(), now }).await
}

/// The story of a callback, as it is without any fault.
fn story() -> Value {
    let callback = json!([{ "id": "<int>", "url": "https://hooks.example/r1" }]);
    let rules = json!({ "/0/id": { "ref": "callback-1", "type": "int" } });
    let found = |name: &str| {
        json!({
            "name": name, "operation": "getCallback",
            "request": { "path": { "callbackSettingId": "{{id}}" } },
            "response": { "status": 200, "body": callback, "rules": rules },
        })
    };
    json!([
        {
            "name": "set", "operation": "createCallback",
            "request": { "body": { "url": "https://hooks.example/{{run}}" } },
            "response": { "status": 200, "body": callback, "rules": rules },
            "capture": { "id": "/0/id" },
            "cleanup": {
                "operation": "deleteCallback", "path": { "callbackSettingId": "{{id}}" },
                "expect": [204, 404],
            },
        },
        found("read"),
        {
            "name": "delete", "operation": "deleteCallback",
            "request": { "path": { "callbackSettingId": "{{id}}" } },
            "response": { "status": 204 },
        },
        {
            "name": "gone", "operation": "getCallback",
            "request": { "path": { "callbackSettingId": "{{id}}" } },
            "response": {
                "status": 404,
                "body": { "errorCode": 10001, "errorMessage": "Entity not found", "errors": [] },
            },
        },
    ])
}

/// Check, operation and place of each finding.
fn codes(case: &Case) -> Vec<(&str, &str, &str)> {
    case.findings
        .iter()
        .map(|it| (it.check.code, it.operation.as_str(), it.pointer.as_str()))
        .collect()
}

#[tokio::test]
async fn a_good_story_passes() {
    let (case, exchanges) = played(&fixture(story(), json!({})), &[], 0).await;
    assert_eq!((codes(&case), case.outcome, exchanges.len()), (vec![], Outcome::Passed, 4));
}

#[tokio::test]
async fn a_difference_is_found_by_the_law_that_it_breaks() {
    let cases: [(Edit, &str, &str); 4] = [
        (
            ("createCallback", |_, body| body[0]["url"] = "https://other.example".into()),
            "C601",
            "/0/url",
        ),
        (
            ("getCallback", |status, body| {
                if *status == 200 {
                    body[0]["url"] = "https://other.example".into();
                }
            }),
            "C401",
            "/0/url",
        ),
        (
            ("getCallback", |status, body| {
                if *status == 404 {
                    *status = 200;
                    *body = json!([{ "id": 1, "url": "https://hooks.example/r1" }]);
                }
            }),
            "C403",
            "",
        ),
        (("createCallback", |_, body| body[0]["id"] = "7".into()), "C105", "/0/id"),
    ];
    for (edit, code, pointer) in cases {
        let (case, exchanges) = played(&fixture(story(), json!({})), &[edit], 0).await;
        let (found, operation, at) = codes(&case)[0];
        assert_eq!((found, operation, at), (code, edit.0, pointer), "{:?}", case.findings);
        assert_eq!(case.outcome, Outcome::Failed);
        assert!(!case.exchanges.is_empty());
        assert!(exchanges.len() >= 2);
    }
}

#[tokio::test]
async fn what_was_made_is_undone_although_a_step_failed() {
    let mut steps = story();
    steps.as_array_mut().unwrap().truncate(2);
    steps[1]["request"]["path"]["callbackSettingId"] = "{{nothing}}".into();
    let refused: [Edit; 1] = [("deleteCallback", |status, body| {
        *status = 500;
        *body =
            json!({ "errorCode": 10007, "errorMessage": "Internal server error", "errors": [] });
    })];
    let (case, exchanges) = played(&fixture(steps.clone(), json!({})), &[], 0).await;
    assert_eq!((codes(&case), exchanges.len()), (vec![("C601", "getCallback", "")], 1));
    assert!(
        case.findings[0].message.contains("`{{nothing}}` stands for nothing"),
        "{:?}",
        case.findings
    );
    let (case, _) = played(&fixture(steps, json!({})), &refused, 0).await;
    assert_eq!(case.outcome, Outcome::Failed);
    let told = |it: &Finding| it.message.contains("was not undone: deleteCallback answers 500");
    assert!(case.findings.iter().any(told), "{:?}", case.findings);
}

#[tokio::test]
async fn what_later_steps_need_and_did_not_come_is_a_difference() {
    let mut steps = story();
    steps[0].as_object_mut().unwrap().remove("response");
    let nameless: [Edit; 1] =
        [("createCallback", |_, body| drop(body[0].as_object_mut().unwrap().remove("id")))];
    let empty: [Edit; 1] = [("createCallback", |_, body| *body = json!([]))];
    for edit in [nameless, empty] {
        let (case, exchanges) = played(&fixture(steps.clone(), json!({})), &edit, 0).await;
        assert_eq!((case.outcome, exchanges.len()), (Outcome::Failed, 1), "{:?}", case.findings);
        let (first, last) = (&case.findings[0], case.findings.last().unwrap());
        assert_eq!(first.operation, "createCallback");
        assert!(["/0/id", "/0"].contains(&first.pointer.as_str()), "{first}");
        let lost = "was not undone: deleteCallback: `{{id}}` stands for nothing here";
        assert_eq!((last.check.code, last.message.as_str()), ("C601", lost));
    }
    let (case, _) = played(&fixture(steps, json!({})), &empty, 0).await;
    assert_eq!(codes(&case)[0], ("C601", "createCallback", "/0/id"));
    assert!(
        case.findings[0]
            .message
            .contains("is missing, and later steps need it as `id` (step 1, set)")
    );
}

#[tokio::test]
async fn a_mail_without_what_later_steps_need_is_a_difference() {
    let steps = |pointer: &str| {
        json!([
            {
                "operation": "resendEmailConfirmation", "as": "nobody",
                "request": { "body": { "email": "billing@lighthouse.example" } },
            },
            {
                "mail": { "to": "billing@lighthouse.example", "kind": "email-confirmation" },
                "capture": { "hash": pointer },
            },
        ])
    };
    let (case, _) = played(&fixture(steps("/values/hash"), json!({})), &[], 0).await;
    assert_eq!(codes(&case), []);
    let (case, _) = played(&fixture(steps("/values/hsah"), json!({})), &[], 0).await;
    assert_eq!(codes(&case), [("C601", "resendEmailConfirmation", "")]);
    let told =
        "the mail of the kind email-confirmation has nothing at /values/hsah that could be `hash`";
    assert!(case.findings[0].message.contains(told), "{:?}", case.findings);
}

#[tokio::test]
async fn a_known_difference_is_tolerated_until_its_day() {
    let edit: [Edit; 1] =
        [("createCallback", |_, body| body[0]["url"] = "https://other.example".into())];
    let known = |at: &str, side: &str| {
        json!({ "known_differences": [{
            "at": at, "side": side, "reason": "not modelled", "owner": "me",
            "expires": "2026-01-31",
        }] })
    };
    let place = "/steps/0/response/body/*/url";
    for (known, days, outcome) in [
        (known(place, "mock"), 0, Outcome::Passed),
        (known(place, "mock"), 31, Outcome::Failed),
        (known(place, "real"), 0, Outcome::Failed),
        (known("/steps/1/response/body/*/url", "mock"), 0, Outcome::Failed),
    ] {
        let (case, _) = played(&fixture(story(), known), &edit, days).await;
        assert_eq!(case.outcome, outcome, "{days}: {:?}", case.findings);
        let expired = case
            .findings
            .iter()
            .any(|it| it.message.contains("a known difference until 2026-01-31"));
        assert_eq!(expired, days == 31);
    }
}

#[tokio::test]
async fn a_fixture_that_nobody_confirmed_for_long_warns_and_then_fails() {
    for (days, outcome, found) in [
        (89, Outcome::Passed, None),
        (
            91,
            Outcome::Passed,
            Some(("stale: last confirmed 91 days ago against a published capture", false)),
        ),
        (
            181,
            Outcome::Failed,
            Some(("expired: last confirmed 181 days ago against a published capture", true)),
        ),
    ] {
        let (case, _) = played(&fixture(story(), json!({})), &[], days).await;
        assert_eq!((case.outcome, case.findings.len()), (outcome, usize::from(found.is_some())));
        let of_case =
            case.findings.first().map(|it| (it.check.code, it.message.clone(), it.is_error()));
        let found =
            found.map(|(words, breaks)| ("C602", format!("of the fixture is {words}"), breaks));
        assert_eq!(of_case, found);
    }
}

#[tokio::test]
async fn a_fixture_of_a_day_to_come_is_not_believed() {
    let (case, exchanges) = played(&fixture(story(), json!({})), &[], -2).await;
    assert_eq!((case.outcome, exchanges.len()), (Outcome::Unchecked, 0));
    assert!(
        case.reason.contains("`last_validated_at`, 2026-01-01T00:00:00Z, is still to come"),
        "{}",
        case.reason
    );
}

/// A target that counts as live; what is sent to it is answered by an emulator, and counted.
async fn live() -> (Target, Arc<AtomicUsize>) {
    let (base, host) = ("https://api.example".to_owned(), "api.example".to_owned());
    let place = ResolvedServer {
        base,
        host,
        address: ([192, 0, 2, 1], 443).into(),
        kind: TargetKind::Live,
    };
    let (count, inner) = (Arc::new(AtomicUsize::new(0)), mock());
    let target = Target::at(&PROFILE, &place, Keys::default()).await.unwrap();
    let counted = Arc::clone(&count);
    (target.behind(|_| Arc::new(Counted { inner, count: counted })), count)
}

struct Counted {
    inner: Target,
    count: Arc<AtomicUsize>,
}

impl Transport for Counted {
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered> {
        self.count.fetch_add(1, Ordering::Relaxed);
        Box::pin(self.inner.send(sent))
    }
}

#[tokio::test]
async fn on_a_live_api_only_what_reads_is_played() {
    let (target, sent) = live().await;
    let options = Options { run: "r1".to_owned(), now: "2026-01-02T00:00:00Z".parse().unwrap() };
    let read = |more: Value| {
        let mut step = json!({ "operation": "getCurrencies" });
        step.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        step
    };
    let key = json!({ "operation": "getAccountApiKeys" });
    let undone = json!({ "cleanup": { "operation": "logout", "expect": [204] } });
    for (steps, reason) in [
        (story(), "live: createCallback is write-free, and only reads are played"),
        (
            json!([read(json!({})), key]),
            "live: getAccountApiKeys is read-secret, and only reads are played",
        ),
        (json!([read(undone)]), "live: logout is irreversible, and only reads are played"),
        (
            json!([read(json!({ "as": "nobody" }))]),
            "live: getCurrencies is called without the key of the customer",
        ),
        (
            json!([read(json!({ "request": { "method": "PUT" } }))]),
            "live: getCurrencies is called with the method PUT",
        ),
        (
            json!([{ "operation": "getSshKey", "request": { "path": { "uuid": "1" } } }]),
            "live: getSshKey is about `1`, which no answer has shown",
        ),
    ] {
        let (case, _) = replay_one(&target, &fixture(steps, json!({})), &options).await;
        assert_eq!(
            (case.outcome, sent.load(Ordering::Relaxed)),
            (Outcome::Skipped, 0),
            "{}",
            case.reason
        );
        assert!(case.reason.starts_with(reason), "{}", case.reason);
    }
    let (case, _) =
        replay_one(&target, &fixture(json!([read(json!({}))]), json!({})), &options).await;
    assert_eq!(
        (case.outcome, sent.load(Ordering::Relaxed)),
        (Outcome::Passed, 1),
        "{}",
        case.reason
    );
}

#[tokio::test]
async fn a_fixture_that_breaks_the_contract_of_today_is_stale() {
    let mut steps = story();
    steps[1]["response"]["body"][0]["url"] = 7.into();
    let (case, _) = played(&fixture(steps, json!({})), &[], 0).await;
    assert_eq!(codes(&case)[0], ("C602", "getCallback", "/0/url"));
    assert!(case.findings[0].message.contains("of the fixture, step 2"), "{:?}", case.findings);
}

#[tokio::test]
async fn what_the_target_does_not_do_is_skipped() {
    let edit: [Edit; 1] = [("getCallback", |status, body| {
        *status = 501;
        *body = json!({ "errorCode": 10000, "errorMessage": "not yet", "errors": [] });
    })];
    let (case, _) = played(&fixture(story(), json!({})), &edit, 0).await;
    assert_eq!(
        (case.outcome, case.reason.as_str()),
        (Outcome::Skipped, "not emulated: getCallback")
    );
    let empty = json!({ "requires": [{ "empty": "getSshKeys" }] });
    let (case, exchanges) = played(&fixture(story(), empty), &[], 0).await;
    assert_eq!((case.outcome, exchanges.len()), (Outcome::Skipped, 0));
    assert!(case.reason.contains("the list of getSshKeys to be empty"), "{}", case.reason);
}
