//! Deviations of real clients that an operation must accept as if they were not there.

use std::fmt;

use openapi::RequestBody;
use serde_json::{Value, json};

use crate::core::request::{Content, Request};

/// What must be ignored, to be read after "ignores".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tolerated {
    /// Properties that only the server sets.
    ReadOnly,
    /// `null` for an optional list or object, `""` for an optional text that cannot be empty.
    Empty,
}

impl fmt::Display for Tolerated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Tolerated::ReadOnly => "properties that only the server sets",
            Tolerated::Empty => "null and empty text for what is optional",
        })
    }
}

/// The example of an operation, with each deviation that must be ignored.
pub fn tolerated(example: &Request) -> Vec<(Tolerated, Request)> {
    let (Content::Json(body), Some(expected)) = (&example.content, &example.route.body) else {
        return Vec::new();
    };
    let filled_by = |fill: &Fill| filled(expected, body, expected.definition(), fill);
    let variants =
        [(Tolerated::ReadOnly, filled_by(&read_only)), (Tolerated::Empty, filled_by(&empty))];
    let changed = variants.into_iter().filter(|(_, variant)| variant != body);
    changed.map(|(what, variant)| (what, example.content(Content::Json(variant)))).collect()
}

/// What to put in the place of an absent property, given its schema (as it stands, and resolved)
/// and whether it is required.
type Fill = dyn Fn(&Value, &Value, bool) -> Option<Value>;

fn read_only(property: &Value, _: &Value, _: bool) -> Option<Value> {
    (property["readOnly"] == true).then(|| json!("what a client sends here does not matter"))
}

fn empty(property: &Value, resolved: &Value, required: bool) -> Option<Value> {
    let is = |name: &str| resolved["type"] == name;
    if required || property["readOnly"] == true || property["oneOf"].is_array() {
        None
    } else if is("array") || is("object") {
        Some(Value::Null)
    } else {
        let never_empty = resolved["minLength"].is_u64()
            || resolved["enum"].is_array()
            || resolved["format"] == "uri";
        (is("string") && never_empty).then(|| json!(""))
    }
}

/// `value` with its absent properties filled in, also inside of objects and lists.
fn filled(body: &RequestBody, value: &Value, schema: &Value, fill: &Fill) -> Value {
    let schema = body.resolve(schema);
    match value {
        Value::Array(items) => {
            items.iter().map(|item| filled(body, item, &schema["items"], fill)).collect()
        }
        Value::Object(members) => {
            let mut members = members.clone();
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                let required =
                    schema["required"].as_array().is_some_and(|it| it.iter().any(|it| it == name));
                let filled = match members.get(name) {
                    Some(given) => Some(filled(body, given, property, fill)),
                    None => fill(property, body.resolve(property), required),
                };
                filled.map(|value| members.insert(name.clone(), value));
            }
            members.into()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ignored_leaves_the_example_as_the_operation_sees_it() {
        let route = openapi::i3d_v3().route("createFlexMetalServer").unwrap();
        let body = route.body.as_ref().unwrap();
        let example = json!({
            "name": "web",
            "location": "EU: Rotterdam",
            "instanceType": "bm7.std.8",
            "os": { "slug": "debian-12" },
        });
        let mut sent = filled(body, &example, body.definition(), &empty);
        assert_eq!(sent["tags"], Value::Null);
        assert_eq!(sent["os"]["ipxeScriptUrl"], "");
        assert_eq!(body.check(&mut sent).violations, []);
        assert_eq!(sent, example);

        let route = openapi::i3d_v3().route("createSshKey").unwrap();
        let body = route.body.as_ref().unwrap();
        let example = json!({ "name": "laptop", "publicKey": "ssh-ed25519 AAAA" });
        let mut sent = filled(body, &example, body.definition(), &read_only);
        assert!(sent["uuid"].is_string() && sent["createdAt"].is_string());
        assert_eq!(body.check(&mut sent).violations, []);
        assert_eq!(sent, example);
    }
}
