//! JSON Schemas of a contract, compiled when they are first needed.

use std::{
    collections::BTreeSet,
    sync::{Arc, OnceLock},
};

use jsonschema::{Draft, Registry, Validator};
use serde_json::{Map, Value, json};

use crate::{
    json_pointer,
    violation::{Violation, violations},
};

/// What a secret is replaced by.
pub const MASK: &str = "***";

/// The shared schemas of a contract in two views: for answers, and for requests. They live as long
/// as the program, like the contract.
pub(crate) struct Schemas {
    /// As the document has them.
    text: &'static str,
    views: OnceLock<Views>,
    registry: OnceLock<Registry<'static>>,
}

struct Views {
    answers: &'static Value,
    requests: &'static Value,
}

/// Which view of the shared schemas a reference means.
#[derive(Clone, Copy)]
pub(crate) enum View {
    Answers,
    Requests,
}

impl View {
    fn uri(self) -> &'static str {
        match self {
            View::Answers => "urn:answers",
            View::Requests => "urn:requests",
        }
    }
}

impl Schemas {
    /// `text` are the schemas of the document's components. A start needs none of them, so that
    /// they are read when the first one is needed.
    pub(crate) fn new(text: &'static str) -> Arc<Schemas> {
        Arc::new(Schemas { text, views: OnceLock::new(), registry: OnceLock::new() })
    }

    /// The shared schemas, as the document has them.
    pub(crate) fn read(&self) -> Value {
        serde_json::from_str(self.text).expect("the schemas of a contract are JSON")
    }

    /// The shared schema of this name, in the view of answers.
    pub(crate) fn shared(&self, name: &str) -> Option<&Value> {
        self.views().answers["components"]["schemas"].get(name)
    }

    fn views(&self) -> &Views {
        self.views.get_or_init(|| {
            let shared = without_descriptions(&self.read());
            let shared = json!({ "components": { "schemas": shared } });
            let requests: &'static Value = Box::leak(Box::new(without_read_only(&shared)));
            Views { answers: Box::leak(Box::new(shared)), requests }
        })
    }

    fn registry(&self) -> &Registry<'static> {
        self.registry.get_or_init(|| {
            let Views { answers, requests } = *self.views();
            Registry::new()
                .draft(Draft::Draft202012)
                .add(View::Answers.uri(), answers)
                .and_then(|registry| registry.add(View::Requests.uri(), requests))
                .and_then(jsonschema::RegistryBuilder::prepare)
                .expect("the references of a contract resolve")
        })
    }

    /// Follows `$ref` in the view of requests, and looks through the `oneOf` that makes a reference
    /// nullable.
    pub(crate) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        if let Some((_, pointer)) =
            schema["$ref"].as_str().and_then(|reference| reference.split_once('#'))
        {
            let found = self.views().requests.pointer(pointer);
            return self.resolve(found.unwrap_or_else(|| panic!("{pointer} resolves")));
        }
        match schema["oneOf"].as_array().map(Vec::as_slice) {
            Some([one, other]) if other["type"] == "null" => self.resolve(one),
            _ => schema,
        }
    }

    /// Masks in `value` what `schema` marks as secret. A property that the schema does not know is
    /// masked if it has the name of any secret: `suspects` are all those names.
    fn mask(&self, schema: &Value, value: &mut Value, suspects: &BTreeSet<String>) {
        let schema = self.resolve(schema);
        if schema["format"] == "password" && !value.is_null() {
            *value = MASK.into();
        }
        let branches = schema["anyOf"].as_array().into_iter().flatten();
        branches.for_each(|branch| self.mask(branch, value, suspects));
        match value {
            Value::Array(items) => {
                items.iter_mut().for_each(|item| self.mask(&schema["items"], item, suspects))
            }
            Value::Object(members) => {
                for (name, member) in members {
                    match schema["properties"].get(name) {
                        Some(property) => self.mask(property, member, suspects),
                        None if suspects.contains(name) => *member = MASK.into(),
                        None => self.mask(&Value::Null, member, suspects),
                    }
                }
            }
            _ => {}
        }
    }

    /// Adds the properties that a value at `at` may have. `open` are the schemas around it, to stop
    /// at one that refers to itself.
    fn properties<'a>(
        &'a self,
        schema: &'a Value,
        at: &str,
        open: &mut Vec<&'a Value>,
        found: &mut BTreeSet<String>,
    ) {
        let schema = self.resolve(schema);
        if open.iter().any(|other| std::ptr::eq(*other, schema)) {
            return;
        }
        open.push(schema);
        let branches =
            ["allOf", "anyOf", "oneOf"].iter().flat_map(|it| schema[it].as_array()).flatten();
        branches.for_each(|branch| self.properties(branch, at, open, found));
        if let Some(items) = schema.get("items") {
            self.properties(items, &format!("{at}/*"), open, found);
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let at = json_pointer::join(at, name);
            self.properties(property, &at, open, found);
            found.insert(at);
        }
        open.pop();
    }

    fn compile(&self, schema: &Value) -> Validator {
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_registry(self.registry())
            .should_validate_formats(true)
            .offline()
            .build(schema)
            .unwrap_or_else(|error| panic!("{schema} is a schema: {error}"))
    }
}

