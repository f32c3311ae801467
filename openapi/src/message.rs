//! What is wrong with a value, in plain words and without repeating the value: it may be a secret.

use jsonschema::{ValidationError, error::ValidationErrorKind as Kind};
use serde_json::Value;

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The offending property, as in `os.partitions[0].size`; empty for the whole value.
    pub property: String,
    /// What is wrong, to be read after the name of the property.
    pub message: String,
}

impl Violation {
    /// A violation by `property`.
    pub fn new(property: impl Into<String>, message: impl Into<String>) -> Violation {
        Violation { property: property.into(), message: message.into() }
    }
}

/// What is wrong with the value called `root`; empty for a whole body.
pub(crate) fn violations<'a>(
    root: &str,
    errors: impl Iterator<Item = ValidationError<'a>>,
) -> Vec<Violation> {
    let mut all = Vec::new();
    for error in errors {
        let at = property_path(root, error.instance_path().as_str());
        match error.kind() {
            Kind::Required { property } => {
                all.push(Violation::new(
                    join(&at, property.as_str().unwrap_or_default()),
                    "is required",
                ));
            }
            Kind::AdditionalProperties { unexpected }
            | Kind::UnevaluatedProperties { unexpected } => {
                all.extend(
                    unexpected
                        .iter()
                        .map(|name| Violation::new(join(&at, name), "is not a known property")),
                );
            }
            kind => {
                let name = at.rsplit('.').next().unwrap_or_default();
                all.push(Violation::new(at.clone(), sentence(kind, name)));
            }
        }
    }
    all
}

fn sentence(kind: &Kind, name: &str) -> String {
    match kind {
        Kind::Type { kind } => {
            let names: Vec<String> = match kind {
                jsonschema::error::TypeKind::Single(one) => vec![one.to_string()],
                jsonschema::error::TypeKind::Multiple(many) => {
                    many.iter().map(|one| one.to_string()).collect()
                }
            };
            format!("must be of type {}", names.join(" or "))
        }
        Kind::Enum { options } => {
            let options = options.as_array().into_iter().flatten().map(plain).collect::<Vec<_>>();
            format!("Invalid {name}, the possible values are: {}", options.join(", "))
        }
        Kind::Constant { expected_value } => format!("must be {}", plain(expected_value)),
        Kind::MinLength { limit: 1 } => "must not be empty".to_owned(),
        Kind::MinLength { limit } => format!("must have at least {limit} characters"),
        Kind::MaxLength { limit } => format!("must have at most {limit} characters"),
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("must be more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::MinItems { limit } => format!("must have at least {limit} items"),
        Kind::MaxItems { limit } => format!("must have at most {limit} items"),
        Kind::UniqueItems => "must not name anything twice".to_owned(),
        Kind::Pattern { pattern } => format!("must match {pattern}"),
        Kind::Format { format } => format!("must be a valid {format}"),
        Kind::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => {
            "has none of the allowed forms".to_owned()
        }
        _ => "is not valid".to_owned(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A JSON pointer in the notation of a form: `/os/partitions/0/size` is `os.partitions[0].size`.
fn property_path(root: &str, pointer: &str) -> String {
    pointer.split('/').skip(1).fold(root.to_owned(), |path, segment| {
        if segment.bytes().all(|byte| byte.is_ascii_digit()) {
            format!("{path}[{segment}]")
        } else {
            join(&path, &segment.replace("~1", "/").replace("~0", "~"))
        }
    })
}

/// A property of the object at `path`.
pub(crate) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_read_like_form_fields() {
        assert_eq!(property_path("", "/os/partitions/0/size"), "os.partitions[0].size");
        assert_eq!(property_path("tag", "/0"), "tag[0]");
        assert_eq!(property_path("", "/a~1b"), "a/b");
    }
}
