//! `compare` names every difference of an altered emulator, says who is wrong, and names nothing
//! else.

use std::{path::Path, sync::Arc, time::Duration};

use contract_tests::{
    Answered, Caller, Outcome, Received, Redactor, Sent, Target, Transport, Verdict as Ended,
    compare::{Comparison, Side, Terms, Verdict, Waiver, Waivers, compare_sides, examples, reads},
    fixture::{Fixture, Options, Step, load},
    live::{Class, Rules},
    profiles::i3d_v3::PROFILE,
};
use futures_util::future::BoxFuture;
use http::HeaderValue;
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
            // What is no operation is known by the end of its path.
            let is_meant =
                |meant: &str| name == meant || (sent.route.is_none() && name.ends_with(meant));
            for (_, edit) in self.edits.iter().filter(|(meant, _)| is_meant(meant)) {
                let mut body = received.json();
                edit(&mut received.status, &mut body);
                received.body =
                    if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
                received.headers.remove("content-length");
            }
            Ok(received)
        })
    }
}

/// Does something else to the answers of an operation.
struct Touched {
    inner: Arc<dyn Transport>,
    operation: &'static str,
    touch: fn(&mut Received),
}

impl Transport for Touched {
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered> {
        Box::pin(async {
            let mut received = self.inner.send(sent).await?;
            if sent.name() == self.operation {
                (self.touch)(&mut received);
            }
            Ok(received)
        })
    }
}

fn touched(operation: &'static str, touch: fn(&mut Received)) -> Side {
    Side::Server(Box::new(mock().behind(|inner| Arc::new(Touched { inner, operation, touch }))))
}

pub fn mock() -> Target {
    Target::mock(&PROFILE, 1).expect("an emulator starts")
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
    let loaded = load(&PROFILE, &folder, &filters).expect("the fixtures can be read");
    loaded.into_iter().map(|it| it.fixture.expect("a good fixture")).collect()
}

async fn compared(mock: &Side, truth: &Side, scenarios: &[Fixture]) -> Comparison {
    compared_with(mock, truth, scenarios, false, &Waivers::default()).await
}

async fn compared_in_shape(mock: &Side, truth: &Side, scenarios: &[Fixture]) -> Comparison {
    compared_with(mock, truth, scenarios, true, &Waivers::default()).await
}

async fn compared_with(
    mock: &Side,
    truth: &Side,
    scenarios: &[Fixture],
    shape_only: bool,
    waivers: &Waivers,
) -> Comparison {
    let (options, redactor) = (options(), Redactor::new(&PROFILE, []));
    let terms = Terms { shape_only, options: &options, waivers, redactor: &redactor };
    compare_sides(mock, truth, scenarios, &terms).await
}

/// Verdict, kind, operation and place of each difference.
fn told(comparison: &Comparison) -> Vec<(Verdict, String, &str, &str)> {
    let differences = comparison.differences.iter().map(|(it, _)| it);
    differences
        .map(|it| (it.verdict, it.kind.name(), it.operation.as_str(), it.at.as_str()))
        .collect()
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
    let comparison = compared(&one, &other, &examples(&PROFILE)).await;
    assert_eq!(told(&comparison), []);
    assert_eq!(comparison.run.verdict(), Ended::Holds);
    assert!(comparison.run.requests > 90, "{}", comparison.run.requests);
}

#[tokio::test]
async fn every_seeded_difference_is_named_and_nothing_else() {
    let comparison =
        compared(&altered(&EDITS), &Side::Server(Box::new(mock())), &examples(&PROFILE)).await;
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
    let expected =
        expected.map(|(verdict, kind, operation, at)| (verdict, kind.to_owned(), operation, at));
    assert_eq!(told, expected);
    assert_eq!(comparison.run.verdict(), Ended::Broken);
    let unchecked: Vec<&str> =
        comparison.run.ended(Outcome::Unchecked).map(|case| case.reason.as_str()).collect();
    assert_eq!(unchecked, [""; 0]);
    assert!(comparison.run.requests > 90, "{}", comparison.run.requests);
}

#[tokio::test]
async fn the_guilty_one_is_told_by_the_contract() {
    let bad = [EDITS[6]];
    let good = Side::Server(Box::new(mock()));
    let scenarios = fixtures(&["operating_system"]);
    let verdict =
        async |mock: &Side, truth: &Side| told(&compared(mock, truth, &scenarios).await)[0].0;
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
    let comparison = compared(
        &altered(&lost),
        &Side::Server(Box::new(mock())),
        &fixtures(&["callback_setting"]),
    )
    .await;
    assert_eq!(
        told(&comparison),
        [(Verdict::MockFidelity, "state".to_owned(), "getCallback", "/body/0/url")]
    );
}

