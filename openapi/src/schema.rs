//! JSON Schemas of a contract, compiled when they are first needed.

use std::sync::{Arc, OnceLock};

use jsonschema::{Draft, Registry, Validator};
use serde_json::{Map, Value, json};

use crate::message::{Violation, violations};

/// Both views of a document: as answers see it, and as requests see it.
pub(crate) struct Schemas {
    registry: Registry<'static>,
    requests: Value,
}

const ANSWERS: &str = "urn:answers";
const REQUESTS: &str = "urn:requests";

impl Schemas {
    pub(crate) fn new(document: Value) -> Arc<Schemas> {
        let requests = without_read_only(&document);
        let registry = Registry::new()
            .draft(Draft::Draft202012)
            .add(ANSWERS, document)
            .and_then(|registry| registry.add(REQUESTS, requests.clone()))
            .and_then(jsonschema::RegistryBuilder::prepare)
            .expect("the references of a contract resolve");
        Arc::new(Schemas { registry, requests })
    }

    /// The schema that a JSON pointer names in the view of requests, its own `$ref` followed.
    pub(crate) fn request_schema(&self, pointer: &str) -> &Value {
        self.resolve(self.requests.pointer(pointer).unwrap_or_else(|| panic!("{pointer} resolves")))
    }

    /// Follows `$ref`, and looks through the `oneOf` that makes a reference nullable.
    pub(crate) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.request_schema(reference.trim_start_matches('#'));
        }
        match schema["oneOf"].as_array().map(Vec::as_slice) {
            Some([one, other]) if other["type"] == "null" => self.resolve(one),
            _ => schema,
        }
    }

    fn compile(&self, schema: &Value) -> Validator {
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(&self.registry)
            .should_validate_formats(true)
            .offline()
            .build(schema)
            .unwrap_or_else(|error| panic!("{schema} is a schema: {error}"))
    }
}

/// One schema of the contract.
pub(crate) struct Schema {
    schemas: Arc<Schemas>,
    source: Value,
    validator: OnceLock<Validator>,
}

impl Schema {
    /// The schema at a JSON pointer, as answers see it.
    pub(crate) fn of_answer(schemas: &Arc<Schemas>, pointer: &str) -> Schema {
        Schema::new(schemas, json!({ "$ref": format!("{ANSWERS}#{}", escape_braces(pointer)) }))
    }

    /// The schema at a JSON pointer, as requests see it.
    pub(crate) fn of_request(schemas: &Arc<Schemas>, pointer: &str) -> Schema {
        Schema::new(schemas, json!({ "$ref": format!("{REQUESTS}#{}", escape_braces(pointer)) }))
    }

    /// A schema that stands by itself; its references point into the view of requests.
    pub(crate) fn inline(schemas: &Arc<Schemas>, schema: &Value) -> Schema {
        Schema::new(schemas, absolute(schema))
    }

    fn new(schemas: &Arc<Schemas>, source: Value) -> Schema {
        Schema { schemas: Arc::clone(schemas), source, validator: OnceLock::new() }
    }

    pub(crate) fn is_valid(&self, value: &Value) -> bool {
        self.validator().is_valid(value)
    }

    /// Everything that is wrong with the value called `name`; empty when it is valid.
    pub(crate) fn check(&self, name: &str, value: &Value) -> Vec<Violation> {
        let validator = self.validator();
        if validator.is_valid(value) { Vec::new() } else { violations(name, validator.iter_errors(value)) }
    }

    fn validator(&self) -> &Validator {
        self.validator.get_or_init(|| self.schemas.compile(&self.source))
    }
}

/// The same schema with references that hold outside of the document.
fn absolute(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(absolute).collect(),
        Value::Object(members) => {
            let member = |(key, value): (&String, &Value)| match (key.as_str(), value) {
                ("$ref", Value::String(reference)) => (key.clone(), format!("{REQUESTS}{reference}").into()),
                _ => (key.clone(), absolute(value)),
            };
            Value::Object(members.iter().map(member).collect())
        }
        other => other.clone(),
    }
}

/// A reference is a URI, where the braces of a path template may not stand.
fn escape_braces(pointer: &str) -> String {
    pointer.replace('{', "%7B").replace('}', "%7D")
}

/// The document as a request must satisfy it: what the server sets cannot be required of a client.
fn without_read_only(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(without_read_only).collect(),
        Value::Object(members) => {
            let read_only: Vec<&str> = members
                .get("properties")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .filter(|(_, property)| property["readOnly"] == true)
                .map(|(name, _)| name.as_str())
                .collect();
            let keep = |name: &Value| !name.as_str().is_some_and(|name| read_only.contains(&name));
            let member = |(key, value): (&String, &Value)| {
                let value = match (key.as_str(), value) {
                    ("required", Value::Array(names)) => {
                        names.iter().filter(|it| keep(it)).cloned().collect()
                    }
                    _ => without_read_only(value),
                };
                (key.clone(), value)
            };
            Value::Object(members.iter().map(member).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}
