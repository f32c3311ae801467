//! The contracts of the emulated APIs, and the loader that makes them usable.
//!
//! A contract is an OpenAPI 3.1 document. [`Contract::compile`] turns it into one [`Route`] per
//! operation, which knows how to read a request, what a request may hold and what an answer must
//! look like. The emulator and the contract tests share it, so both mean the same thing by "valid".

mod brand;
mod contract;
mod document;
pub mod form;
pub mod json_pointer;
mod object;
mod parameter;
mod plain;
mod request;
mod response;
mod route;
mod rule;
mod schema;
mod shape;
mod violation;

pub use contract::{Contract, ServerVariable};
pub use object::ObjectSchema;
pub use parameter::{Location, Parameter};
pub use plain::plain;
pub use request::{JSON, MULTIPART, RequestBody, URL_ENCODED};
pub use response::Response;
pub use route::Route;
pub use rule::Rule;
pub use schema::MASK;
pub use shape::Checked;
pub use violation::Violation;

use std::sync::LazyLock;

/// Makes a function that compiles the contract of a folder beside this one when it is first called.
macro_rules! contract {
    ($(#[$doc:meta])* $name:ident, $file:literal) => {
        $(#[$doc])*
        pub fn $name() -> &'static Contract {
            static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
                Contract::compile(include_str!(concat!(env!("OUT_DIR"), "/", $file, ".json")))
            });
            &CONTRACT
        }
    };
}

contract! {
    /// The i3D.net v3 contract; authored in `openapi/i3d-v3/`.
    i3d_v3, "i3d-v3"
}
contract! {
    /// The i3D.net v2 contract, administration; authored in `openapi/i3d-v2/`.
    i3d_v2, "i3d-v2"
}
contract! {
    /// The contract of the Warren platform, version 1; authored in `openapi/warren-v1/`.
    warren_v1, "warren-v1"
}

/// The contracts of all APIs, by name.
#[cfg(test)]
fn all() -> [(&'static str, &'static Contract); 3] {
    [("i3d-v3", i3d_v3()), ("i3d-v2", i3d_v2()), ("warren-v1", warren_v1())]
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path};

    use serde_json::Value;

    #[test]
    fn every_operation_of_every_file_is_in_the_contract() {
        for (name, contract) in super::all() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
            let files = fs::read_dir(folder).expect("the folder of the contract");
            let read = |file: fs::DirEntry| fs::read_to_string(file.path());
            let text: String =
                files.map(|file| read(file.expect("a file")).expect("a readable file")).collect();
            let written: Vec<&str> =
                text.lines().filter_map(|line| line.trim().strip_prefix("operationId: ")).collect();
            let joined: BTreeSet<&str> =
                contract.routes.iter().map(|route| route.id.as_str()).collect();
            assert_eq!(written.len(), joined.len(), "an operationId of {name} stands twice");
            assert_eq!(written.into_iter().collect::<BTreeSet<_>>(), joined);
        }
    }

    /// The keywords that schemas have here. A comma in a description without quotes makes a keyword
    /// of the rest of it, which validators pass over.
    const KEYWORDS: [&str; 32] = [
        "$ref",
        "additionalProperties",
        "allOf",
        "anyOf",
        "const",
        "contentEncoding",
        "contentMediaType",
        "default",
        "deprecated",
        "description",
        "enum",
        "example",
        "examples",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "items",
        "maxItems",
        "maxLength",
        "maximum",
        "minItems",
        "minLength",
        "maxProperties",
        "minProperties",
        "minimum",
        "not",
        "oneOf",
        "pattern",
        "uniqueItems",
        "writeOnly",
        "x-brands",
        "x-observed",
    ];

    #[test]
    fn schemas_have_no_keyword_that_nobody_knows() {
        for (_, contract) in super::all() {
            let document: Value = serde_json::from_str(contract.document).expect("JSON");
            let mut unknown = BTreeSet::new();
            for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
                unknown_keywords(schema, name, &mut unknown);
            }
            assert_eq!(unknown, BTreeSet::new());
        }
    }

    fn unknown_keywords(schema: &Value, at: &str, unknown: &mut BTreeSet<String>) {
        for (keyword, value) in schema.as_object().into_iter().flatten() {
            let at = format!("{at}/{keyword}");
            match keyword.as_str() {
                "properties" => {
                    for (name, property) in value.as_object().expect("properties") {
                        unknown_keywords(property, &format!("{at}/{name}"), unknown);
                    }
                }
                "items" | "not" | "additionalProperties" => unknown_keywords(value, &at, unknown),
                "anyOf" | "oneOf" | "allOf" => {
                    let branches = value.as_array().expect("branches").iter();
                    branches.for_each(|branch| unknown_keywords(branch, &at, unknown));
                }
                "type" | "required" | "readOnly" => {}
                other if KEYWORDS.contains(&other) => {}
                _ => drop(unknown.insert(at)),
            }
        }
    }
}