#[tokio::test]
async fn an_answer_that_repeats_the_key_is_a_breach() {
    let leaky = touched("getHealth", |received| {
        received.headers.insert("x-key", HeaderValue::from_static(PROFILE.demo_keys.customer));
    });
    let (good, scenarios) = (Side::Server(Box::new(mock())), fixtures(&["health/up"]));
    for (one, other, verdict) in
        [(&leaky, &good, Verdict::MockBug), (&good, &leaky, Verdict::SpecWrongOrApiBug)]
    {
        let comparison = compared(one, other, &scenarios).await;
        assert_eq!(told(&comparison), [(verdict, "contract".to_owned(), "getHealth", "/body")]);
        assert!(
            comparison.differences[0].0.message.contains("C115"),
            "{:?}",
            comparison.differences
        );
    }
}

#[tokio::test]
async fn what_makes_a_scenario_impossible_to_go_on_is_named() {
    let unnamed: [Edit; 1] = [("createSshKey", |_, body| {
        drop(body.pointer_mut("/0").and_then(|it| it.as_object_mut()?.remove("uuid")))
    })];
    let scenarios = fixtures(&["ssh_key/documented"]);
    let comparison =
        compared(&altered(&unnamed), &Side::Server(Box::new(mock())), &scenarios).await;
    assert_eq!(
        told(&comparison),
        [(Verdict::MockBug, "field-removed".to_owned(), "createSshKey", "/body/0/uuid")]
    );
    assert_eq!(comparison.run.verdict(), Ended::Broken);
    // Where both lack it, they are alike, and the rest is not compared.
    let comparison = compared(&altered(&unnamed), &altered(&unnamed), &scenarios).await;
    assert_eq!(
        told(&comparison),
        [(Verdict::SpecDrift, "contract".to_owned(), "createSshKey", "/body/0/uuid")]
    );
}

#[tokio::test]
async fn an_effect_that_only_one_side_has_is_a_difference_of_the_state() {
    let unsent: Edit = ("/_mock/outbox", |_, body| *body = json!([]));
    let kept: Edit = ("deleteFlexMetalTag", |status, _| *status = 500);
    let closed: Edit = ("/pay", |status, _| *status = 500);
    for (edit, fixture, operation, at) in [
        (unsent, "email_confirmation/resend", "resendEmailConfirmation", "/mail"),
        (kept, "account_action_log/newest", "deleteFlexMetalTag", "/cleanup"),
        (closed, "pay/two_invoices", "getAccountInvoicePayPaymentLandings", "/page"),
    ] {
        let (good, bad, scenarios) =
            (Side::Server(Box::new(mock())), altered(&[edit]), fixtures(&[fixture]));
        for (one, other) in [(&bad, &good), (&good, &bad)] {
            let comparison = compared(one, other, &scenarios).await;
            let expected = (Verdict::MockFidelity, "state".to_owned(), operation, at);
            assert!(
                told(&comparison).contains(&expected),
                "{fixture}: {:?}",
                comparison.differences
            );
            assert_eq!(comparison.run.verdict(), Ended::Broken, "{fixture}");
        }
        let comparison = compared(&bad, &altered(&[edit]), &scenarios).await;
        assert!(told(&comparison).iter().all(|it| it.1 != "state"), "{:?}", comparison.differences);
    }
}

#[tokio::test]
async fn recordings_are_a_side_too() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/i3d-v3");
    let recorded = || Side::Recorded {
        profile: &PROFILE,
        folder: folder.clone(),
        fixtures: load(&PROFILE, &folder, &[]).expect("the fixtures can be read"),
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
    let comparison =
        compared(&altered(&EDITS[..1]), &recorded(), &fixtures(&["currency/list"])).await;
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
        let comparison =
            compared_with(&mock, &truth, &scenarios, false, &Waivers(vec![waiver])).await;
        assert_eq!(comparison.differences.len(), 1);
        assert_eq!(comparison.run.verdict(), verdict, "{expires}");
    }
}

#[tokio::test]
async fn servers_with_other_data_are_compared_in_shape() {
    let other_data: [Edit; 4] = [
        ("getCurrencies", |_, body| body[0]["sign"] = "€€".into()),
        ("getFlexMetalTags", |_, body| drop(body.as_array_mut().map(Vec::pop))),
        ("getOperatingsystems", |_, body| {
            body.as_array_mut().into_iter().flatten().for_each(|it| it["id"] = "7".into())
        }),
        ("getCountries", |_, body| {
            body.as_array_mut().into_iter().flatten().for_each(|it| it["more"] = 1.into())
        }),
    ];
    let (mock, truth) = (altered(&other_data), Side::Server(Box::new(mock())));
    let mut scenarios = examples(&PROFILE);
    scenarios.retain(|it| other_data.iter().any(|(operation, _)| it.id.ends_with(operation)));
    let comparison = compared_in_shape(&mock, &truth, &scenarios).await;
    assert_eq!(
        told(&comparison),
        [
            (Verdict::MockBug, "field-added".to_owned(), "getCountries", "/body/*/more"),
            (Verdict::MockBug, "retyped".to_owned(), "getOperatingsystems", "/body/*/id"),
        ]
    );
}

