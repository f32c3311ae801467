//! Which requests are meant, as the control API is told.

use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter},
};

use axum::http::{HeaderMap, Method, header};
use openapi::{URL_ENCODED, form, plain};
use serde::Deserialize;
use serde_json::{Map, Value};
use wildmatch::WildMatch;

/// Says which requests are meant. What is left out may be anything.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Matcher {
    /// The name of an API.
    api: Option<Glob>,
    /// The name of an operation.
    operation: Option<Glob>,
    method: Option<Glob>,
    path: Option<Glob>,
    /// The key of the caller, in whatever header or parameter it is sent.
    key: Option<String>,
    #[serde(default)]
    query: BTreeMap<String, Expected>,
    #[serde(default)]
    headers: BTreeMap<String, Expected>,
    /// By JSON pointer.
    #[serde(default)]
    body: BTreeMap<String, Expected>,
}

/// A text in which `*` stands for any letters.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "String")]
struct Glob(WildMatch);

impl From<String> for Glob {
    fn from(text: String) -> Glob {
        Glob(WildMatch::new(&text))
    }
}

/// What a value must be.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Expected {
    /// A text with wildcards.
    Like { like: Glob },
    /// Whether there is one.
    Present { present: bool },
    /// This one; a text that reads like it will do, because forms have texts only.
    Exactly(Value),
}

/// A request, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) api: Option<&'a str>,
    pub(super) operation: Option<&'a str>,
    pub(super) method: &'a Method,
    pub(super) path: &'a str,
    /// Empty without one.
    pub(super) query: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

impl Matcher {
    /// Whether it is about the body of a request.
    pub(super) fn needs_body(&self) -> bool {
        !self.body.is_empty()
    }

    /// Whether the request is meant, whatever its body is.
    pub(super) fn takes_head(&self, asked: &Asked) -> bool {
        let texts = self.texts(asked);
        texts.into_iter().all(|(_, wanted, found)| takes(wanted, found))
            && self.takes_key(asked)
            && self.head_values(asked).all(|(_, wanted, found)| wanted.takes(found.as_ref()))
    }

    /// Whether the request is meant.
    pub(super) fn takes(&self, asked: &Asked) -> bool {
        self.takes_head(asked)
            && self.body_values(asked).all(|(_, wanted, found)| wanted.takes(found.as_ref()))
    }

    /// Whether requests of this operation may be meant.
    pub(super) fn takes_operation(&self, asked: &Asked) -> bool {
        takes(self.operation.as_ref(), asked.operation) && takes(self.api.as_ref(), asked.api)
    }

    /// In which ways the request is not one that is meant, in words.
    pub(super) fn differences(&self, asked: &Asked) -> Vec<String> {
        let mut differences = Vec::new();
        for (name, wanted, found) in self.texts(asked) {
            if let (Some(glob), false) = (wanted, takes(wanted, found)) {
                let found = found.unwrap_or("not known");
                differences.push(format!("{name} is {found}, not {}", glob.0));
            }
        }
        if !self.takes_key(asked) {
            differences.push("key is another one".to_owned());
        }
        let values = self.head_values(asked).chain(self.body_values(asked));
        let differing = values.filter(|(_, wanted, found)| !wanted.takes(found.as_ref()));
        differences.extend(differing.map(|(name, wanted, found)| {
            let found = found.map_or("missing".to_owned(), |found| found.to_string());
            format!("{name} is {found}, not {wanted}")
        }));
        differences
    }

    fn texts<'a>(&self, asked: &Asked<'a>) -> [(&'static str, Option<&Glob>, Option<&'a str>); 4] {
        [
            ("operation", self.operation.as_ref(), asked.operation),
            ("path", self.path.as_ref(), Some(asked.path)),
            ("method", self.method.as_ref(), Some(asked.method.as_str())),
            ("api", self.api.as_ref(), asked.api),
        ]
    }

    fn takes_key(&self, asked: &Asked) -> bool {
        let Some(key) = &self.key else { return true };
        carries_key(asked.headers.values().filter_map(|it| it.to_str().ok()), asked.query, key)
    }

    fn head_values(
        &self,
        asked: &Asked,
    ) -> impl Iterator<Item = (String, &Expected, Option<Value>)> {
        let query: Map<String, Value> = match self.query.is_empty() {
            true => Map::new(),
            false => form::decode(asked.query.as_bytes()),
        };
        let query = self
            .query
            .iter()
            .map(move |(name, wanted)| (format!("query {name}"), wanted, query.get(name).cloned()));
        let header = |name: &String| {
            let text = asked.headers.get(name)?.to_str().ok()?;
            Some(Value::String(text.to_owned()))
        };
        let headers = self.headers.iter();
        query.chain(
            headers.map(move |(name, wanted)| (format!("header {name}"), wanted, header(name))),
        )
    }

    fn body_values(
        &self,
        asked: &Asked,
    ) -> impl Iterator<Item = (String, &Expected, Option<Value>)> {
        let body = if self.needs_body() { members(asked) } else { Value::Null };
        self.body.iter().map(move |(pointer, wanted)| {
            (format!("body {pointer}"), wanted, body.pointer(pointer).cloned())
        })
    }
}

