//! How the i3D.net v3 API refuses: by status, with a code, a message and the properties at fault.

use openapi::Route;
use serde_json::{Value, json};

use crate::core::{
    exchange::Received,
    profile::refusals::{NamedError, RefusalKind, Refusals},
};

/// A refusal is anything but 2xx, with `{errorCode, errorMessage, errors}`.
pub(super) const REFUSALS: Refusals = Refusals {
    is_refusal: |received| !received.is_2xx(),
    is_unknown_route: |received| received.status == 404 && received.json()["errorCode"] == NO_ROUTE,
    statuses,
    fits: |_, _| true,
    platform: &[400, 401, 403, 405, 413, 422, 429],
    code: Some("/errorCode"),
    message: "/errorMessage",
    errors: "/errors",
    named,
    breaches,
    made_up,
};

/// The code of a path that no operation has.
const NO_ROUTE: i64 = 10012;

fn statuses(kind: RefusalKind, route: &Route) -> Vec<u16> {
    let documented = |statuses: &[u16]| {
        statuses.iter().copied().find(|status| route.documents(*status)).into_iter().collect()
    };
    match kind {
        RefusalKind::NoRoute => vec![404],
        RefusalKind::Method => vec![405],
        RefusalKind::Unauthenticated => vec![401],
        RefusalKind::Excluded => documented(&[403]),
        RefusalKind::Foreign => vec![403],
        // The first of these that the operation documents.
        RefusalKind::UnknownId => documented(&[404, 400, 403]),
        // A path of the wrong form is no path of the operation, unless it documents 400 for it.
        RefusalKind::PathParameter => vec![404, 400],
        RefusalKind::Parameter | RefusalKind::NotReadable => vec![400],
        RefusalKind::Malformed => vec![400, 413, 422],
        RefusalKind::Body => vec![422],
        RefusalKind::Taken => vec![400, 409, 422],
        RefusalKind::Conflict => vec![409],
        RefusalKind::State => vec![400, 403, 404, 409, 422],
        RefusalKind::Failure => vec![500],
    }
}

fn named(body: &Value) -> Vec<NamedError> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let error =
        |it: &Value| NamedError { property: text(&it["property"]), message: text(&it["message"]) };
    body["errors"].as_array().into_iter().flatten().map(error).collect()
}

fn breaches(received: &Received) -> Vec<(&'static str, String)> {
    let body = received.json();
    let Some(code) = body["errorCode"].as_i64() else {
        return vec![("/errorCode", "is a refusal without a number".to_owned())];
    };
    let shape = [
        ("/errorMessage", body["errorMessage"].is_string()),
        ("/errors", body["errors"].is_array()),
    ];
    let missing = "is missing in a refusal, or of another type";
    let bad = shape.into_iter().filter(|(_, good)| !good);
    let mut found: Vec<_> = bad.map(|(at, _)| (at, missing.to_owned())).collect();
    let known = CODES.iter().find(|(known, _)| *known == code);
    let message = match known.map(|(_, statuses)| statuses.contains(&received.status)) {
        Some(true) => return found,
        Some(false) => {
            format!("is {code}, which does not belong to the status {}", received.status)
        }
        None => format!("is {code}, which is in no public table"),
    };
    found.push(("/errorCode", message));
    found
}

fn made_up(kind: RefusalKind) -> (u16, Value) {
    let (status, code, message) = match kind {
        RefusalKind::UnknownId => (404, 10001, "Entity not found"),
        RefusalKind::Unauthenticated => (401, 10004, "Unauthorized"),
        RefusalKind::Excluded | RefusalKind::Foreign => (403, 10003, "Forbidden"),
        RefusalKind::Taken | RefusalKind::Conflict => (409, 10009, "Conflict"),
        RefusalKind::NoRoute => (404, NO_ROUTE, "Not found"),
        RefusalKind::Method => (405, 10000, "Method not allowed"),
        RefusalKind::Body => (422, 11001, "Validation failed"),
        RefusalKind::Failure => (500, 10007, "Internal server error"),
        RefusalKind::PathParameter
        | RefusalKind::Parameter
        | RefusalKind::NotReadable
        | RefusalKind::Malformed
        | RefusalKind::State => (400, 10008, "Bad request"),
    };
    (status, json!({ "errorCode": code, "errorMessage": message, "errors": [] }))
}

/// The public table of codes; 10000 is the code of the general group, for what has none of its own.
const CODES: &[(i64, &[u16])] = &[
    (10000, &[405, 413, 429, 501, 503]),
    (10001, &[404]),
    (10002, &[400, 404]),
    (10003, &[403]),
    (10004, &[401]),
    (10005, &[409]),
    (10006, &[404]),
    (10007, &[500]),
    (10008, &[400]),
    (10009, &[409]),
    (10012, &[404]),
    (11001, &[422]),
    (11002, &[400, 422]),
    (12001, &[422]),
    (12002, &[422]),
    (12003, &[422]),
    (12004, &[422]),
    (12005, &[422]),
    (12006, &[422]),
    (12007, &[422]),
    (12008, &[422]),
    (12009, &[422]),
];
