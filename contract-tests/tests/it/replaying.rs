//! What a replay finds, by which law, and what it does when something goes wrong on the way.

use std::path::PathBuf;

use contract_tests::{
    Case, Exchange, Outcome,
    fixture::{Fixture, Loaded, Options, replay_one},
};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::comparison::{Edit, altered_mock};

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
            "name": name, "operation": "getCallback", "request": { "path": { "callbackSettingId": "{{id}}" } },
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
                "operation": "deleteCallback", "path": { "callbackSettingId": "{{id}}" }, "expect": [204, 404],
            },
        },
        found("read"),
        {
            "name": "delete", "operation": "deleteCallback", "request": { "path": { "callbackSettingId": "{{id}}" } },
            "response": { "status": 204 },
        },
        {
            "name": "gone", "operation": "getCallback", "request": { "path": { "callbackSettingId": "{{id}}" } },
            "response": { "status": 404, "body": { "errorCode": 10001, "errorMessage": "Entity not found", "errors": [] } },
        },
    ])
}

/// Check, operation and place of each finding.
fn codes(case: &Case) -> Vec<(&str, &str, &str)> {
    case.findings.iter().map(|it| (it.check.code, it.operation.as_str(), it.pointer.as_str())).collect()
}

#[tokio::test]
async fn a_good_story_passes() {
    let (case, exchanges) = played(&fixture(story(), json!({})), &[], 0).await;
    assert_eq!((codes(&case), case.outcome, exchanges.len()), (vec![], Outcome::Passed, 4));
}

#[tokio::test]
async fn a_difference_is_found_by_the_law_that_it_breaks() {
    let cases: [(Edit, &str, &str); 4] = [
        (("createCallback", |_, body| body[0]["url"] = "https://other.example".into()), "C601", "/0/url"),
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
        assert!(!case.exchanges.is_empty() && case.replay.contains("replay test/story"), "{}", case.replay);
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
        *body = json!({ "errorCode": 10007, "errorMessage": "Internal server error", "errors": [] });
    })];
    let (case, _) = played(&fixture(steps.clone(), json!({})), &[], 0).await;
    assert_eq!((case.outcome, codes(&case)), (Outcome::Skipped, vec![]));
    assert!(case.reason.contains("`{{nothing}}` stands for nothing"), "{}", case.reason);
    let (case, _) = played(&fixture(steps, json!({})), &refused, 0).await;
    assert_eq!(case.outcome, Outcome::Failed);
    assert!(
        case.findings[0].message.contains("was not undone: deleteCallback answers 500"),
        "{:?}",
        case.findings
    );
}

#[tokio::test]
async fn a_known_difference_is_tolerated_until_its_day() {
    let edit: [Edit; 1] = [("createCallback", |_, body| body[0]["url"] = "https://other.example".into())];
    let known = |at: &str, side: &str| {
        json!({ "known_differences": [{
            "at": at, "side": side, "reason": "not modelled", "owner": "me", "expires": "2026-01-31",
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
        let expired =
            case.findings.iter().any(|it| it.message.contains("a known difference until 2026-01-31"));
        assert_eq!(expired, days == 31);
    }
}

#[tokio::test]
async fn a_fixture_that_nobody_confirmed_for_long_warns_and_then_fails() {
    for (days, outcome, reason) in [
        (89, Outcome::Passed, ""),
        (91, Outcome::Passed, "stale: last confirmed 91 days ago"),
        (181, Outcome::Failed, "expired: last confirmed 181 days ago"),
    ] {
        let (case, _) = played(&fixture(story(), json!({})), &[], days).await;
        assert_eq!((case.outcome, case.reason.as_str()), (outcome, reason));
        assert_eq!(codes(&case).first().map(|it| it.0), (days == 181).then_some("C602"));
    }
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
    assert_eq!((case.outcome, case.reason.as_str()), (Outcome::Skipped, "not emulated: getCallback"));
    let empty = json!({ "requires": [{ "empty": "getSshKeys" }] });
    let (case, exchanges) = played(&fixture(story(), empty), &[], 0).await;
    assert_eq!((case.outcome, exchanges.len()), (Outcome::Skipped, 0));
    assert!(case.reason.contains("the list of getSshKeys to be empty"), "{}", case.reason);
}
