//! The kinds of change that make a request invalid.

use std::fmt;

/// How a request is made invalid, to be read after what it is about, as in `name missing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// What is required is left out.
    Missing,
    /// A value has another type.
    WrongType,
    /// A value is `null`.
    Null,
    /// A value is none of those that are listed.
    OutsideEnum,
    /// A value is what a schema says it must not be.
    Forbidden,
    /// A value is just below this limit.
    Below(Limit),
    /// A value is just above this limit.
    Above(Limit),
    /// A text does not match its regular expression.
    AgainstPattern,
    /// A text does not have its format.
    BadFormat,
    /// A whole number does not fit into 64 bits.
    OutOfRange,
    /// An id is allowed and names nothing.
    Unknown,
    /// A parameter that does not repeat is given twice.
    Twice,
    /// What asks for a part of a list are these words.
    Range(&'static str),
    /// There is no body.
    NoBody,
    /// The body is not JSON.
    NotJson,
    /// The body is not a form.
    NotForm,
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// The characters of a text.
    Length,
    /// A number itself.
    Value,
    /// The items of a list.
    Items,
    /// The members of an object.
    Properties,
}

impl Limit {
    fn lower(self) -> &'static str {
        match self {
            Limit::Length => "minLength",
            Limit::Value => "minimum",
            Limit::Items => "minItems",
            Limit::Properties => "minProperties",
        }
    }

    fn upper(self) -> &'static str {
        match self {
            Limit::Length => "maxLength",
            Limit::Value => "maximum",
            Limit::Items => "maxItems",
            Limit::Properties => "maxProperties",
        }
    }
}

impl fmt::Display for Mutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mutation::Missing => f.write_str("missing"),
            Mutation::WrongType => f.write_str("of the wrong type"),
            Mutation::Null => f.write_str("null"),
            Mutation::Forbidden => f.write_str("as it must not be"),
            Mutation::OutsideEnum => f.write_str("outside its enum"),
            Mutation::Below(limit) => write!(f, "under its {}", limit.lower()),
            Mutation::Above(limit) => write!(f, "over its {}", limit.upper()),
            Mutation::AgainstPattern => f.write_str("against its pattern"),
            Mutation::BadFormat => f.write_str("in a bad format"),
            Mutation::OutOfRange => f.write_str("out of range"),
            Mutation::Unknown => f.write_str("that names nothing"),
            Mutation::Twice => f.write_str("given twice"),
            Mutation::Range(text) => write!(f, "{text:?}"),
            Mutation::NoBody => f.write_str("no body"),
            Mutation::NotJson => f.write_str("a body that is not JSON"),
            Mutation::NotForm => f.write_str("a body that is no form"),
        }
    }
}
