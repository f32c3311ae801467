//! `compare` names every difference of an altered emulator, says who is wrong, and names nothing else.

use std::{path::Path, sync::Arc};

use contract_tests::{
    Answered, Sent, Target, Transport, Verdict as Ended,
    compare::{Comparison, Depth, Side, Verdict, Waiver, Waivers, compare_sides, examples},
    fixture::{Fixture, Options, load},
    suites::i3d_v3::SUITE,
};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Changes the answers of some operations.
pub struct Altered {
    pub inner: Arc<dyn Transport>,
    pub edits: Vec<Edit>,
}

/// What is done to the answer of an operation.
pub type Edit = (&'static str, fn(&mut u16, &mut Value));

impl Transport for Altered {
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered> {
        Box::pin(async {
            let mut received = self.inner.send(sent).await?;
            let name = sent.name();
            for (_, edit) in self.edits.iter().filter(|(operation, _)| *operation == name) {
                let mut body = received.json();
                edit(&mut received.status, &mut body);
                received.body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
                received.headers.remove("content-length");
            }
            Ok(received)
        })
    }
}

pub fn mock() -> Target {
    Target::mock(&SUITE, 1).expect("an emulator starts")
}

fn altered(edits: &[Edit]) -> Side {
    Side::Server(Box::new(altered_mock(edits)))
}

pub fn altered_mock(edits: &[Edit]) -> Target {
    let edits = edits.to_vec();
    mock().behind(|inner| Arc::new(Altered { inner, edits }))
}

fn options() -> Options {
    Options { run: "run7c".to_owned(), now: Timestamp::now() }
}

fn fixtures(filters: &[&str]) -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/i3d-v3");
    let filters: Vec<String> = filters.iter().map(|it| (*it).to_owned()).collect();
    let loaded = load(&SUITE, &folder, &filters).expect("the fixtures can be read");
    loaded.into_iter().map(|it| it.fixture.expect("a good fixture")).collect()
}

async fn compared(mock: &Side, truth: &Side, scenarios: &[Fixture]) -> Comparison {
    let depth = Depth { shape_only: false };
    compare_sides(mock, truth, scenarios, &depth, &options(), &Waivers::default()).await
}

/// Verdict, kind, operation and place of each difference.
fn told(comparison: &Comparison) -> Vec<(Verdict, String, &str, &str)> {
    let differences = comparison.differences.iter().map(|(it, _)| it);
    differences.map(|it| (it.verdict, it.kind_name(), it.operation.as_str(), it.at.as_str())).collect()
}

const EDITS: [Edit; 9] = [
    ("getCurrencies", |_, body| body[0]["sign"] = "€€".into()),
    ("getCountries", |_, body| body[0]["more"] = true.into()),
    ("getSshKeys", |_, body| drop(body[0].as_object_mut().map(|it| it.remove("name")))),
    ("getTicketsCategories", |_, body| body.as_array_mut().into_iter().for_each(|it| it.reverse())),
    ("getFlexMetalTags", |_, body| drop(body.as_array_mut().map(Vec::pop))),
    ("getCalcLocations", |status, body| {
        *status = 403;
        *body = json!({ "errorCode": 10003, "errorMessage": "No access to entity", "errors": [] });
    }),
    ("getOperatingsystems", |_, body| body[0]["id"] = "7".into()),
    ("getHealth", |_, body| body["status"] = "FAIL".into()),
    ("getTicket", |_, body| body["status"] = "lost".into()),
];

#[tokio::test]
async fn an_emulator_is_like_itself() {
    let (one, other) = (Side::Server(Box::new(mock())), Side::Server(Box::new(mock())));
    let comparison = compared(&one, &other, &examples(&SUITE)).await;
    assert_eq!(told(&comparison), []);
    assert_eq!(comparison.run.verdict(), Ended::Holds);
    assert!(comparison.run.requests > 90, "{}", comparison.run.requests);
}

#[tokio::test]
async fn every_seeded_difference_is_named_and_nothing_else() {
    let comparison = compared(&altered(&EDITS), &Side::Server(Box::new(mock())), &examples(&SUITE)).await;
    let mut told = told(&comparison);
    told.sort_by_key(|it| it.2);
    let expected = [
        (Verdict::MockFidelity, "status", "getCalcLocations", "/status"),
        (Verdict::MockBug, "field-added", "getCountries", "/body/0/more"),
        (Verdict::MockFidelity, "value", "getCurrencies", "/body/0/sign"),
        (Verdict::MockFidelity, "count", "getFlexMetalTags", "/body"),
        (Verdict::MockFidelity, "value", "getHealth", "/body/status"),
        (Verdict::MockBug, "retyped", "getOperatingsystems", "/body/0/id"),
        (Verdict::MockBug, "field-removed", "getSshKeys", "/body/0/name"),
        (Verdict::MockFidelity, "value", "getTicket", "/body/status"),
        (Verdict::MockFidelity, "order", "getTicketsCategories", "/body"),
    ];
    let expected = expected.map(|(verdict, kind, operation, at)| (verdict, kind.to_owned(), operation, at));
    assert_eq!(told, expected);
    assert_eq!(comparison.run.verdict(), Ended::Broken);
}

