//! The rules that a contract sets for values, with a message for each.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::{Number, Value};

use crate::plain;

/// A rule of a contract. Rules of JSON Schema are named like their keyword.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// A property or parameter must be given.
    Required,
    /// A property must be one that the contract knows.
    AdditionalProperties,
    /// A value has one of these types.
    Type(Vec<&'static str>),
    /// A value is one of these.
    Enum(Vec<String>),
    /// A value is this one.
    Const(String),
    /// A text has at least so many characters.
    MinLength(u64),
    /// A text has at most so many characters.
    MaxLength(u64),
    /// A number is at least this one.
    Minimum(Number),
    /// A number is at most this one.
    Maximum(Number),
    /// A number is greater than this one.
    ExclusiveMinimum(Number),
    /// A number is less than this one.
    ExclusiveMaximum(Number),
    /// A number is a multiple of this one.
    MultipleOf(String),
    /// A list has at least so many items.
    MinItems(u64),
    /// A list has at most so many items.
    MaxItems(u64),
    /// A list has no item twice.
    UniqueItems,
    /// A text matches this regular expression.
    Pattern(String),
    /// A text has this format.
    Format(String),
    /// A value has one of the forms that `anyOf` and `oneOf` offer.
    AnyOf,
    /// A whole number fits into 64 bits.
    IntegerRange,
    /// A parameter that does not repeat is given once.
    Once,
    /// Any other rule, such as one of an operation or of HTTP; the message of the violation states
    /// it.
    Other,
}

impl Rule {
    /// The rule of a keyword that concerns the whole value, not one of its properties.
    pub(crate) fn of_keyword(kind: &ValidationErrorKind) -> Rule {
        match kind {
            ValidationErrorKind::Type { kind: TypeKind::Single(one) } => {
                Rule::Type(vec![one.as_str()])
            }
            ValidationErrorKind::Type { kind: TypeKind::Multiple(many) } => {
                Rule::Type(many.iter().map(|one| one.as_str()).collect())
            }
            ValidationErrorKind::Enum { options } => {
                Rule::Enum(options.as_array().into_iter().flatten().map(plain).collect())
            }
            ValidationErrorKind::Constant { expected_value } => Rule::Const(plain(expected_value)),
            ValidationErrorKind::MinLength { limit } => Rule::MinLength(*limit),
            ValidationErrorKind::MaxLength { limit } => Rule::MaxLength(*limit),
            ValidationErrorKind::Minimum { limit } => rule_of_limit(limit, Rule::Minimum),
            ValidationErrorKind::Maximum { limit } => rule_of_limit(limit, Rule::Maximum),
            ValidationErrorKind::ExclusiveMinimum { limit } => {
                rule_of_limit(limit, Rule::ExclusiveMinimum)
            }
            ValidationErrorKind::ExclusiveMaximum { limit } => {
                rule_of_limit(limit, Rule::ExclusiveMaximum)
            }
            ValidationErrorKind::MultipleOf { multiple_of } => {
                Rule::MultipleOf(multiple_of.to_string())
            }
            ValidationErrorKind::MinItems { limit } => Rule::MinItems(*limit),
            ValidationErrorKind::MaxItems { limit } => Rule::MaxItems(*limit),
            ValidationErrorKind::UniqueItems => Rule::UniqueItems,
            ValidationErrorKind::Pattern { pattern } => Rule::Pattern(pattern.clone()),
            ValidationErrorKind::Format { format } => Rule::Format(format.clone()),
            ValidationErrorKind::AnyOf { .. } | ValidationErrorKind::OneOfNotValid { .. } => {
                Rule::AnyOf
            }
            _ => Rule::Other,
        }
    }

    /// What is wrong with a property of this name that breaks the rule, to be read after the name.
    /// The value is not repeated, because it may be a secret.
    pub(crate) fn message(&self, name: &str) -> String {
        match self {
            Rule::Required => "is required".to_owned(),
            Rule::AdditionalProperties => "is not a known property".to_owned(),
            Rule::Type(names) => format!("must be of type {}", names.join(" or ")),
            Rule::Enum(options) => {
                format!("Invalid {name}, the possible values are: {}", options.join(", "))
            }
            Rule::Const(value) => format!("must be {value}"),
            Rule::MinLength(1) => "must not be empty".to_owned(),
            Rule::MinLength(limit) => format!("must have at least {limit} characters"),
            Rule::MaxLength(limit) => format!("must have at most {limit} characters"),
            Rule::Minimum(limit) => format!("must be at least {limit}"),
            Rule::Maximum(limit) => format!("must be at most {limit}"),
            Rule::ExclusiveMinimum(limit) => format!("must be more than {limit}"),
            Rule::ExclusiveMaximum(limit) => format!("must be less than {limit}"),
            Rule::MultipleOf(number) => format!("must be a multiple of {number}"),
            Rule::MinItems(limit) => format!("must have at least {limit} items"),
            Rule::MaxItems(limit) => format!("must have at most {limit} items"),
            Rule::UniqueItems => "must not name anything twice".to_owned(),
            Rule::Pattern(pattern) => format!("must match {pattern}"),
            Rule::Format(format) => format!("must be a valid {format}"),
            Rule::AnyOf => "has none of the allowed forms".to_owned(),
            Rule::IntegerRange => "is out of range".to_owned(),
            Rule::Once => "is given more than once".to_owned(),
            Rule::Other => "is not valid".to_owned(),
        }
    }
}

fn rule_of_limit(limit: &Value, rule: fn(Number) -> Rule) -> Rule {
    limit.as_number().cloned().map_or(Rule::Other, rule)
}
