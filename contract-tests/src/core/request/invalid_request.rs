//! Invalid requests, derived from the example of an operation: each breaks the contract in one
//! thing, and a server must refuse it.

use std::fmt;

use http::Method;
use openapi::{Location, Parameter, Route};
use serde_json::Value;

use crate::core::request::{Content, Part, Request, mutation::Mutation, mutations};

/// A request that breaks the contract in one thing.
pub struct InvalidRequest {
    /// How it was made invalid.
    pub mutation: Mutation,
    /// The part that is wrong, as reports name it; empty where the mutation names it.
    pub subject: String,
    /// The request.
    pub request: Request,
    /// The statuses that are right for the refusal.
    pub statuses: Vec<u16>,
    /// The property that the refusal must name.
    pub property: Option<String>,
}

impl InvalidRequest {
    fn new(mutation: Mutation, request: Request, statuses: &[u16]) -> InvalidRequest {
        let (subject, statuses) = (String::new(), statuses.to_vec());
        InvalidRequest { mutation, subject, request, statuses, property: None }
    }

    fn about(self, subject: impl Into<String>) -> InvalidRequest {
        InvalidRequest { subject: subject.into(), ..self }
    }

    fn of(self, property: impl Into<String>) -> InvalidRequest {
        InvalidRequest { property: Some(property.into()), ..self }
    }
}

/// What is wrong, to be read after "refuses", as in `name missing`.
impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let space = if self.subject.is_empty() { "" } else { " " };
        write!(f, "{}{space}{}", self.subject, self.mutation)
    }
}

/// What can be wrong with `example`, by the contract alone: parameters, range and body.
pub fn invalid_requests(example: &Request) -> Vec<InvalidRequest> {
    let parameters = example.route.parameters.iter().flat_map(|it| match it.location {
        Location::Path => in_path(example, it),
        Location::Query => in_query(example, it),
        Location::Header => in_range(example),
    });
    parameters.chain(in_body(example)).collect()
}

/// A path of the wrong form is no path of the operation, unless the operation documents 400 for it.
fn in_path(example: &Request, parameter: &Parameter) -> Vec<InvalidRequest> {
    let name = &parameter.name;
    let refused = |mutation, text, statuses: &[u16]| {
        InvalidRequest::new(mutation, example.with(name, text), statuses).about(name)
    };
    let wrong = mutations::invalid_texts(parameter)
        .into_iter()
        .map(|(mutation, text)| refused(mutation, text, &[404, 400]));
    // A POST may create what the last parameter of its path names.
    let route = example.route;
    let may_be_new = route.method == Method::POST && route.path.ends_with(&format!("{{{name}}}"));
    let unknown =
        mutations::unknown_id(parameter).filter(|_| !may_be_new).zip(status_of_unknown_id(route));
    let unknown = unknown.map(|(text, status)| refused(Mutation::Unknown, text, &[status]));
    wrong.chain(unknown).collect()
}

/// The status of an operation for an unknown id: the first of these that it documents.
pub(crate) fn status_of_unknown_id(route: &Route) -> Option<u16> {
    [404, 400, 403].into_iter().find(|status| route.documents(*status))
}

fn in_query(example: &Request, parameter: &Parameter) -> Vec<InvalidRequest> {
    let name = &parameter.name;
    let refused = |mutation, request| InvalidRequest::new(mutation, request, &[400]).about(name);
    let missing = || refused(Mutation::Missing, example.without(name)).of(name);
    let missing = parameter.required.then(missing);
    let wrong = mutations::invalid_texts(parameter).into_iter().map(|(mutation, text)| {
        // In a list, the first value is the wrong one.
        let property = if parameter.repeats && mutation != Mutation::WrongType {
            format!("{name}[0]")
        } else {
            name.clone()
        };
        refused(mutation, example.with(name, text)).of(property)
    });
    let twice = || {
        let (mut request, text) = (example.with(name, "0"), "0".to_owned());
        request.parameters.push((name.clone(), text));
        refused(Mutation::Twice, request).of(name)
    };
    let twice = (!parameter.repeats).then(twice);
    missing.into_iter().chain(wrong).chain(twice).collect()
}

/// Each API words ranges in its own way; these are wrong in the one that all our contracts use.
fn in_range(example: &Request) -> Vec<InvalidRequest> {
    let wrong = [
        "x",
        "start=x",
        "start=-1",
        "results=1.5",
        "start=0,results=25,more=1",
        "start=1,start=2",
        "start=99999999999999999999",
        "start=0;results=25",
        "start=0,",
        "bytes=0-24",
    ];
    let refused = |text| InvalidRequest::new(Mutation::Range(text), example.range(text), &[400]);
    wrong.into_iter().map(refused).collect()
}

fn in_body(example: &Request) -> Vec<InvalidRequest> {
    let refused = |mutation, content, status| {
        InvalidRequest::new(mutation, example.content(content), &[status])
    };
    match (&example.content, &example.route.body) {
        (Content::Json(body), Some(expected)) => {
            let cut = Content::Text("{\"name\":".to_owned());
            let not_json = refused(Mutation::NotJson, cut, 400);
            let no_body = || refused(Mutation::NoBody, Content::Nothing, 400);
            let missing = expected.required.then(no_body);
            let broken = mutations::invalid_bodies(expected, body).into_iter().map(|broken| {
                let subject = if broken.property.is_empty() { "a body" } else { &broken.property };
                refused(broken.mutation, Content::Json(broken.value), 422)
                    .about(subject)
                    .of(broken.property)
            });
            std::iter::once(not_json).chain(missing).chain(broken).collect()
        }
        (Content::Form(parts), Some(expected)) => {
            let required = expected.definition()["required"].as_array().into_iter().flatten();
            let missing = required.filter_map(Value::as_str).map(|name| {
                // A part is renamed, not removed: without parts there would be no form.
                let rename = |part: &Part| match part.name == name {
                    true => Part { name: "other".to_owned(), ..part.clone() },
                    false => part.clone(),
                };
                let others = parts.iter().map(rename).collect();
                refused(Mutation::Missing, Content::Form(others), 422).about(name).of(name)
            });
            let other = refused(Mutation::NotForm, Content::Text("{}".to_owned()), 400);
            missing.chain([other]).collect()
        }
        _ => Vec::new(),
    }
}
