//! One operation of a contract, ready to use.

use std::{collections::BTreeMap, sync::Arc};

use http::Method;
use serde_json::{Map, Value};

use crate::{
    document::{OperationObject, OrRef, ParameterObject, ResponseObject, referred},
    parameter::{Location, Parameter},
    plain,
    request::RequestBody,
    response::{Response, Responses},
    rule::Rule,
    schema::Schemas,
    shape::{Checked, Reading},
    violation::Violation,
};

/// What all operations of a document share.
pub(crate) struct Shared<'a> {
    /// The parameters that a document shares.
    pub(crate) parameters: &'a BTreeMap<String, ParameterObject>,
    /// The answers that a document shares, each compiled once.
    pub(crate) responses: &'a BTreeMap<String, Arc<Response>>,
    pub(crate) schemas: &'a Arc<Schemas>,
    pub(crate) base_paths: &'a [String],
    pub(crate) ignored_path_endings: &'a [String],
    /// Whether an operation that does not say works without credentials.
    pub(crate) open: bool,
    /// Whether an operation that does not say reads parameters from anywhere.
    pub(crate) anywhere: bool,
    pub(crate) reading: Reading,
}

/// One operation, ready to use.
pub struct Route {
    /// The `operationId`.
    pub id: String,
    /// The group that the operation belongs to.
    pub tag: String,
    /// What it does, in a few words.
    pub summary: String,
    /// The HTTP method.
    pub method: Method,
    /// The path with its `{parameters}`, under the usual base path.
    pub path: String,
    /// The same path under the other base paths.
    pub other_paths: Vec<String>,
    /// The path as the document writes it.
    pub document_path: String,
    /// What tells it apart from the other operations of its path and method, where there are some;
    /// see [`Contract::action`](crate::Contract::action).
    pub action: Option<String>,
    /// Whether query, form and JSON are read as one.
    pub anywhere: bool,
    /// Whether it works without credentials.
    pub open: bool,
    /// The status of success.
    pub success: u16,
    /// Path, query and header parameters.
    pub parameters: Vec<Parameter>,
    /// The body it accepts, in its usual media type.
    pub body: Option<RequestBody>,
    /// The same in other media types.
    pub other_bodies: Vec<RequestBody>,
    ignored_path_endings: Vec<String>,
    responses: Responses,
}

/// Routes are equal if they have the same `operationId`.
impl PartialEq for Route {
    fn eq(&self, other: &Route) -> bool {
        self.id == other.id
    }
}

impl Eq for Route {}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.id)
    }
}

impl Route {
    pub(crate) fn new(
        path: &str,
        method: Method,
        operation: OperationObject,
        shared_parameters: &[OrRef<ParameterObject>],
        shared: &Shared,
    ) -> Route {
        let Shared { schemas, .. } = shared;
        let id = operation.operation_id;
        let response = |response: OrRef<ResponseObject>| match response {
            OrRef::Ref { reference } => Arc::clone(referred(&reference, shared.responses)),
            OrRef::Here(object) => Arc::new(Response::new(object, schemas)),
        };
        let mut responses = operation.responses;
        let default = responses.remove("default").map(response);
        let by_status: BTreeMap<u16, Arc<Response>> = responses
            .into_iter()
            .filter_map(|(status, it)| Some((status.parse().ok()?, response(it))))
            .collect();
        let success = by_status.keys().copied().find(|status| (200..300).contains(status));
        let anywhere = operation.parameters_anywhere.unwrap_or(shared.anywhere);
        // What comes from a query is text.
        let coerces = shared.reading.coerces || anywhere;
        let reading = Reading { coerces, ..shared.reading };
        let bodies = operation.request_body.map(|body| RequestBody::all(body, schemas, reading));
        let mut bodies = bodies.unwrap_or_default();
        let parameters = shared_parameters.iter().chain(&operation.parameters);
        let parameters = parameters.map(|it| it.resolve(shared.parameters));
        let (plain_path, action) = match path.split_once('#') {
            Some((path, action)) => (path, Some(action.to_owned())),
            None => (path, None),
        };
        let mut paths = shared.base_paths.iter().map(|base| format!("{base}{plain_path}"));
        Route {
            success: success.unwrap_or_else(|| panic!("{id} has a 2xx answer")),
            responses: Responses { by_status, default },
            body: (!bodies.is_empty()).then(|| bodies.remove(0)),
            other_bodies: bodies,
            open: operation.security.map_or(shared.open, |security| security.is_empty()),
            tag: operation.tags.into_iter().next().unwrap_or_default(),
            summary: operation.summary,
            path: paths.next().expect("a contract names a server"),
            other_paths: paths.collect(),
            document_path: path.to_owned(),
            ignored_path_endings: shared.ignored_path_endings.to_vec(),
            parameters: parameters.map(|it| Parameter::new(it, schemas)).collect(),
            action,
            anywhere,
            method,
            id,
        }
    }

