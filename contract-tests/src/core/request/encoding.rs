//! The encodings of a body that is a value: JSON, or a form of texts.

use openapi::{JSON, MULTIPART, RequestBody, Route, URL_ENCODED, form};
use serde_json::Value;

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
            Encoding::Json => JSON,
            Encoding::UrlEncoded => URL_ENCODED,
            Encoding::Multipart => MULTIPART,
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
        route.bodies().find(|body| body.media == self.media())
    }

    /// A body with its Content-Type; `None` where the encoding has no words for the value.
    pub fn write(self, value: &Value) -> Option<(String, Vec<u8>)> {
        let media = self.media().to_owned();
        match self {
            Encoding::Json => Some((media, value.to_string().into_bytes())),
            Encoding::UrlEncoded => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                Some((
                    media,
                    form.extend_pairs(form::fields(value.as_object()?)).finish().into_bytes(),
                ))
            }
            Encoding::Multipart => {
                let fields = form::fields(value.as_object()?);
                let parts: Vec<Part> =
                    fields.iter().map(|(name, text)| Part::text(name, text)).collect();
                let Form { media, body } = Form::of(&parts);
                Some((media, body))
            }
        }
    }

    /// A body as it is read again, before the contract makes of its texts what it wants. `None`
    /// where the encoding has no words for the value.
    pub fn read_back(self, value: &Value) -> Option<Value> {
        match self {
            Encoding::Json => Some(value.clone()),
            Encoding::UrlEncoded | Encoding::Multipart => {
                Some(form::gather(form::fields(value.as_object()?)).into())
            }
        }
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
    fn a_form_tells_texts_and_nothing_of_empty_lists() {
        let read = |value| Encoding::UrlEncoded.read_back(&value);
        let told = read(json!({ "noteId": 7, "title": null, "text": [], "files": [{ "a": 1 }] }));
        assert_eq!(told, Some(json!({ "noteId": "7", "title": "", "files": [{ "a": "1" }] })));
        assert_eq!(read(json!(7)), None);
    }
}
