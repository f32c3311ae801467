//! User data of cloud-init: an object in YAML or JSON, which the system of a machine reads itself.
//! All that matters here is whether it says who the users are.

use serde_json::{Map, Value};

use crate::engine::{Problem, Result};

/// What a request says; an empty text says nothing.
pub(super) fn parse(value: Option<Value>) -> Result<Map<String, Value>> {
    let value = match value {
        Some(Value::String(text)) if text.trim().is_empty() => Value::Object(Map::new()),
        Some(Value::String(text)) => serde_saphyr::from_str(&text).unwrap_or_default(),
        Some(value) => value,
        None => Value::Object(Map::new()),
    };
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(Problem::invalid("cloud_init", "value must be a valid YAML or JSON object")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_forms_are_read_and_anything_else_is_refused() {
        let wanted = json!({ "runcmd": ["/firstboot"], "users": [{ "name": "me" }] });
        let yaml = "#cloud-config\nruncmd:\n  - /firstboot\nusers:\n  - name: me\n";
        for value in [json!(yaml), json!(wanted.to_string()), wanted.clone()] {
            assert_eq!(Value::Object(parse(Some(value)).unwrap()), wanted);
        }
        assert!(parse(None).unwrap().is_empty() && parse(Some(json!(" "))).unwrap().is_empty());
        for text in ["- a list", "text", "{", "a: [1", "5"] {
            let refused = parse(Some(json!(text))).unwrap_err();
            assert_eq!(refused.errors[0].property, "cloud_init", "{text}");
        }
    }
}
