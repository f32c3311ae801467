//! A contract, compiled: one [`Route`] per operation.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use http::Method;
use serde_json::Value;

use crate::{
    brand,
    document::{Components, Document, SecurityScheme, ServerObject},
    response::Response,
    route::{Route, Shared},
    schema::Schemas,
    shape::Reading,
};

/// An API as its OpenAPI document describes it.
pub struct Contract {
    /// The document itself, as JSON.
    pub document: &'static str,
    /// Every operation, in the order of the paths.
    pub routes: Vec<Route>,
    /// What stands before every path, the usual one first, as in `/v1` and `/v1/{location}`.
    pub base_paths: Vec<String>,
    /// The hosts of the real servers, those of `https`, with a port where it is not the usual one.
    pub hosts: Vec<String>,
    /// The variable of a base path.
    pub server_variable: Option<ServerVariable>,
    /// The header that carries a key, as the document spells it.
    pub key_header: Option<String>,
    /// The parameter of a query that carries a key.
    pub key_parameter: Option<String>,
    /// The members of a body that carry the credentials, where they stand in no header.
    pub credential_members: Vec<String>,
    /// The member of a body that tells the operations of one path apart.
    pub action: Option<String>,
    /// What may stand at the end of a path and means nothing, such as a slash.
    pub ignored_path_endings: Vec<String>,
    /// The brands that share the document.
    pub brands: Vec<String>,
    schemas: Arc<Schemas>,
    /// Headers and cookies that carry credentials, in lower case.
    credential_headers: Vec<String>,
    secrets: OnceLock<BTreeSet<String>>,
}

/// A variable of a base path, such as a location.
#[derive(Debug)]
pub struct ServerVariable {
    /// Its name.
    pub name: String,
    /// What a base path without it means, where the server does not say.
    pub default: String,
    /// What it may be, at any server.
    pub values: Vec<String>,
}

impl ServerVariable {
    /// The value that `text` names; `None` for an unknown one.
    pub fn read(&self, text: &str) -> Option<&str> {
        self.values.iter().find(|value| *value == text).map(String::as_str)
    }
}

