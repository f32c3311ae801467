//! Refusals as this API answers them: `{errorCode, errorMessage, errors}`, with a code of its
//! public table.

use openapi::Route;
use serde_json::{Value, json};

use crate::engine::{Problem, ProblemKind, Refused};

/// Status and body of a refusal.
pub(super) fn refuse(problem: &Problem, route: Option<&Route>) -> Refused {
    let kind = route.map_or(problem.kind, |route| documented(problem.kind, route));
    let (code, message) = code_and_message(kind);
    let errors: Vec<Value> = problem
        .errors
        .iter()
        .map(|error| json!({ "property": error.property, "message": error.message }))
        .collect();
    let body = json!({
        "errorCode": problem.code.unwrap_or(code),
        "errorMessage": if problem.message.is_empty() { message } else { &problem.message },
        "errors": errors,
    });
    Refused { status: kind.status(), headers: Vec::new(), body }
}

/// An unknown id has the status that the operation documents for it. Most document 404; the others
/// 400, or nothing but 403.
fn documented(kind: ProblemKind, route: &Route) -> ProblemKind {
    match kind {
        ProblemKind::NotFound if route.documents(404) => ProblemKind::NotFound,
        ProblemKind::NotFound if route.documents(400) => ProblemKind::Malformed,
        ProblemKind::NotFound => ProblemKind::Forbidden,
        kind => kind,
    }
}

fn code_and_message(kind: ProblemKind) -> (u32, &'static str) {
    match kind {
        ProblemKind::NotFound => (10001, "Entity not found"),
        ProblemKind::Forbidden => (10003, "No access to entity"),
        ProblemKind::Unauthenticated => {
            (10004, "Unauthenticated / invalid credentials for API request")
        }
        ProblemKind::Internal => (10007, "Internal server error"),
        ProblemKind::Malformed => (10008, "An invalid parameter was provided"),
        ProblemKind::Conflict => (10009, "Entity cannot be deleted due to conflict"),
        ProblemKind::NoRoute => (10012, "API route not found"),
        ProblemKind::Invalid => (11001, "Errors in form"),
        // The public table has no code of its own for these; this is the code of their group.
        ProblemKind::MethodNotAllowed => (10000, "Method not allowed"),
        ProblemKind::TooLarge => (10000, "Request body too large"),
        ProblemKind::TooManyRequests => (10000, "Too many requests"),
        ProblemKind::Unavailable => (10000, "Service unavailable"),
    }
}
