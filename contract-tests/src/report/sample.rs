//! A run for the tests of the reports: it has one of everything, and always the same.

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::document::Document;
use crate::{
    core::{
        check::{self, Check},
        exchange::{Caller, Exchange, Received, Sent},
        finding::Finding,
        redact::Redactor,
        request::Request,
        run::{Case, Outcome, Run},
        secret::Secret,
    },
    profiles::i3d_v3::PROFILE,
};

/// The key of the customer, which may stand in no report.
pub const KEY: &str = "CanaryKey/+0123456789";

/// An exchange by the example of an operation.
pub fn exchange(operation: &str, status: u16, body: &Value) -> Exchange {
    let route = PROFILE.contract.route(operation).expect("the contract has the operation");
    let sent = Request::example(&PROFILE, route).expect("it has an example").sent(Caller::Customer);
    answered(sent, status, body)
}

/// The same for a request that is there already.
pub fn answered(sent: Sent, status: u16, body: &Value) -> Exchange {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    let body = body.to_string().into_bytes();
    Exchange {
        sent,
        received: Received { status, headers, body, took: Duration::from_micros(1_500) },
    }
}

/// A failed case with one finding and one exchange.
pub fn failed(
    name: &str,
    check: &'static Check,
    at: &str,
    message: &str,
    exchange: Exchange,
) -> Case {
    let finding = Finding::new(check, exchange.sent.name(), message).at(at);
    let case = Case::passed(&exchange.sent.route.expect("it has an operation").tag, name);
    Case {
        exchanges: vec![exchange],
        replay: format!("contract-tests explore --target mock --seed 7 --case '{name}'"),
        took: Duration::from_millis(3),
        ..case.with_findings(vec![finding])
    }
}

/// A run that has one of everything.
pub fn run() -> Run {
    let mut run = Run::new("explore", &PROFILE, "mock", Some(7));
    run.started = Timestamp::UNIX_EPOCH;
    run.took = Duration::from_millis(1_250);
    let tag =
        json!([{ "tag": 7, "resources": { "count": 0, "flexMetalServers": { "count": 0 } } }]);
    let key = json!([{ "uuid": "7561c39d-f4df-4c46-b3f1-2ac981271e29", "name": "laptop" }]);
    let refusal =
        json!({ "errorCode": 10001, "errorMessage": "<b>100%</b>, not: found", "errors": [] });
    let mut cases = vec![
        failed(
            "a tag by its example",
            &check::SCHEMA,
            "/0/tag",
            "must be of type string",
            exchange("createFlexMetalTag", 200, &tag),
        ),
        failed(
            "a tag once more",
            &check::SCHEMA,
            "/0/tag",
            "must be of type string",
            exchange("createFlexMetalTag", 200, &tag),
        ),
        failed(
            "a key that is gone",
            &check::GONE,
            "",
            "has the status 200, although it was deleted",
            exchange("getSshKey", 200, &key),
        ),
        failed(
            "a name of <nothing>",
            &check::REFUSES_INVALID,
            "/name",
            "is empty, and was accepted",
            exchange("createSshKey", 200, &json!([])),
        ),
        failed(
            "a key that is <b>taken</b>",
            &check::ERROR_SHAPE,
            "/errorCode",
            "is 10001, which does not belong to the status 409",
            exchange("createSshKey", 409, &refusal),
        ),
    ];
    let slow = Finding::new(&check::LATENCY, "getTickets", "took 6000 ms, more than 5000");
    cases.push(Case::passed("Tickets", "a slow answer").with_findings(vec![slow]));
    cases.push(Case {
        outcome: Outcome::Skipped,
        reason: "not emulated".to_owned(),
        ..Case::passed("Pay", "prepared")
    });
    cases.push(Case {
        outcome: Outcome::Unchecked,
        reason: "broken.yaml:3: no such operation".to_owned(),
        ..Case::passed("files", "broken.yaml")
    });
    for exchange in cases.iter().flat_map(|case| case.exchanges.clone()) {
        run.count(&exchange);
    }
    run.cases = cases;
    run
}

/// What takes the key out of reports.
pub fn redactor() -> Redactor {
    Redactor::new(&PROFILE, [Secret::new(KEY)])
}

/// The same run, ready to be told.
pub fn document() -> Document {
    Document::new(&run(), &redactor())
}