/// Whether a request with these values of headers carries a key.
pub(super) fn carries_key<'a>(
    mut headers: impl Iterator<Item = &'a str>,
    query: &str,
    key: &str,
) -> bool {
    let is_key = |text: &str| text == key || text.strip_prefix("Bearer ") == Some(key);
    let mut query = form_urlencoded::parse(query.as_bytes());
    headers.any(is_key) || query.any(|(_, text)| is_key(&text))
}

fn takes(wanted: Option<&Glob>, found: Option<&str>) -> bool {
    wanted.is_none_or(|glob| found.is_some_and(|it| glob.0.matches(it)))
}

impl Expected {
    fn takes(&self, found: Option<&Value>) -> bool {
        match self {
            Expected::Like { like } => found.is_some_and(|it| like.0.matches(&plain(it))),
            Expected::Present { present } => found.is_some() == *present,
            Expected::Exactly(wanted) => found
                .is_some_and(|it| it == wanted || (it.is_string() && plain(it) == plain(wanted))),
        }
    }
}

impl Display for Expected {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Expected::Like { like } => write!(f, "like {}", like.0),
            Expected::Present { present: true } => f.write_str("any value"),
            Expected::Present { present: false } => f.write_str("absent"),
            Expected::Exactly(value) => write!(f, "{value}"),
        }
    }
}

/// The members of a body, of JSON or of a form.
fn members(asked: &Asked) -> Value {
    let media = asked.headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok());
    match media {
        Some(media) if media.starts_with(URL_ENCODED) => form::decode(asked.body).into(),
        _ => serde_json::from_slice(asked.body).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn differences(matcher: Value) -> Vec<String> {
        let matcher: Matcher = serde_json::from_value(matcher).unwrap();
        let headers = HeaderMap::from_iter([(
            axum::http::HeaderName::from_static("private-token"),
            axum::http::HeaderValue::from_static("the key"),
        )]);
        let asked = Asked {
            api: Some("notes-v1"),
            operation: Some("createNote"),
            method: &Method::POST,
            path: "/v1/notes",
            query: "a=1&a=2&b=x",
            headers: &headers,
            body: br#"{"title": "one", "list": [{"n": 1}]}"#,
        };
        let differences = matcher.differences(&asked);
        let without_body = Matcher { body: BTreeMap::new(), ..matcher };
        let of_head = differences.iter().all(|it| it.starts_with("body"));
        assert_eq!(without_body.takes_head(&asked), of_head);
        differences
    }

    #[test]
    fn a_request_that_is_meant_differs_in_nothing() {
        for matcher in [
            json!({}),
            json!({ "api": "notes-*", "operation": "*Note", "method": "POST", "path": "/v1/*" }),
            json!({ "key": "the key" }),
            json!({ "query": { "b": "x", "c": { "present": false } } }),
            json!({ "headers": { "Private-Token": { "like": "the*" } } }),
            json!({ "body": { "/title": "one", "/list/0/n": 1, "/list/1": { "present": false } } }),
        ] {
            assert_eq!(differences(matcher.clone()), [""; 0], "{matcher}");
        }
    }

    #[test]
    fn each_difference_is_said_in_words() {
        for (matcher, why) in [
            (json!({ "operation": "getNotes" }), "operation is createNote, not getNotes"),
            (json!({ "method": "GET" }), "method is POST, not GET"),
            (json!({ "key": "no" }), "key is another one"),
            (json!({ "query": { "b": "y" } }), "query b is \"x\", not \"y\""),
            (
                json!({ "headers": { "X-A": { "present": true } } }),
                "header X-A is missing, not any value",
            ),
            (
                json!({ "body": { "/title": { "like": "two*" } } }),
                "body /title is \"one\", not like two*",
            ),
            (json!({ "body": { "/list/0/n": 2 } }), "body /list/0/n is 1, not 2"),
        ] {
            assert_eq!(differences(matcher), [why]);
        }
    }
}
