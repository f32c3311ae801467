//! Refusals of two families: `{errors: {PARAMETER: text}}` of a parameter, otherwise `{message}`.
//!
//! `Problem::invalid` names a parameter; `Problem::malformed`, `not_found().because` and `conflict`
//! make a message with the status 400, 404 and 409.

use openapi::{Rule, Violation};

use crate::engine::Problem;

/// The code of what a token of the API may not do.
pub(in crate::apis::warren) const RESOURCE_FORBIDDEN: u32 = 1;

/// A refusal of the first family that names no parameter.
pub(in crate::apis::warren) fn error(text: impl Into<String>) -> Problem {
    Problem::invalid("Error", text)
}

/// The request lacks `parameter`, which the contract requires only sometimes.
pub(in crate::apis::warren) fn required(parameter: &str) -> Problem {
    broken(parameter, Rule::Required)
}

/// `parameter` breaks a rule that stands in no contract, in the words for those that do.
pub(in crate::apis::warren) fn broken(parameter: &str, rule: Rule) -> Problem {
    Problem::form(vec![Violation::of_rule(parameter, rule)])
}

/// What is wrong with a value that is none of those that there are. A blank one is no choice.
pub(in crate::apis::warren) fn none_of<'a>(values: impl Iterator<Item = &'a str>) -> String {
    let values = values.filter(|value| !value.is_empty()).map(|value| format!("'{value}'"));
    format!("value must be one from the list [{}]", values.collect::<Vec<_>>().join(", "))
}

/// A token of the API may not do this.
pub(in crate::apis::warren) fn resource_forbidden() -> Problem {
    Problem::forbidden().code(RESOURCE_FORBIDDEN)
}
