//! Refusals: `{status, msg}`, with the status 200 as for a success. Only what concerns the request
//! as HTTP has the status of HTTP.

use serde_json::json;

use crate::engine::{Problem, ProblemKind, Refused};

/// What `status` says in the body of a refusal.
const ERROR: &str = "Error";

pub(super) fn refuse(problem: &Problem) -> Refused {
    let status = match problem.kind {
        ProblemKind::NoRoute
        | ProblemKind::MethodNotAllowed
        | ProblemKind::TooLarge
        | ProblemKind::Internal => problem.kind.status(),
        _ => 200,
    };
    let body = json!({ "status": ERROR, "msg": message(problem) });
    Refused { status, headers: Vec::new(), body }
}

fn message(problem: &Problem) -> String {
    if !problem.errors.is_empty() {
        let named = problem.errors.iter().map(|it| match it.property.as_str() {
            "" => format!("The request {}", it.message),
            property => format!("{property}: {}", it.message),
        });
        return named.collect::<Vec<_>>().join("; ");
    }
    if !problem.message.is_empty() {
        return problem.message.clone();
    }
    let words = match problem.kind {
        ProblemKind::Unauthenticated => "The user ID or the API key is wrong",
        ProblemKind::Forbidden => "The API key may not be used from this address",
        ProblemKind::NotFound => "There is nothing with this ID",
        ProblemKind::NoRoute => "There is no such category",
        ProblemKind::MethodNotAllowed => "Actions are sent with POST",
        ProblemKind::TooLarge => "The request is too large",
        ProblemKind::Conflict => "The action is not possible now",
        ProblemKind::TooManyRequests => "There were too many requests",
        ProblemKind::Malformed | ProblemKind::Invalid => "The request cannot be understood",
        ProblemKind::Internal => "An error occurred",
        ProblemKind::Unavailable => "The service is not available",
    };
    words.to_owned()
}
