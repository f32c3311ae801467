//! How the Warren platform refuses: `{errors: {PARAMETER: text}}` of a parameter, otherwise
//! `{message}`. The gateway in front of it answers 401, 403 and 404.

use openapi::Route;
use serde_json::{Value, json};

use crate::core::{
    exchange::Received,
    profile::refusals::{NamedError, RefusalKind, Refusals},
};

/// What the gateway says of a path that it does not know.
const NO_ROUTE: &str = "no route and no API found with those values";

pub(super) const REFUSALS: Refusals = Refusals {
    is_refusal: |received| received.status >= 400,
    is_unknown_route: |received| received.json()["message"] == NO_ROUTE,
    statuses,
    fits: |_, _| true,
    platform: &[400, 401, 403, 405, 413],
    code: None,
    message: "/message",
    errors: "/errors",
    named,
    breaches,
    made_up: |kind| {
        let status = if kind == RefusalKind::Failure { 500 } else { 400 };
        (status, json!({ "message": "The request is refused" }))
    },
};

fn statuses(kind: RefusalKind, route: &Route) -> Vec<u16> {
    match kind {
        RefusalKind::NoRoute => vec![404],
        RefusalKind::Method => vec![405],
        RefusalKind::Unauthenticated => vec![401, 403],
        RefusalKind::Excluded => Vec::new(),
        RefusalKind::PathParameter => vec![400, 404],
        RefusalKind::UnknownId | RefusalKind::Foreign => {
            let listed = [400, 404].into_iter().filter(|status| route.documents(*status));
            listed.collect()
        }
        RefusalKind::Taken | RefusalKind::Conflict if route.documents(409) => vec![409],
        RefusalKind::Taken => Vec::new(),
        RefusalKind::Malformed => vec![400, 413],
        RefusalKind::State => vec![400, 409],
        RefusalKind::Failure => vec![500],
        _ => vec![400],
    }
}

/// The parameters at fault; `Error` is the request as a whole.
fn named(body: &Value) -> Vec<NamedError> {
    let errors = body["errors"].as_object().into_iter().flatten();
    let errors = errors.filter(|(name, _)| !name.contains("::"));
    errors
        .map(|(name, text)| NamedError {
            property: if name == "Error" { String::new() } else { name.clone() },
            message: openapi::plain(text),
        })
        .collect()
}

fn breaches(received: &Received) -> Vec<(&'static str, String)> {
    let body = received.json();
    let has_text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let errors = body["errors"].as_object();
    let told = has_text(&body["message"])
        || errors.is_some_and(|errors| {
            !errors.is_empty() && errors.values().all(|it| has_text(it) || has_text(&it["msg"]))
        });
    (!told).then(|| ("", "says neither `message` nor `errors`".to_owned())).into_iter().collect()
}