#[tokio::test]
async fn another_type_of_body_is_a_difference_in_values_and_in_shape() {
    let text = touched("getHealth", |received| {
        received.headers.insert("content-type", HeaderValue::from_static("text/plain"));
    });
    let truth = Side::Server(Box::new(mock()));
    let scenarios: Vec<Fixture> =
        examples(&PROFILE).into_iter().filter(|it| it.id.ends_with("/getHealth")).collect();
    let expected = [(Verdict::MockBug, "header".to_owned(), "getHealth", "/headers/content-type")];
    assert_eq!(told(&compared(&text, &truth, &scenarios).await), expected);
    assert_eq!(told(&compared_in_shape(&text, &truth, &scenarios).await), expected);
}

#[tokio::test]
async fn a_slow_answer_is_worth_knowing_and_no_failure() {
    let slow = touched("getHealth", |received| received.took = Duration::from_secs(6));
    let scenarios = fixtures(&["health/up"]);
    let comparison = compared(&Side::Server(Box::new(mock())), &slow, &scenarios).await;
    assert_eq!(comparison.run.verdict(), Ended::Holds);
    let findings: Vec<String> = comparison
        .run
        .cases
        .iter()
        .flat_map(|case| &case.findings)
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        findings,
        ["C114 getHealth: the answer took 6000 ms, more than 5000 (mock, step 1)".to_owned()]
    );
}

#[tokio::test]
async fn no_difference_tells_a_secret() {
    let careless: [Edit; 2] = [
        ("getCurrencies", |_, body| {
            body[0]["rootPassword"] = "hunter2".into();
            body[0]["sign"] = "it is sesame-sesame".into();
            body[1]["more"] = json!({
                "text": "x".repeat(50), "iban": "NL91ABNA0417164300", "password": "sesame-sesame",
            });
        }),
        ("getOperatingsystems", |_, body| body[0]["name"] = "NL91ABNA0417164300".into()),
    ];
    let (mock, truth) = (altered(&careless), Side::Server(Box::new(mock())));
    let mut scenarios = examples(&PROFILE);
    scenarios.retain(|it| careless.iter().any(|(operation, _)| it.id.ends_with(operation)));
    // What the truth has as a secret is not compared, wherever it stands.
    for (one, other, count) in [(&mock, &truth, 4), (&truth, &mock, 3)] {
        let comparison = compared(one, other, &scenarios).await;
        assert_eq!(comparison.differences.len(), count, "{:?}", comparison.differences);
        let table = comparison.table(&Waivers::default(), "2026-11-21".parse().expect("a day"));
        let findings =
            comparison.run.cases.iter().flat_map(|case| &case.findings).map(ToString::to_string);
        for told in findings.chain([table]) {
            for secret in ["hunter2", "NL91ABNA", "sesame-"] {
                assert!(!told.contains(secret), "{secret}: {told}");
            }
        }
    }
}

/// Shows what another customer has: the same API with other data.
struct OfAnother(Arc<dyn Transport>);

impl Transport for OfAnother {
    fn send<'a>(&'a self, sent: &'a Sent) -> BoxFuture<'a, Answered> {
        Box::pin(async {
            let caller = match sent.caller {
                Caller::Customer => Caller::Other,
                other => other,
            };
            self.0.send(&Sent { caller, ..sent.clone() }).await
        })
    }
}

#[tokio::test]
async fn other_data_are_no_difference_in_shape() {
    let other = Side::Server(Box::new(mock().behind(|inner| Arc::new(OfAnother(inner)))));
    let comparison =
        compared_in_shape(&Side::Server(Box::new(mock())), &other, &harmless_reads()).await;
    assert_eq!(told(&comparison), []);
    assert_eq!(comparison.run.verdict(), Ended::Holds);
    let passed = comparison.run.ended(Outcome::Passed).count();
    assert!(passed >= 60, "{passed}");
}

/// What is read of a live API, whose keys may see more than others.
fn harmless_reads() -> Vec<Fixture> {
    let rules = Rules::of(&PROFILE);
    let is_read = |step: &Step| {
        step.operation.as_deref().and_then(|operation| rules.class(operation)) == Some(Class::Read)
    };
    reads(&PROFILE).into_iter().filter(|it| it.steps.iter().all(is_read)).collect()
}
