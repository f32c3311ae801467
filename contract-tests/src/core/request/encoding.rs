//! The encodings of a body that is a value: JSON, or a form of texts.

use openapi::{RequestBody, Route, plain};
use serde_json::{Map, Value};

use super::form::{Form, Part};

/// How the body of a request is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Encoding {
    /// As JSON.
    #[default]
    Json,
    /// As a form of texts, percent-encoded.
    UrlEncoded,
    /// As a multipart form.
    Multipart,
}

impl Encoding {
    const ALL: [Encoding; 3] = [Encoding::Json, Encoding::UrlEncoded, Encoding::Multipart];

    /// Its media type.
    pub fn media(self) -> &'static str {
        match self {
            Encoding::Json => "application/json",
            Encoding::UrlEncoded => "application/x-www-form-urlencoded",
            Encoding::Multipart => "multipart/form-data",
        }
    }

    /// The encodings that a contract offers beside JSON for a body that may be JSON.
    pub fn beside_json(route: &Route) -> Vec<Encoding> {
        let [json, others @ ..] = Encoding::ALL;
        let is_offered = |encoding: &Encoding| encoding.body(route).is_some();
        match json.body(route) {
            Some(_) => others.into_iter().filter(is_offered).collect(),
            None => Vec::new(),
        }
    }

    /// The body of an operation in this encoding; `None` where the contract does not offer it.
    pub fn body(self, route: &Route) -> Option<&RequestBody> {
        bodies(route).find(|body| body.media == self.media())
    }

    /// A body with its Content-Type; `None` where the encoding has no words for the value.
    pub fn write(self, value: &Value) -> Option<(String, Vec<u8>)> {
        let media = self.media().to_owned();
        match self {
            Encoding::Json => Some((media, value.to_string().into_bytes())),
            Encoding::UrlEncoded => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                Some((media, form.extend_pairs(fields(value)?).finish().into_bytes()))
            }
            Encoding::Multipart => {
                let fields = fields(value)?;
                let parts: Vec<Part> =
                    fields.iter().map(|(name, text)| Part::text(name, text)).collect();
                let Form { media, body } = Form::of(&parts);
                Some((media, body))
            }
        }
    }

    /// What a server makes of a body by the contract: texts become what the schema wants, as far as
    /// they are such. `None` where the encoding has no words for the value.
    pub fn read_back(self, body: &RequestBody, value: &Value) -> Option<Value> {
        if self == Encoding::Json {
            return Some(value.clone());
        }
        value.as_object()?;
        Some(as_texts(body, body.definition(), value))
    }
}

/// The body of an operation in each media type.
fn bodies(route: &Route) -> impl Iterator<Item = &RequestBody> {
    route.body.iter()
}

/// The fields of a form. A list of texts repeats its name; a member of a member stands in brackets,
/// as in `files[0][name]`. `None` for what is no object.
fn fields(value: &Value) -> Option<Vec<(String, String)>> {
    let mut fields = Vec::new();
    for (name, value) in value.as_object()? {
        add_fields(name, value, &mut fields);
    }
    Some(fields)
}

fn add_fields(name: &str, value: &Value, fields: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (member, value) in members {
                add_fields(&format!("{name}[{member}]"), value, fields);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let is_text = !item.is_object() && !item.is_array();
                let name = if is_text { name.to_owned() } else { format!("{name}[{index}]") };
                add_fields(&name, item, fields);
            }
        }
        Value::Null => fields.push((name.to_owned(), String::new())),
        other => fields.push((name.to_owned(), plain(other))),
    }
}

/// A value as a form tells it: every part of it that is no text becomes one, and then what the
/// schema makes of that. Empty lists and objects have no fields, so that they are not there.
fn as_texts(body: &RequestBody, schema: &Value, value: &Value) -> Value {
    let schema = body.resolve(schema);
    match value {
        Value::Object(members) => {
            let told = members.iter().filter(|(_, value)| !is_empty(value));
            let part = |(name, value): (&String, &Value)| {
                (name.clone(), as_texts(body, &schema["properties"][name], value))
            };
            Value::Object(told.map(part).collect())
        }
        Value::Array(items) => {
            items.iter().map(|item| as_texts(body, &schema["items"], item)).collect()
        }
        Value::Null => typed(schema, ""),
        other => typed(schema, &plain(other)),
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty)
}

/// The value of a text in a type that the schema allows; the text itself where it is none of them.
pub fn typed(schema: &Value, text: &str) -> Value {
    let integer = || text.parse::<i64>().ok().map(Value::from);
    let number = || text.parse::<f64>().ok().filter(|it| it.is_finite()).map(Value::from);
    let boolean = || text.parse::<bool>().ok().map(Value::from);
    let read = if allows(schema, "string") {
        None
    } else if allows(schema, "integer") {
        integer()
    } else if allows(schema, "number") {
        integer().or_else(number)
    } else if allows(schema, "boolean") {
        boolean()
    } else {
        None
    };
    read.unwrap_or_else(|| text.into())
}

/// Whether a schema names this type.
fn allows(schema: &Value, name: &str) -> bool {
    schema["type"] == name
        || schema["type"].as_array().is_some_and(|types| types.iter().any(|it| it == name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::core::profile::sample::route;

    #[test]
    fn an_object_has_words_in_every_encoding() {
        let flat = json!({ "id": 7, "tags": ["a b", "c"], "note": null });
        let (media, body) = Encoding::UrlEncoded.write(&flat).expect("a form holds it");
        assert_eq!(media, "application/x-www-form-urlencoded");
        assert_eq!(String::from_utf8_lossy(&body), "id=7&tags=a+b&tags=c&note=");
        let (media, body) = Encoding::Multipart.write(&flat).expect("a form holds it");
        assert!(media.starts_with("multipart/form-data; boundary="));
        assert!(String::from_utf8_lossy(&body).contains("name=\"id\"\r\n\r\n7\r\n"));
        let deep = json!({ "files": [{ "name": "a" }, { "size": 1 }], "none": [] });
        let (_, body) = Encoding::UrlEncoded.write(&deep).expect("a form holds it");
        let text = String::from_utf8_lossy(&body).replace("%5B", "[").replace("%5D", "]");
        assert_eq!(text, "files[0][name]=a&files[1][size]=1");
        assert_eq!(Encoding::UrlEncoded.write(&json!([1])), None);
    }

    #[test]
    fn what_a_form_cannot_tell_apart_is_read_as_the_schema_wants_it() {
        let body = route("editNote").body.as_ref().expect("it has a body");
        let read = |value| Encoding::UrlEncoded.read_back(body, &value);
        assert_eq!(
            read(json!({ "noteId": "7", "title": 12, "text": [] })),
            Some(json!({ "noteId": 7, "title": "12" }))
        );
        assert_eq!(read(json!({ "noteId": "x" })), Some(json!({ "noteId": "x" })));
        assert_eq!(read(json!(7)), None);
    }
}
