//! A contract, compiled: one [`Route`] per operation.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use http::Method;
use serde_json::{Map, Value};

use crate::{
    document::{Components, Document, OperationObject, OrRef, ParameterObject, SecurityScheme},
    parameter::{Location, Parameter},
    request::{Checked, RequestBody},
    response::{Response, Responses},
    rule::Rule,
    schema::Schemas,
    violation::Violation,
};

/// An API as its OpenAPI document describes it.
pub struct Contract {
    /// The document itself, as JSON.
    pub document: &'static str,
    /// Every operation, in the order of the paths.
    pub routes: Vec<Route>,
    /// Names of properties and headers whose values are secret.
    pub secrets: BTreeSet<String>,
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
    /// The path with its `{parameters}`.
    pub path: String,
    /// Whether it works without credentials.
    pub open: bool,
    /// The status of success.
    pub success: u16,
    /// Path, query and header parameters.
    pub parameters: Vec<Parameter>,
    /// The body it accepts.
    pub body: Option<RequestBody>,
    responses: Responses,
}

impl Contract {
    /// Compiles a document; panics on a malformed one, because it ships with the program.
    pub fn compile(text: &'static str) -> Contract {
        let document: Document =
            serde_json::from_str(text).expect("a contract uses the keywords we support");
        let components = &document.components;
        let secrets = secrets(&components.schemas);
        let schemas = Schemas::new(&components.schemas);
        let mut routes = Vec::new();
        for (path, item) in document.paths {
            let methods = [
                (Method::GET, item.get),
                (Method::PUT, item.put),
                (Method::POST, item.post),
                (Method::DELETE, item.delete),
                (Method::PATCH, item.patch),
            ];
            for (method, operation) in methods {
                let Some(operation) = operation else { continue };
                let parameters = item.parameters.iter().chain(&operation.parameters);
                let parameters = resolve(parameters, components, &schemas);
                let open_by_default = document.security.is_empty();
                routes.push(Route::new(
                    &path,
                    method,
                    operation,
                    parameters,
                    open_by_default,
                    components,
                    &schemas,
                ));
            }
        }
        let header = |scheme: &SecurityScheme| match scheme.r#in.as_str() {
            "cookie" => "cookie".to_owned(),
            _ => scheme.name.to_lowercase(),
        };
        let secrets =
            secrets.into_iter().chain(components.security_schemes.values().map(header)).collect();
        Contract { document: text, routes, secrets }
    }
}

fn resolve<'a>(
    parameters: impl Iterator<Item = &'a OrRef<ParameterObject>>,
    components: &Components,
    schemas: &Arc<Schemas>,
) -> Vec<Parameter> {
    parameters.map(|it| Parameter::new(it.resolve(&components.parameters), schemas)).collect()
}

/// The names of all properties that the document marks as secret with `format: password`.
fn secrets(schema: &Value) -> BTreeSet<String> {
    let members = schema.as_object().into_iter().flatten().map(|(_, value)| value);
    let items = schema.as_array().into_iter().flatten();
    let mut names: BTreeSet<String> = members.chain(items).flat_map(secrets).collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    names.extend(
        properties.filter(|(_, it)| it["format"] == "password").map(|(name, _)| name.clone()),
    );
    names
}

impl Contract {
    /// The operation of this id.
    pub fn route(&self, id: &str) -> Option<&Route> {
        self.routes.iter().find(|route| route.id == id)
    }
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
    fn new(
        path: &str,
        method: Method,
        operation: OperationObject,
        parameters: Vec<Parameter>,
        open_by_default: bool,
        components: &Components,
        schemas: &Arc<Schemas>,
    ) -> Route {
        let response =
            |response: &OrRef<_>| Response::new(response.resolve(&components.responses), schemas);
        let by_status: BTreeMap<u16, Response> = operation
            .responses
            .iter()
            .filter_map(|(status, it)| Some((status.parse().ok()?, response(it))))
            .collect();
        let success = by_status.keys().copied().find(|status| (200..300).contains(status));
        Route {
            success: success
                .unwrap_or_else(|| panic!("{} has a 2xx answer", operation.operation_id)),
            responses: Responses {
                by_status,
                default: operation.responses.get("default").map(response),
            },
            body: operation.request_body.map(|body| RequestBody::new(body, schemas)),
            open: operation.security.map_or(open_by_default, |security| security.is_empty()),
            id: operation.operation_id,
            tag: operation.tags.into_iter().next().unwrap_or_default(),
            summary: operation.summary,
            method,
            path: path.to_owned(),
            parameters,
        }
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
        checked.unknown = unknown.map(|(name, _)| (*name).to_owned()).collect();
        checked
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
        self.responses.by_status.get(&status).or(self.responses.default.as_ref())
    }

    /// Whether the path of a request target is that of this operation, whatever the method.
    pub fn matches(&self, target: &str) -> bool {
        self.values_in(target).is_some()
    }

    /// The parameters in the path of a request target, with their values as texts; `None` where it
    /// is the path of another operation.
    pub fn values_in<'a>(&'a self, target: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
        let path = target.split('?').next().unwrap_or_default().trim_end_matches('/');
        let pattern = self.path.trim_end_matches('/');
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
}