#[tokio::test]
async fn the_guilty_one_is_told_by_the_contract() {
    let bad = [EDITS[6]];
    let good = Side::Server(Box::new(mock()));
    let scenarios = fixtures(&["operating_system"]);
    let verdict = async |mock: &Side, truth: &Side| told(&compared(mock, truth, &scenarios).await)[0].0;
    assert_eq!(verdict(&altered(&bad), &good).await, Verdict::MockBug);
    assert_eq!(verdict(&good, &altered(&bad)).await, Verdict::SpecWrongOrApiBug);
    assert_eq!(verdict(&altered(&bad), &altered(&bad)).await, Verdict::SpecDrift);
    let other: [Edit; 1] = [("getOperatingsystems", |_, body| body[0]["id"] = true.into())];
    assert_eq!(verdict(&altered(&bad), &altered(&other)).await, Verdict::Unknown);
    let widened: [Edit; 1] = [("getHealth", |_, body| body["status"] = "WAITING".into())];
    let comparison = compared(&good, &altered(&widened), &fixtures(&["health/up"])).await;
    assert_eq!(
        told(&comparison),
        [(Verdict::SpecWrongOrApiBug, "enum-widened".to_owned(), "getHealth", "/body/status")]
    );
}

#[tokio::test]
async fn a_write_that_is_lost_is_a_difference_of_the_state() {
    let lost: [Edit; 1] = [("getCallback", |status, body| {
        if *status == 200 {
            body[0]["url"] = "https://elsewhere.example".into();
        }
    })];
    let comparison =
        compared(&altered(&lost), &Side::Server(Box::new(mock())), &fixtures(&["callback_setting"])).await;
    assert_eq!(
        told(&comparison),
        [(Verdict::MockFidelity, "state".to_owned(), "getCallback", "/body/0/url")]
    );
}

#[tokio::test]
async fn recordings_are_a_side_too() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/i3d-v3");
    let recorded = || Side::Recorded {
        suite: &SUITE,
        folder: folder.clone(),
        fixtures: load(&SUITE, &folder, &[]).expect("the fixtures can be read"),
    };
    let all = fixtures(&[]);
    for (mock, truth) in [
        (Side::Server(Box::new(mock())), recorded()),
        (recorded(), Side::Server(Box::new(mock()))),
        (recorded(), recorded()),
    ] {
        let comparison = compared(&mock, &truth, &all).await;
        assert_eq!(told(&comparison), [], "{} as {}", mock.name(), truth.name());
        assert_eq!(comparison.run.verdict(), Ended::Holds);
    }
    let comparison = compared(&altered(&EDITS[..1]), &recorded(), &fixtures(&["currency/list"])).await;
    assert_eq!(
        told(&comparison),
        [(Verdict::MockFidelity, "value".to_owned(), "getCurrencies", "/body/0/sign")]
    );
}

#[tokio::test]
async fn a_waived_difference_is_told_and_does_not_fail() {
    let (mock, truth, scenarios) =
        (altered(&EDITS[..1]), Side::Server(Box::new(mock())), fixtures(&["currency/list"]));
    let fingerprint = compared(&mock, &truth, &scenarios).await.differences[0].0.fingerprint();
    for (expires, verdict) in [("2999-01-01", Ended::Holds), ("2020-01-01", Ended::Broken)] {
        let waiver = Waiver {
            fingerprint: fingerprint.clone(),
            reason: "not modelled".to_owned(),
            owner: "somebody".to_owned(),
            expires: expires.parse().expect("a day"),
        };
        let (depth, waivers) = (Depth { shape_only: false }, Waivers(vec![waiver]));
        let comparison = compare_sides(&mock, &truth, &scenarios, &depth, &options(), &waivers).await;
        assert_eq!(comparison.differences.len(), 1);
        assert_eq!(comparison.run.verdict(), verdict, "{expires}");
    }
}

#[tokio::test]
async fn servers_with_other_data_are_compared_in_shape() {
    let depth = Depth { shape_only: true };
    let other_data: [Edit; 3] = [
        ("getCurrencies", |_, body| body[0]["sign"] = "€€".into()),
        ("getFlexMetalTags", |_, body| drop(body.as_array_mut().map(Vec::pop))),
        ("getOperatingsystems", |_, body| {
            body.as_array_mut().into_iter().flatten().for_each(|it| it["id"] = "7".into())
        }),
    ];
    let (mock, truth) = (altered(&other_data), Side::Server(Box::new(mock())));
    let mut scenarios = examples(&SUITE);
    scenarios.retain(|it| other_data.iter().any(|(operation, _)| it.id.ends_with(operation)));
    let comparison = compare_sides(&mock, &truth, &scenarios, &depth, &options(), &Waivers::default()).await;
    assert_eq!(
        told(&comparison),
        [(Verdict::MockBug, "retyped".to_owned(), "getOperatingsystems", "/body/*/id")]
    );
}
