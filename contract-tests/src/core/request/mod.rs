//! A request as data: the example of the contract, and whatever a test makes of it.

pub mod encoding;
mod form;
pub mod invalid_request;
pub mod member;
pub mod mutation;
pub mod mutations;
pub mod tolerated;

use openapi::{JSON, Location, Parameter, RequestBody, Route, URL_ENCODED, plain};
use serde_json::Value;

pub(crate) use self::form::Form;
pub use self::{encoding::Encoding, form::Part};
use crate::core::{
    encode::encode,
    exchange::{Caller, Sent, wire_path},
    profile::ApiProfile,
};

/// The body of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// None.
    Nothing,
    /// A value, written in the encoding of the request.
    Json(Value),
    /// Any text, sent as JSON.
    Text(String),
    /// The parts of a multipart form.
    Form(Vec<Part>),
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
    /// How the body is written, where it is a value.
    pub encoding: Encoding,
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
            Some(body) if body.is_multipart() => {
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
        Ok(Request { parameters, content, ..Request::of(route) })
    }

    /// A request without anything that the contract lets one leave out, and without the rest.
    pub fn of(route: &'static Route) -> Request {
        let (parameters, content) = (Vec::new(), Content::Nothing);
        let is_form = route.body.as_ref().is_some_and(|body| body.media == URL_ENCODED);
        let encoding = if is_form { Encoding::UrlEncoded } else { Encoding::Json };
        Request { route, parameters, content, encoding }
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

    /// The same with another value of a parameter; it goes into the body where the contract has it
    /// there.
    #[must_use]
    pub fn with(&self, name: &str, text: impl Into<String>) -> Request {
        let (mut changed, text) = (self.without(name), text.into());
        match (member::value(self.route, name, &text), &mut changed.content) {
            (Some(value), Content::Json(Value::Object(body))) => {
                drop(body.insert(name.to_owned(), value));
            }
            (Some(_), Content::Form(parts)) => parts.push(Part::text(name, &text)),
            _ => changed.parameters.push((name.to_owned(), text)),
        }
        changed
    }

    /// The same without a parameter, wherever it is.
    #[must_use]
    pub fn without(&self, name: &str) -> Request {
        let mut changed = self.clone();
        changed.parameters.retain(|(other, _)| other != name);
        if member::schema(self.route, name).is_some() {
            match &mut changed.content {
                Content::Json(Value::Object(body)) => drop(body.shift_remove(name)),
                Content::Form(parts) => parts.retain(|part| part.name != name),
                _ => {}
            }
        }
        changed
    }

    /// The value of a parameter, wherever it is.
    pub fn value(&self, name: &str) -> Option<String> {
        let given = self.parameters.iter().find(|(other, _)| other == name);
        let in_body = || match &self.content {
            Content::Json(body) => body.get(name).map(plain),
            _ => None,
        };
        given.map(|(_, text)| text.clone()).or_else(in_body)
    }

    /// The same with its body written in another way; `None` where that has no words for it.
    #[must_use]
    pub fn encoded(&self, encoding: Encoding) -> Option<Request> {
        let Content::Json(body) = &self.content else { return None };
        encoding.write(body).map(|_| Request { encoding, ..self.clone() })
    }

    /// The same with another value of a member of its JSON body.
    #[must_use]
    pub fn with_member(&self, name: &str, value: Value) -> Request {
        let mut changed = self.clone();
        if let Content::Json(Value::Object(members)) = &mut changed.content {
            members.insert(name.to_owned(), value);
        }
        changed
    }

    /// The same with another body.
    #[must_use]
    pub fn content(&self, content: Content) -> Request {
        Request { content, ..self.clone() }
    }

    /// The same with the members of its body that have one value only, where they were left out:
    /// the operation that is called leaves no choice for them.
    #[must_use]
    pub fn with_constants(mut self) -> Request {
        let Some(body) = &self.route.body else { return self };
        for (name, value) in member::constants(body) {
            match &mut self.content {
                Content::Json(Value::Object(members)) if !members.contains_key(name) => {
                    drop(members.insert(name.to_owned(), value.clone()));
                }
                Content::Form(parts) if !parts.iter().any(|part| part.name == name) => {
                    parts.push(Part::text(name, &plain(value)));
                }
                _ => {}
            }
        }
        self
    }

    /// The request as it goes over the wire.
    #[must_use]
    pub fn sent(&self, caller: Caller) -> Sent {
        let (mut target, mut query) = (wire_path(self.route).to_owned(), String::new());
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
            Content::Json(body) => {
                let written = self.encoding.write(body).or_else(|| Encoding::Json.write(body));
                written.map_or((None, Vec::new()), |(media, body)| (Some(media), body))
            }
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
