//! How this API words a refusal: `{errors: {PARAMETER: text}}` of a parameter, otherwise
//! `{message}`. The gateway in front of it knows 401, 403, 404 and 405; behind it nearly everything
//! is 400.

use http::header::WWW_AUTHENTICATE;
use openapi::{Rule, Violation};
use serde_json::{Map, Value, json};

use crate::{
    apis::warren::platform::refusals::{self, RESOURCE_FORBIDDEN},
    engine::{Problem, ProblemKind, Refused},
};

pub(super) fn refuse(problem: &Problem) -> Refused {
    let challenge = (WWW_AUTHENTICATE, "Key realm=\"kong\"".to_owned());
    let headers = match problem.kind {
        ProblemKind::Unauthenticated => vec![challenge],
        _ => Vec::new(),
    };
    Refused { status: status(problem.kind), headers, body: body(problem) }
}

fn status(kind: ProblemKind) -> u16 {
    match kind {
        ProblemKind::Invalid => 400,
        other => other.status(),
    }
}

fn body(problem: &Problem) -> Value {
    if problem.code == Some(RESOURCE_FORBIDDEN) {
        let told = json!({
            "msg": "Consumer not allowed to access resource.",
            "subtype": "resource_forbidden",
            "type": "consumer",
        });
        return json!({ "errors": { "consumer::resource_forbidden": told } });
    }
    if !problem.errors.is_empty() {
        let errors = problem.errors.iter().map(|it| (named(it), worded(it).into()));
        return json!({ "errors": errors.collect::<Map<String, Value>>() });
    }
    if !problem.message.is_empty() {
        return json!({ "message": problem.message });
    }
    json!({ "message": standard(problem.kind) })
}

/// The parameter at fault; `Error` where it is none.
fn named(violation: &Violation) -> String {
    match violation.property.as_str() {
        "" => "Error".to_owned(),
        property => property.to_owned(),
    }
}

fn worded(violation: &Violation) -> String {
    let Violation { property, rule, message } = violation;
    match rule {
        Rule::Required => format!("Required parameter '{property}' not supplied"),
        Rule::Type(types) if types.contains(&"integer") => {
            "Invalid whole number provided".to_owned()
        }
        Rule::Type(types) if types.contains(&"array") => "value must be a list".to_owned(),
        Rule::Enum(values) => refusals::none_of(values.iter().map(String::as_str)),
        Rule::Pattern(pattern) => {
            format!("value must match the regular expression '{pattern}'")
        }
        Rule::Other => message.clone(),
        _ => format!("value {message}"),
    }
}

fn standard(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Unauthenticated => "No API key found in request",
        ProblemKind::Forbidden => "You cannot consume this service",
        ProblemKind::NoRoute => "no route and no API found with those values",
        ProblemKind::NotFound => "Not found",
        ProblemKind::MethodNotAllowed => "Method Not Allowed",
        ProblemKind::Conflict => "Conflict",
        ProblemKind::TooLarge => "Request size limit exceeded",
        ProblemKind::TooManyRequests => "API rate limit exceeded",
        ProblemKind::Unavailable => "Service unavailable",
        ProblemKind::Internal => "An unexpected error occurred",
        ProblemKind::Malformed | ProblemKind::Invalid => "Bad Request",
    }
}