impl Contract {
    /// Compiles a document; panics on a malformed one, because it ships with the program.
    pub fn compile(text: &'static str) -> Contract {
        let document: Document =
            serde_json::from_str(text).expect("a contract uses the keywords we support");
        let Components { security_schemes, parameters, responses, schemas } = document.components;
        let schemas = Schemas::new(schemas.get());
        let responses = responses
            .into_iter()
            .map(|(name, object)| (name, Arc::new(Response::new(object, &schemas))))
            .collect();
        let base_paths = base_paths(&document.servers);
        let shared = Shared {
            parameters: &parameters,
            responses: &responses,
            schemas: &schemas,
            base_paths: &base_paths,
            ignored_path_endings: &document.ignored_path_endings,
            open: document.security.is_empty() && document.credential_members.is_empty(),
            anywhere: document.parameters_anywhere,
            reading: Reading { coerces: document.coercion, lenient: document.leniency },
        };
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
                routes.push(Route::new(&path, method, operation, &item.parameters, &shared));
            }
        }
        Contract {
            document: text,
            routes,
            key_header: key_in("header", &security_schemes),
            key_parameter: key_in("query", &security_schemes),
            credential_headers: security_schemes.values().map(credential_header).collect(),
            secrets: OnceLock::new(),
            hosts: hosts(&document.servers),
            server_variable: server_variable(&document.servers),
            credential_members: document.credential_members,
            action: document.action,
            brands: document.brands,
            ignored_path_endings: document.ignored_path_endings,
            base_paths,
            schemas,
        }
    }

    /// The operation of this id.
    pub fn route(&self, id: &str) -> Option<&Route> {
        self.routes.iter().find(|route| route.id == id)
    }

    /// Its shared schemas.
    pub(crate) fn schemas(&self) -> &Arc<Schemas> {
        &self.schemas
    }

    /// Names of properties and headers whose values are secret.
    pub fn secrets(&self) -> &BTreeSet<String> {
        self.secrets.get_or_init(|| {
            let mut names = secret_properties(&self.schemas.read());
            names.extend(self.credential_headers.iter().cloned());
            names
        })
    }

    /// The document of one of its brands; `None` for an unknown one.
    pub fn document_of(&self, brand: &str) -> Option<String> {
        brand::document_of(self.document, brand)
    }

    /// The target of a request under the usual base path, where it names `choice` as the variable
    /// of the base path instead of nothing.
    pub fn at(&self, target: &str, choice: &str) -> Option<String> {
        let variable = format!("{{{}}}", self.server_variable.as_ref()?.name);
        let with_variable = self.base_paths.iter().find(|base| base.contains(&variable))?;
        let rest = target.strip_prefix(self.base_paths.first()?.as_str())?;
        Some(with_variable.replace(&variable, choice) + rest)
    }

    /// The same, the other way round: without what the target chooses of the base path.
    pub fn without_choice(&self, target: &str) -> Option<String> {
        let variable = self.server_variable.as_ref()?;
        let pattern = format!("{{{}}}", variable.name);
        let with_variable = self.base_paths.iter().find(|base| base.contains(&pattern))?;
        variable.values.iter().find_map(|value| {
            let base = with_variable.replace(&pattern, value);
            let rest = target.strip_prefix(&base).filter(|rest| rest.starts_with('/'))?;
            Some(format!("{}{rest}", self.base_paths.first()?))
        })
    }

    /// Whether a path stands under a base path of this API, without a look at its operations.
    pub fn covers(&self, path: &str) -> bool {
        let fixed = self.base_paths.iter().map(|base| base.split("/{").next().unwrap_or_default());
        fixed.into_iter().any(|base| {
            path.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

/// The paths of the servers, each once.
fn base_paths(servers: &[ServerObject]) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for server in servers {
        let behind_scheme = server.url.split_once("://").map_or("", |(_, rest)| rest);
        let path = behind_scheme.find('/').map_or("", |slash| &behind_scheme[slash..]);
        let path = path.trim_end_matches('/');
        if !paths.iter().any(|known| known == path) {
            paths.push(path.to_owned());
        }
    }
    if paths.is_empty() {
        // The default of OpenAPI is the root of the server.
        paths.push(String::new());
    }
    paths
}

/// The hosts of the servers that are asked by `https`, each once.
fn hosts(servers: &[ServerObject]) -> Vec<String> {
    let real = servers.iter().filter_map(|server| server.url.strip_prefix("https://"));
    let hosts = real.map(|rest| rest.split('/').next().unwrap_or_default().to_lowercase());
    let hosts: BTreeSet<String> = hosts.filter(|host| !host.contains('{')).collect();
    hosts.into_iter().collect()
}

fn server_variable(servers: &[ServerObject]) -> Option<ServerVariable> {
    let all = servers.iter().flat_map(|server| &server.variables);
    let (name, first) = all.clone().next()?;
    let mut values: Vec<String> = Vec::new();
    for value in all.flat_map(|(_, variable)| &variable.r#enum) {
        if !values.contains(value) {
            values.push(value.clone());
        }
    }
    Some(ServerVariable { name: name.clone(), default: first.default.clone(), values })
}

/// The name of the key that travels in this part of a request.
fn key_in(part: &str, schemes: &BTreeMap<String, SecurityScheme>) -> Option<String> {
    schemes.values().find(|scheme| scheme.r#in == part).map(|scheme| scheme.name.clone())
}

fn credential_header(scheme: &SecurityScheme) -> String {
    match scheme.r#in.as_str() {
        "cookie" => "cookie".to_owned(),
        _ => scheme.name.to_lowercase(),
    }
}

/// The names of all properties that a schema marks as secret with `format: password`.
fn secret_properties(schema: &Value) -> BTreeSet<String> {
    let members = schema.as_object().into_iter().flatten().map(|(_, value)| value);
    let items = schema.as_array().into_iter().flatten();
    let mut names: BTreeSet<String> = members.chain(items).flat_map(secret_properties).collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    names.extend(
        properties.filter(|(_, it)| it["format"] == "password").map(|(name, _)| name.clone()),
    );
    names
}
