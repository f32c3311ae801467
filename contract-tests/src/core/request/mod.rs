//! A request as data: the example of the contract, and whatever a test makes of it.

pub mod invalid_request;
pub mod mutation;
pub mod mutations;
pub mod tolerated;

use openapi::{Location, Parameter, RequestBody, Route, plain};
use serde_json::Value;

use crate::core::{
    encode::encode,
    exchange::{Caller, Sent},
    profile::ApiProfile,
};

/// The body of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// None.
    Nothing,
    /// A JSON value.
    Json(Value),
    /// Any text, sent as JSON.
    Text(String),
    /// The parts of a multipart form.
    Form(Vec<Part>),
}

/// One part of a multipart form.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The name of the field.
    pub name: String,
    /// The name of the file, where the part is one.
    pub file_name: Option<String>,
    /// The content.
    pub content: Vec<u8>,
}

impl Part {
    /// A field with a text.
    pub fn text(name: &str, text: &str) -> Part {
        Part { name: name.to_owned(), file_name: None, content: text.into() }
    }

    /// A file.
    pub fn file(name: &str, file_name: &str, content: impl Into<Vec<u8>>) -> Part {
        let file_name = Some(file_name.to_owned());
        Part { name: name.to_owned(), file_name, content: content.into() }
    }
}

/// A request of one operation.
#[derive(Clone)]
pub struct Request {
    /// The operation.
    pub route: &'static Route,
    /// Parameters, wherever the contract has them; one that repeats stands here several times.
    pub parameters: Vec<(String, String)>,
    /// The body.
    pub content: Content,
}

impl Request {
    /// The example of the contract: every parameter that has one, and the body; without the
    /// credentials, which the transport adds. The error says what the contract lacks.
    pub fn example(profile: &ApiProfile, route: &'static Route) -> Result<Request, String> {
        let is_key = |name: &str| profile.credentials.is_member(name);
        let mut parameters = Vec::new();
        for parameter in &route.parameters {
            match &parameter.example {
                Some(Value::Array(values)) => {
                    let given = values.iter().map(|value| (parameter.name.clone(), plain(value)));
                    parameters.extend(given);
                }
                Some(example) => parameters.push((parameter.name.clone(), plain(example))),
                None if parameter.required => return Err(lacks_parameter(route, parameter)),
                None => {}
            }
        }
        let content = match &route.body {
            None => Content::Nothing,
            Some(body) if !body.is_json() => {
                let parts = parts(body).into_iter();
                Content::Form(parts.filter(|part| !is_key(&part.name)).collect())
            }
            Some(body) => match body.example.clone() {
                Some(Value::Object(mut example)) => {
                    example.retain(|name, _| !is_key(name));
                    Content::Json(example.into())
                }
                Some(example) => Content::Json(example),
                None => return Err(lacks_body(route)),
            },
        };
        Ok(Request { route, parameters, content })
    }

    /// The same without what may be left out beside the body; `None` where that is nothing.
    #[must_use]
    pub fn without_optional_parameters(&self) -> Option<Request> {
        let required =
            |name: &str| self.route.parameters.iter().any(|it| it.name == name && it.required);
        let parameters: Vec<_> =
            self.parameters.iter().filter(|(name, _)| required(name)).cloned().collect();
        let differs = parameters.len() < self.parameters.len();
        differs.then(|| Request { parameters, ..self.clone() })
    }

    /// The same with another value of a parameter.
    #[must_use]
    pub fn with(&self, name: &str, text: impl Into<String>) -> Request {
        let mut changed = self.without(name);
        changed.parameters.push((name.to_owned(), text.into()));
        changed
    }

    /// The same without a parameter.
    #[must_use]
    pub fn without(&self, name: &str) -> Request {
        let parameters =
            self.parameters.iter().filter(|(other, _)| other != name).cloned().collect();
        Request { parameters, ..self.clone() }
    }

    /// The same with another body.
    #[must_use]
    pub fn content(&self, content: Content) -> Request {
        Request { content, ..self.clone() }
    }

    /// The request as it goes over the wire.
    #[must_use]
    pub fn sent(&self, caller: Caller) -> Sent {
        let (mut target, mut query) = (self.route.path.clone(), String::new());
        let mut given = Vec::new();
        for (name, text) in &self.parameters {
            if self.route.parameter(Location::Path, name).is_some() {
                target = target.replace(&format!("{{{name}}}"), &encode(text));
            } else if self.route.parameter(Location::Header, name).is_some() {
                given.push((name.to_lowercase(), text.clone()));
            } else {
                query += if query.is_empty() { "?" } else { "&" };
                query += &format!("{name}={}", encode(text));
            }
        }
        let (media, body) = match &self.content {
            Content::Nothing => (None, Vec::new()),
            Content::Json(body) => (Some(JSON.to_owned()), body.to_string().into_bytes()),
            Content::Text(text) => (Some(JSON.to_owned()), text.clone().into_bytes()),
            Content::Form(parts) => {
                let form = Form::of(parts);
                (Some(form.media), form.body)
            }
        };
        let media = media.map(|media| ("content-type".to_owned(), media));
        Sent {
            route: Some(self.route),
            caller,
            method: self.route.method.clone(),
            target: target + &query,
            headers: media.into_iter().chain(given).collect(),
            body,
        }
    }
}

/// The media type of most bodies.
pub(crate) const JSON: &str = "application/json";
/// What stands between the parts of a form. It is always the same, so that a run repeats to the
/// byte.
const BOUNDARY: &str = "contract-tests-7f1c0d5a";

/// A multipart form as it goes over the wire.
pub(crate) struct Form {
    /// Its media type.
    pub media: String,
    /// Its parts.
    pub body: Vec<u8>,
}

impl Form {
    /// The form of these parts.
    pub fn of(parts: &[Part]) -> Form {
        let mut body = Vec::new();
        for Part { name, file_name, content } in parts {
            let file = file_name
                .iter()
                .map(|name| format!("; filename=\"{name}\"\r\nContent-Type: text/plain"));
            let file: String = file.collect();
            let head = format!("Content-Disposition: form-data; name=\"{name}\"{file}");
            body.extend(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").into_bytes());
            body.extend(content);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
        Form { media: format!("multipart/form-data; boundary={BOUNDARY}"), body }
    }
}

/// One part for each property of the form. The example of a file is its name; its content does not
/// matter.
fn parts(body: &RequestBody) -> Vec<Part> {
    let properties = body.definition()["properties"].as_object().into_iter().flatten();
    let given = properties.map(|(name, property)| {
        let example = body.example.as_ref().map(|it| plain(&it[name]));
        let is_file = property["contentMediaType"].is_string() || property["format"] == "binary";
        if is_file {
            let file_name = example.as_deref().unwrap_or("example.txt");
            Part::file(name, file_name, "An example.")
        } else {
            Part::text(name, example.as_deref().unwrap_or("example"))
        }
    });
    given.collect()
}

fn lacks_parameter(route: &Route, parameter: &Parameter) -> String {
    let Parameter { name, location, .. } = parameter;
    let at = format!("{location:?}").to_lowercase();
    format!(
        "the contract has no example for `{name}` of {}; give that {at} parameter an `example:` \
         beside its `schema:` with which the request succeeds in the demo world",
        route.id
    )
}

fn lacks_body(route: &Route) -> String {
    format!(
        "the contract has no example for the body of {}; give its `application/json` an \
         `example:` beside its `schema:` with which the request succeeds in the demo world",
        route.id
    )
}
