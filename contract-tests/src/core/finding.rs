//! Findings: what broke the contract, in plain words.

use openapi::{Rule, Violation, json_pointer};
use serde::Serialize;

use crate::core::check::Check;

/// One breach of the contract, or a warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The check that found it.
    pub check: &'static Check,
    /// The operation, or method and path where there is none.
    pub operation: String,
    /// Where in the answer (or, for an input, in the request), as a JSON pointer; empty for the
    /// whole.
    pub pointer: String,
    /// What is wrong: what was expected, and what came instead.
    pub message: String,
    /// The rule of the schema that a value breaks, where a schema found it.
    #[serde(skip)]
    pub rule: Option<Rule>,
    /// Whether this finding is a warning, although its check finds breaches.
    #[serde(skip)]
    pub only_warns: bool,
}

impl Finding {
    /// A finding about an answer as a whole.
    pub fn new(
        check: &'static Check,
        operation: impl Into<String>,
        message: impl Into<String>,
    ) -> Finding {
        Finding {
            check,
            operation: operation.into(),
            pointer: String::new(),
            message: message.into(),
            rule: None,
            only_warns: false,
        }
    }

    /// The same at a place of the body.
    #[must_use]
    pub fn at(self, pointer: impl Into<String>) -> Finding {
        Finding { pointer: pointer.into(), ..self }
    }

    /// The same as a warning.
    #[must_use]
    pub fn as_warning(self) -> Finding {
        Finding { only_warns: true, ..self }
    }

    /// A finding for a violation of the schema of a body.
    pub fn of_violation(check: &'static Check, operation: &str, violation: &Violation) -> Finding {
        let rule = Some(violation.rule.clone());
        let finding = Finding::new(check, operation, &violation.message);
        Finding { rule, ..finding.at(pointer(&violation.property)) }
    }

    /// Whether this breaks the contract; otherwise it is a warning.
    pub fn is_error(&self) -> bool {
        !self.check.warns && !self.only_warns
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Finding { check, operation, pointer, message, .. } = self;
        let place = if pointer.is_empty() { "the answer" } else { pointer.as_str() };
        write!(f, "{} {operation}: {place} {message}", check.code)
    }
}

/// The JSON pointer of a property path, as `/os/partitions/0/size` for `os.partitions[0].size`.
pub fn pointer(property: &str) -> String {
    let parts = property.split(['.', '[']).filter(|part| !part.is_empty());
    parts.fold(String::new(), |pointer, part| {
        json_pointer::join(&pointer, part.trim_end_matches(']'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_path_becomes_a_pointer() {
        assert_eq!(pointer("os.partitions[0].size"), "/os/partitions/0/size");
        assert_eq!(pointer("[0].uuid"), "/0/uuid");
        assert_eq!(pointer(""), "");
    }
}