    /// Its paths under all base paths.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.path).chain(&self.other_paths).map(String::as_str)
    }

    /// The bodies it accepts, one for each media type.
    pub fn bodies(&self) -> impl Iterator<Item = &RequestBody> {
        self.body.iter().chain(&self.other_bodies)
    }

    /// The parameter of this name and location.
    pub fn parameter(&self, location: Location, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|it| it.location == location && it.name == name)
    }

    /// Reads what a request carries in `location` into `values`, typed.
    pub fn read(
        &self,
        location: Location,
        given: &[(&str, &str)],
        values: &mut Map<String, Value>,
    ) -> Checked {
        let mut checked = Checked::default();
        for parameter in self.parameters.iter().filter(|it| it.location == location) {
            let texts: Vec<&str> = given
                .iter()
                .filter(|(name, _)| *name == parameter.name)
                .map(|(_, text)| *text)
                .collect();
            if texts.is_empty() {
                if parameter.required {
                    checked.violations.push(Violation::of_rule(&parameter.name, Rule::Required));
                }
                continue;
            }
            match parameter.read(&texts) {
                Ok(value) => drop(values.insert(parameter.name.clone(), value)),
                Err(violation) => checked.violations.push(violation),
            }
        }
        let unknown = given.iter().filter(|(name, _)| self.parameter(location, name).is_none());
        unknown.for_each(|(name, _)| checked.note_unknown(name));
        checked
    }

    /// Reads what a request carries anywhere: the parameters of the query into `query`, the rest as
    /// the body. A name that is a parameter of the query is one wherever it stands.
    pub fn read_anywhere(
        &self,
        given: Map<String, Value>,
        query: &mut Map<String, Value>,
    ) -> (Value, Checked) {
        let (of_query, of_body): (Map<_, _>, Map<_, _>) = given
            .into_iter()
            .partition(|(name, _)| self.parameter(Location::Query, name).is_some());
        let mut texts: Vec<(&str, String)> = Vec::new();
        for (name, value) in &of_query {
            match value {
                Value::Array(items) => texts.extend(items.iter().map(|it| (&**name, plain(it)))),
                one => texts.push((name, plain(one))),
            }
        }
        let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, &**text)).collect();
        let mut checked = self.read(Location::Query, &texts, query);
        let Some(expected) = &self.body else {
            of_body.keys().for_each(|name| checked.note_unknown(name));
            return (Value::Null, checked);
        };
        let mut body = Value::Object(of_body);
        let of_body = expected.check(&mut body);
        checked.violations.extend(of_body.violations);
        of_body.unknown.iter().for_each(|name| checked.note_unknown(name));
        (body, checked)
    }

    /// The statuses that the contract lists for this operation.
    pub fn statuses(&self) -> impl Iterator<Item = u16> {
        self.responses.by_status.keys().copied()
    }

    /// Whether the contract lists `status` for this operation.
    pub fn documents(&self, status: u16) -> bool {
        self.responses.by_status.contains_key(&status)
    }

    /// What the contract says of an answer with `status`; unlisted ones fall under `default`.
    pub fn response(&self, status: u16) -> Option<&Response> {
        let Responses { by_status, default } = &self.responses;
        by_status.get(&status).or(default.as_ref()).map(Arc::as_ref)
    }

    /// Whether the path of a request target is that of this operation, whatever the method.
    pub fn matches(&self, target: &str) -> bool {
        self.values_in(target).is_some()
    }

    /// The parameters in the path of a request target, with their values as texts; `None` where it
    /// is the path of another operation.
    pub fn values_in<'a>(&'a self, target: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
        let path = target.split('?').next().unwrap_or_default();
        let mut endings = self.ignored_path_endings.iter();
        let path = endings.find_map(|ending| path.strip_suffix(ending)).unwrap_or(path);
        self.paths().find_map(|pattern| values(pattern, path))
    }
}

/// The parameters in a path that has the form of `pattern`.
fn values<'a>(pattern: &'a str, path: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let pattern = pattern.trim_end_matches('/');
    if pattern.split('/').count() != path.split('/').count() {
        return None;
    }
    let mut values = Vec::new();
    for (expected, segment) in pattern.split('/').zip(path.split('/')) {
        match expected.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
            Some(name) => values.push((name, segment)),
            None if expected == segment => {}
            None => return None,
        }
    }
    Some(values)
}
