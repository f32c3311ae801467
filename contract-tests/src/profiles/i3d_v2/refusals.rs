//! How the i3D.net v2 API refuses: with the status 200, and a message for people.

use openapi::Route;
use serde_json::{Value, json};

use crate::core::{
    exchange::Received,
    profile::refusals::{NamedError, RefusalKind, Refusals},
};

/// A refusal has another `status` in its body than a success. What concerns the request as HTTP has
/// the status of HTTP.
pub(super) const REFUSALS: Refusals = Refusals {
    is_refusal: |received| !received.is_2xx() || is_failure(&received.json()),
    is_unknown_route: |received| received.status == 404,
    statuses,
    fits: |_, _| true,
    platform: &[404, 405, 413],
    code: None,
    message: "/msg",
    errors: "",
    named,
    breaches,
    made_up: |kind| {
        let status = if kind == RefusalKind::Failure { 500 } else { 200 };
        (status, json!({ "status": "Error", "msg": "The action failed" }))
    },
};

/// A file is no failure, and neither is an object of another form: the contract judges it.
fn is_failure(body: &Value) -> bool {
    body["status"].as_str().is_some_and(|status| status != "Success")
}

fn statuses(kind: RefusalKind, route: &Route) -> Vec<u16> {
    let names_nothing =
        || ["getInvoiceIds", "getTicketOverview", "createTicket"].contains(&route.id.as_str());
    match kind {
        RefusalKind::NoRoute => vec![404],
        RefusalKind::Method => vec![405],
        RefusalKind::Failure => vec![500],
        RefusalKind::UnknownId | RefusalKind::Foreign if names_nothing() => Vec::new(),
        // Nothing is unique.
        RefusalKind::Taken => Vec::new(),
        RefusalKind::Malformed => vec![200, 413],
        _ => vec![200],
    }
}

/// The emulator names each property at fault before a colon; the real API may word it otherwise, so
/// that no refusal need name any.
fn named(body: &Value) -> Vec<NamedError> {
    let parts = body["msg"].as_str().unwrap_or_default().split("; ");
    let named = parts.filter_map(|part| part.split_once(": "));
    let named = named.filter(|(property, _)| !property.contains(' '));
    named
        .map(|(property, message)| NamedError {
            property: property.to_owned(),
            message: message.to_owned(),
        })
        .collect()
}

fn breaches(received: &Received) -> Vec<(&'static str, String)> {
    let body = received.json();
    let mut found = Vec::new();
    if !is_failure(&body) {
        found.push(("/status", "does not say that it is a refusal".to_owned()));
    }
    if body["msg"].as_str().is_none_or(str::is_empty) {
        found.push(("/msg", "does not say why".to_owned()));
    }
    found
}
