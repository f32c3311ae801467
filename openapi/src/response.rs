//! The documented answers of an operation.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use serde_json::Value;

use crate::{
    document::{MediaObject, ResponseObject},
    schema::{Schema, Schemas, View},
    violation::Violation,
};

/// One documented answer of an operation.
pub struct Response {
    /// Media type and schema of each form of the body; empty where there is no body.
    content: Vec<(String, Schema)>,
    /// The names of its headers, in lower case.
    headers: Vec<String>,
    properties: OnceLock<BTreeSet<String>>,
}

impl Response {
    pub(crate) fn new(object: ResponseObject, schemas: &Arc<Schemas>) -> Response {
        let headers = object.headers.keys().map(|name| name.to_lowercase()).collect();
        let content = object.content.into_iter();
        let schema = |media: MediaObject| Schema::new(schemas, View::Answers, media.schema);
        let content = content.map(|(name, media)| (name, schema(media))).collect();
        Response { content, headers, properties: OnceLock::new() }
    }

    /// The names of the headers that it has, in lower case.
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().map(String::as_str)
    }

    /// Whether this answer has a body.
    pub fn has_body(&self) -> bool {
        !self.content.is_empty()
    }

    /// The media type of a Content-Type as the contract writes it; `None` where the contract does
    /// not list it.
    pub fn media_type(&self, content_type: &str) -> Option<&str> {
        self.listed(content_type).map(|(media, _)| media)
    }

    /// Media types are compared without case and parameters (RFC 9110).
    fn listed(&self, content_type: &str) -> Option<(&str, &Schema)> {
        let essence = essence(content_type);
        let found = self.content.iter().find(|(media, _)| media.eq_ignore_ascii_case(essence));
        found.map(|(media, schema)| (media.as_str(), schema))
    }

    /// Masks what is secret in a JSON body; `suspects` as in [`RequestBody::mask`].
    ///
    /// [`RequestBody::mask`]: crate::RequestBody::mask
    pub fn mask(&self, body: &mut Value, suspects: &BTreeSet<String>) {
        if let Some(schema) = self.json() {
            schema.mask(body, suspects);
        }
    }

    /// The properties that a JSON body may have, as pointers in which `*` stands for every item of
    /// a list.
    pub fn properties(&self) -> &BTreeSet<String> {
        self.properties.get_or_init(|| self.json().map(Schema::properties).unwrap_or_default())
    }

    fn json(&self) -> Option<&Schema> {
        self.content.iter().find(|(media, _)| media == JSON).map(|(_, schema)| schema)
    }

    /// Everything that is wrong with a body of media type `media`; `None` is no body.
    pub fn check(&self, body: Option<(&str, &[u8])>) -> Vec<Violation> {
        let Some((media, body)) = body else {
            let missing = || {
                vec![Violation::new("", "the answer has no body, but the contract promises one")]
            };
            return if self.has_body() { missing() } else { Vec::new() };
        };
        let Some((listed, schema)) = self.listed(media) else {
            let essence = essence(media);
            return vec![Violation::new(
                "",
                format!("the contract promises no body of type {essence}"),
            )];
        };
        if listed != JSON {
            return Vec::new();
        }
        match serde_json::from_slice::<Value>(body) {
            Ok(value) => schema.check("", &value),
            Err(error) => vec![Violation::new("", format!("the body is not JSON: {error}"))],
        }
    }
}

/// The media type of bodies with a schema.
const JSON: &str = "application/json";

/// A media type without its parameters.
fn essence(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

/// The answers of one operation, by status.
pub(crate) struct Responses {
    pub(crate) by_status: BTreeMap<u16, Arc<Response>>,
    pub(crate) default: Option<Arc<Response>>,
}
