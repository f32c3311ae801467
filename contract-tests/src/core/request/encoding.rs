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
        let mut read = Map::new();
        for (name, text) in fields(value)? {
            let schema = body.resolve(&body.definition()["properties"][&name]);
            if allows(schema, "array") {
                let items = read.entry(name).or_insert_with(|| Value::Array(Vec::new()));
                let item = typed(body.resolve(&schema["items"]), &text);
                items.as_array_mut().into_iter().for_each(|items| items.push(item.clone()));
            } else {
                read.insert(name, typed(schema, &text));
            }
        }
        Some(read.into())
    }
}

/// The body of an operation in each media type.
fn bodies(route: &Route) -> impl Iterator<Item = &RequestBody> {
    route.body.iter()
}

/// The texts of a form; a list repeats its name. `None` for what no form can hold.
fn fields(value: &Value) -> Option<Vec<(String, String)>> {
    let mut fields = Vec::new();
    for (name, value) in value.as_object()? {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for value in values {
            fields.push((name.clone(), text(value)?));
        }
    }
    Some(fields)
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Array(_) | Value::Object(_) => None,
        other => Some(plain(other)),
    }
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

    #[test]
    fn a_flat_object_has_words_in_every_encoding_and_a_deep_one_only_in_json() {
        let flat = json!({ "id": 7, "tags": ["a b", "c"], "note": null });
        let (media, body) = Encoding::UrlEncoded.write(&flat).expect("a form holds it");
        assert_eq!(media, "application/x-www-form-urlencoded");
        assert_eq!(String::from_utf8_lossy(&body), "id=7&tags=a+b&tags=c&note=");
        let (media, body) = Encoding::Multipart.write(&flat).expect("a form holds it");
        assert!(media.starts_with("multipart/form-data; boundary="));
        assert!(String::from_utf8_lossy(&body).contains("name=\"id\"\r\n\r\n7\r\n"));
        let deep = json!({ "files": [{ "name": "a" }] });
        assert_eq!(Encoding::UrlEncoded.write(&deep), None);
        assert!(Encoding::Json.write(&deep).is_some());
    }
}