/// One schema of the contract.
pub(crate) struct Schema {
    schemas: Arc<Schemas>,
    view: View,
    definition: Value,
    source: OnceLock<Value>,
    validator: OnceLock<Validator>,
}

impl Schema {
    /// A schema whose references mean `view`.
    pub(crate) fn new(schemas: &Arc<Schemas>, view: View, definition: Value) -> Schema {
        let (source, validator) = (OnceLock::new(), OnceLock::new());
        Schema { schemas: Arc::clone(schemas), view, definition, source, validator }
    }

    /// The definition with references that are valid outside of the document.
    fn source(&self) -> &Value {
        self.source.get_or_init(|| absolute(&without_descriptions(&self.definition), self.view))
    }

    /// Masks what is secret in `value`; see [`Schemas::mask`].
    pub(crate) fn mask(&self, value: &mut Value, suspects: &BTreeSet<String>) {
        self.schemas.mask(self.source(), value, suspects);
    }

    /// The properties that a value may have, as pointers in which `*` stands for every item of a
    /// list.
    pub(crate) fn properties(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        self.schemas.properties(self.source(), "", &mut Vec::new(), &mut found);
        found
    }

    pub(crate) fn is_valid(&self, value: &Value) -> bool {
        self.validator().is_valid(value)
    }

    /// Everything that is wrong with the value called `name`; empty when it is valid.
    pub(crate) fn check(&self, name: &str, value: &Value) -> Vec<Violation> {
        let validator = self.validator();
        if validator.is_valid(value) {
            Vec::new()
        } else {
            violations(name, validator.iter_errors(value))
        }
    }

    fn validator(&self) -> &Validator {
        self.validator.get_or_init(|| self.schemas.compile(self.source()))
    }
}

/// The schema with references that are valid outside of the document.
fn absolute(schema: &Value, view: View) -> Value {
    map_members(schema, &|key, value| match (key, value) {
        ("$ref", Value::String(reference)) => Some(format!("{}{reference}", view.uri()).into()),
        _ => Some(absolute(value, view)),
    })
}

/// The schema without descriptions.
fn without_descriptions(schema: &Value) -> Value {
    map_members(schema, &|key, value| match (key, value) {
        ("description", Value::String(_)) => None,
        _ => Some(without_descriptions(value)),
    })
}

/// The value with each member of its objects replaced, or removed.
fn map_members(value: &Value, change: &impl Fn(&str, &Value) -> Option<Value>) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| map_members(item, change)).collect(),
        Value::Object(members) => {
            let changed =
                members.iter().filter_map(|(key, value)| Some((key.clone(), change(key, value)?)));
            Value::Object(changed.collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}

/// The schema that a request must satisfy: a client need not send what only the server sets.
pub(crate) fn without_read_only(schema: &Value) -> Value {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn schemas(shared: Value) -> Arc<Schemas> {
        Schemas::new(Box::leak(shared.to_string().into_boxed_str()))
    }

    #[test]
    fn properties_are_found_in_lists_and_branches_and_once_in_a_schema_of_itself() {
        let child = json!({
            "anyOf": [{ "$ref": "#/components/schemas/Node" }, { "properties": { "x": {} } }]
        });
        let node = json!({ "properties": { "a/b": {}, "child": child } });
        let schemas = schemas(json!({ "Node": node }));
        let list = json!({ "type": "array", "items": { "$ref": "#/components/schemas/Node" } });
        let found = Schema::new(&schemas, View::Answers, list).properties();
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["/*/a~1b", "/*/child", "/*/child/x"]);
    }

    #[test]
    fn secrets_are_masked_where_the_schema_says_and_where_it_says_nothing() {
        let properties = json!({ "key": { "format": "password" }, "note": {} });
        let key = json!({ "type": "object", "properties": properties });
        let schemas = schemas(json!({ "Key": key }));
        let list = json!({ "type": "array", "items": { "$ref": "#/components/schemas/Key" } });
        let label =
            json!({ "properties": { "labels": { "items": { "properties": { "key": {} } } } } });
        let suspects: BTreeSet<String> = ["key".to_owned(), "password".to_owned()].into();
        let masked = |schema: &Value, mut value: Value| {
            Schema::new(&schemas, View::Answers, schema.clone()).mask(&mut value, &suspects);
            value
        };
        assert_eq!(
            masked(&list, json!([{ "key": "s", "note": "n" }])),
            json!([{ "key": MASK, "note": "n" }])
        );
        assert_eq!(masked(&list, json!([{ "key": null }])), json!([{ "key": null }]));
        assert_eq!(
            masked(&label, json!({ "labels": [{ "key": "tier" }] })),
            json!({ "labels": [{ "key": "tier" }] })
        );
        let stray = json!({ "labels": [], "stray": [{ "password": { "a": 1 } }] });
        assert_eq!(masked(&label, stray), json!({ "labels": [], "stray": [{ "password": MASK }] }));
    }
}
