//! Invalid requests, derived from the example of an operation: each breaks the contract in one
//! thing, and a server must refuse it.

use std::fmt;

use http::Method;
use openapi::{Location, Parameter};
use serde_json::Value;

use crate::core::{
    profile::{ApiProfile, paging::Paging, refusals::RefusalKind},
    request::{Content, Encoding, Part, Request, member, mutation::Mutation, mutations},
};

/// A request that breaks the contract in one thing.
pub struct InvalidRequest {
    /// How it was made invalid.
    pub mutation: Mutation,
    /// The part that is wrong, as reports name it; empty where the mutation names it.
    pub subject: String,
    /// The request.
    pub request: Request,
    /// Why it must be refused.
    pub kind: RefusalKind,
    /// The property that the refusal must name.
    pub property: Option<String>,
}

impl InvalidRequest {
    fn new(mutation: Mutation, request: Request, kind: RefusalKind) -> InvalidRequest {
        InvalidRequest { mutation, subject: String::new(), request, kind, property: None }
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

/// What can be wrong with `example`, by the contract alone: parameters, part of the list and body.
pub fn invalid_requests(profile: &ApiProfile, example: &Request) -> Vec<InvalidRequest> {
    let parameters = example.route.parameters.iter().flat_map(|it| {
        let paging = profile.paging.filter(|paging| paging.is_range(it));
        match (it.location, paging) {
            (_, Some(paging)) => in_range(example, paging),
            (Location::Path, None) => in_path(profile, example, it),
            (Location::Query | Location::Header, None) => in_parameter(example, it),
        }
    });
    let all = parameters.chain(in_body(profile, example)).chain(of_ids_in_body(profile, example));
    all.collect()
}

/// Ids in the body that name nothing.
fn of_ids_in_body(profile: &ApiProfile, example: &Request) -> Vec<InvalidRequest> {
    let (route, kind) = (example.route, RefusalKind::UnknownId);
    let Content::Json(body) = &example.content else { return Vec::new() };
    if (profile.refusals.statuses)(kind, route).is_empty() {
        return Vec::new();
    }
    let unknown = |name: &'static str| {
        let request = example.with(name, member::unknown_id(route, body, name)?);
        Some(InvalidRequest::new(Mutation::Unknown, request, kind).about(name))
    };
    profile.ids_in_body(route).into_iter().filter_map(unknown).collect()
}

fn in_path(profile: &ApiProfile, example: &Request, parameter: &Parameter) -> Vec<InvalidRequest> {
    let name = &parameter.name;
    let refused = |mutation, text, kind| {
        InvalidRequest::new(mutation, example.with(name, text), kind).about(name)
    };
    let wrong = mutations::invalid_texts(parameter)
        .into_iter()
        .map(|(mutation, text)| refused(mutation, text, RefusalKind::PathParameter));
    // A POST may create what the last parameter of its path names.
    let route = example.route;
    let may_be_new = route.method == Method::POST && route.path.ends_with(&format!("{{{name}}}"));
    let refuses = !(profile.refusals.statuses)(RefusalKind::UnknownId, route).is_empty();
    let unknown = mutations::unknown_id(parameter).filter(|_| !may_be_new && refuses);
    let unknown = unknown.map(|text| refused(Mutation::Unknown, text, RefusalKind::UnknownId));
    wrong.chain(unknown).collect()
}

fn in_parameter(example: &Request, parameter: &Parameter) -> Vec<InvalidRequest> {
    let name = &parameter.name;
    let refused = |mutation, request| {
        InvalidRequest::new(mutation, request, RefusalKind::Parameter).about(name)
    };
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

fn in_range(example: &Request, paging: Paging) -> Vec<InvalidRequest> {
    let refused = |words: &&'static str| {
        let request = example.with(paging.header, *words);
        InvalidRequest::new(Mutation::Range(words), request, RefusalKind::Parameter)
            .about(paging.header)
    };
    paging.invalid.iter().map(refused).collect()
}

fn in_body(profile: &ApiProfile, example: &Request) -> Vec<InvalidRequest> {
    let refused =
        |mutation, content, kind| InvalidRequest::new(mutation, example.content(content), kind);
    match (&example.content, &example.route.body) {
        (Content::Json(body), Some(expected)) => {
            let cut = Content::Text("{\"name\":".to_owned());
            let is_json = example.encoding == Encoding::Json;
            let not_json = || refused(Mutation::NotJson, cut, RefusalKind::NotReadable);
            let no_body = || refused(Mutation::NoBody, Content::Nothing, RefusalKind::NotReadable);
            let missing = (expected.required && is_json).then(no_body);
            let left_out = profile.credentials.members();
            let broken = mutations::invalid_bodies(expected, &left_out, body).into_iter();
            let broken = broken.filter(|it| is_refused(profile, example, &it.value));
            let broken = broken.map(|broken| {
                let subject = if broken.property.is_empty() { "a body" } else { &broken.property };
                refused(broken.mutation, Content::Json(broken.value), RefusalKind::Body)
                    .about(subject)
                    .of(broken.property)
            });
            is_json.then(not_json).into_iter().chain(missing).chain(broken).collect()
        }
        (Content::Form(parts), Some(expected)) => {
            let required = expected.definition()["required"].as_array().into_iter().flatten();
            let missing = required.filter_map(Value::as_str).map(|name| {
                // A part is renamed, not removed: without parts there would be no form.
                let rename = |part: &Part| match part.name == name {
                    true => Part { name: "other".to_owned(), ..part.clone() },
                    false => part.clone(),
                };
                let others = Content::Form(parts.iter().map(rename).collect());
                refused(Mutation::Missing, others, RefusalKind::Body).about(name).of(name)
            });
            let other = Content::Text("{}".to_owned());
            missing.chain([refused(Mutation::NotForm, other, RefusalKind::NotReadable)]).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether the contract refuses a body in the encoding of a request: where the contract is lenient,
/// a number may be sent as a text, or nothing as `null`. The transport adds the credentials.
fn is_refused(profile: &ApiProfile, example: &Request, value: &Value) -> bool {
    let encoding = example.encoding;
    let Some(expected) = encoding.body(example.route) else { return false };
    let read = encoding.read_back(expected, value);
    read.is_some_and(|mut read| !profile.check_body(expected, &mut read).violations.is_empty())
}
