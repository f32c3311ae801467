//! What is wrong with a value. The value is not repeated, because it may be a secret.

use std::borrow::Cow;

use jsonschema::{ValidationError, error::ValidationErrorKind};

use crate::{json_pointer, rule::Rule};

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The offending property, as in `os.partitions[0].size`; empty for the whole value.
    pub property: String,
    /// The rule that it breaks.
    pub rule: Rule,
    /// What is wrong, to be read after the name of the property.
    pub message: String,
}

impl Violation {
    /// A violation by `property` of a rule that only the message states.
    pub fn new(property: impl Into<String>, message: impl Into<String>) -> Violation {
        Violation { property: property.into(), rule: Rule::Other, message: message.into() }
    }

    /// A violation by `property` of a rule of the contract.
    pub fn of_rule(property: impl Into<String>, rule: Rule) -> Violation {
        let property = property.into();
        let message = rule.message(property.rsplit('.').next().unwrap_or_default());
        Violation { property, rule, message }
    }
}

/// How many violations of a value are told.
const TOLD_MAX: usize = 100;
/// How many more are counted.
const COUNTED_MAX: usize = 10_000;
/// How many letters of a name that a client made up are told.
const NAME_MAX: usize = 200;

/// What is wrong with the value called `root`; empty for a whole body. However much that is, only
/// the first violations are told, and how many more there are.
pub(crate) fn violations<'a>(
    root: &str,
    mut errors: impl Iterator<Item = ValidationError<'a>>,
) -> Vec<Violation> {
    let mut all = Vec::new();
    while all.len() < TOLD_MAX
        && let Some(error) = errors.next()
    {
        let at = property_path(root, error.instance_path().as_str());
        match error.kind() {
            ValidationErrorKind::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                all.push(Violation::of_rule(join(&at, name), Rule::Required));
            }
            ValidationErrorKind::AdditionalProperties { unexpected }
            | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
                let names = unexpected.iter().take(TOLD_MAX).map(|name| shortened(name));
                all.extend(
                    names.map(|name| {
                        Violation::of_rule(join(&at, &name), Rule::AdditionalProperties)
                    }),
                );
            }
            kind => all.push(Violation::of_rule(at, Rule::of_keyword(kind))),
        }
    }
    match errors.take(COUNTED_MAX).count() {
        0 => {}
        COUNTED_MAX => {
            all.push(Violation::new("", format!("has more than {COUNTED_MAX} more faults")))
        }
        more => all.push(Violation::new("", format!("has {more} more faults"))),
    }
    all
}

/// A name that a client made up, of a length that can be told and kept.
pub(crate) fn shortened(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(NAME_MAX) {
        None => Cow::Borrowed(name),
        Some((end, _)) => Cow::Owned(format!("{}...", &name[..end])),
    }
}

/// A JSON pointer in the notation of a form: `/os/partitions/0/size` is `os.partitions[0].size`.
fn property_path(root: &str, pointer: &str) -> String {
    json_pointer::names(pointer).fold(root.to_owned(), |path, name| {
        if name.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("{path}[{name}]")
        } else {
            join(&path, &name)
        }
    })
}

/// A property of the object at `path`.
pub(crate) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn pointers_read_like_form_fields() {
        assert_eq!(property_path("", "/os/partitions/0/size"), "os.partitions[0].size");
        assert_eq!(property_path("tag", "/0"), "tag[0]");
        assert_eq!(property_path("", "/a~1b"), "a/b");
    }

    #[test]
    fn however_much_is_wrong_only_the_first_is_told_and_how_much_more_there_is() {
        let schema = json!({ "type": "array", "items": { "type": "string" } });
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        for (wrong, last) in [
            (100, "must be of type string"),
            (103, "has 3 more faults"),
            (20_000, "has more than 10000 more faults"),
        ] {
            let all = violations("", validator.iter_errors(&json!(vec![7; wrong])));
            assert_eq!(all.last().expect("one").message, last);
            assert!(all.len() <= TOLD_MAX + 1);
        }
    }

    #[test]
    fn a_name_that_a_client_made_up_is_cut() {
        let name = "\u{e9}".repeat(100_000);
        assert_eq!(shortened(&name).chars().count(), NAME_MAX + 3);
        assert_eq!(shortened("short"), "short");
    }

    #[test]
    fn a_keyword_becomes_its_rule_in_words() {
        let found = |schema: Value, value: Value| {
            let validator = jsonschema::validator_for(&schema).expect("a schema");
            let all = violations("", validator.iter_errors(&value));
            all.into_iter().map(|it| (it.property, it.rule, it.message)).collect::<Vec<_>>()
        };
        let told =
            |property: &str, rule, message: &str| [(property.to_owned(), rule, message.to_owned())];
        let kind = json!({ "properties": { "kind": { "enum": ["x", 2] } } });
        let message = "Invalid kind, the possible values are: x, 2";
        assert_eq!(
            found(json!({ "properties": { "a": kind } }), json!({ "a": { "kind": 3 } })),
            told("a.kind", Rule::Enum(vec!["x".to_owned(), "2".to_owned()]), message)
        );
        assert_eq!(
            found(json!({ "type": ["null", "integer"] }), json!("x")),
            told("", Rule::Type(vec!["null", "integer"]), "must be of type null or integer")
        );
        assert_eq!(
            found(json!({ "required": ["a"] }), json!({})),
            told("a", Rule::Required, "is required")
        );
        assert_eq!(
            found(
                json!({ "properties": { "b": {} }, "additionalProperties": false }),
                json!({ "a": 1 })
            ),
            told("a", Rule::AdditionalProperties, "is not a known property")
        );
        for (limit, message) in [(1, "must not be empty"), (2, "must have at least 2 characters")] {
            let minimum = json!({ "minLength": limit });
            assert_eq!(found(minimum, json!("")), told("", Rule::MinLength(limit), message));
        }
        let message = "must be a multiple of 2";
        assert_eq!(
            found(json!({ "multipleOf": 2 }), json!(3)),
            told("", Rule::MultipleOf("2".to_owned()), message)
        );
        assert_eq!(found(json!({ "not": {} }), json!(3)), told("", Rule::Other, "is not valid"));
    }
}
