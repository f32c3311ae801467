//! The body of a request: checked, and read as leniently as real clients need it.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, OnceLock},
};

use serde_json::Value;

use crate::{
    document::RequestBodyObject,
    rule::Rule,
    schema::{Schema, Schemas, View, without_read_only},
    violation::{Violation, join},
};

/// What a check found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What breaks the contract; empty for a good request.
    pub violations: Vec<Violation>,
    /// Properties that the contract does not know; they are ignored.
    pub unknown: Vec<String>,
}

/// The body that an operation accepts.
pub struct RequestBody {
    /// Its media type.
    pub media: String,
    /// Whether a request must carry it.
    pub required: bool,
    /// A body that works against the demo world.
    pub example: Option<Value>,
    schema: Schema,
    definition: Value,
    schemas: Arc<Schemas>,
    shape: OnceLock<Shape>,
}

impl RequestBody {
    pub(crate) fn new(object: RequestBodyObject, schemas: &Arc<Schemas>) -> RequestBody {
        let (media, content) =
            object.content.into_iter().next().expect("a request body has a media type");
        let definition = without_read_only(&content.schema);
        RequestBody {
            schema: Schema::new(schemas, View::Requests, &definition),
            media,
            required: object.required,
            example: content.example,
            definition,
            schemas: Arc::clone(schemas),
            shape: OnceLock::new(),
        }
    }

    /// Whether the body is JSON; otherwise the operation reads the bytes itself.
    pub fn is_json(&self) -> bool {
        self.media == "application/json"
    }

    /// The schema of the body as a request must satisfy it, references followed.
    pub fn definition(&self) -> &Value {
        self.schemas.resolve(&self.definition)
    }

    /// The same for a schema inside [`RequestBody::definition`].
    pub fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        self.schemas.resolve(schema)
    }

    /// Checks a body and removes from it what an operation must not see.
    ///
    /// Real clients send values that a contract does not allow and that stand for nothing:
    /// properties that only the server sets, `null` for an optional list or object, `""` for an
    /// optional text that may not be empty. Those count as absent.
    pub fn check(&self, body: &mut Value) -> Checked {
        let shape = self.shape.get_or_init(|| Shape::of(&self.schemas, self.definition()));
        let mut checked = Checked::default();
        shape.prune(body, "", &mut checked);
        checked.violations.extend(self.schema.check("", body));
        checked
    }

    /// Masks what is secret in a body. `suspects` are the names of all secrets of the contract: a
    /// property that the schema does not know is masked if it has one of these names.
    pub fn mask(&self, body: &mut Value, suspects: &BTreeSet<String>) {
        self.schema.mask(body, suspects);
    }

    /// What is wrong with a multipart body that has parts of these names.
    pub fn check_parts(&self, names: &[&str]) -> Vec<Violation> {
        let required = self.definition()["required"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        required
            .filter(|name| !names.contains(name))
            .map(|name| Violation::of_rule(name, Rule::Required))
            .collect()
    }
}

/// What pruning needs to know of a schema.
enum Shape {
    Object {
        properties: HashMap<String, Property>,
        open: bool,
    },
    Array(Box<Shape>),
    /// JSON Schema takes 1.0 and 1e30 for integers. The first becomes 1, the second is a violation,
    /// because operations read 64 bits.
    Integer,
    Other,
}

struct Property {
    shape: Shape,
    read_only: bool,
    /// Whether it is an optional list or object, so that `null` counts as absent.
    absent_if_null: bool,
    /// Whether it is an optional text that may not be empty, so that `""` counts as absent.
    absent_if_empty: bool,
}

impl Shape {
    fn of(schemas: &Arc<Schemas>, schema: &Value) -> Shape {
        let schema = schemas.resolve(schema);
        if let Some(properties) = schema["properties"].as_object() {
            let required = |name: &str| {
                schema["required"].as_array().is_some_and(|it| it.iter().any(|it| it == name))
            };
            let properties = properties
                .iter()
                .map(|(name, property)| {
                    (name.clone(), Property::of(schemas, property, required(name)))
                })
                .collect();
            return Shape::Object { properties, open: schema["additionalProperties"] != false };
        }
        if let Some(branches) = schema["anyOf"].as_array() {
            return branches
                .iter()
                .map(|branch| Shape::of(schemas, branch))
                .fold(Shape::Other, Shape::union);
        }
        match schema.get("items") {
            Some(items) => Shape::Array(Box::new(Shape::of(schemas, items))),
            None if allows(schema, "integer") && !allows(schema, "number") => Shape::Integer,
            None => Shape::Other,
        }
    }

    /// The shape of a value that has one of two shapes: with the properties of both.
    fn union(self, other: Shape) -> Shape {
        match (self, other) {
            (
                Shape::Object { mut properties, open },
                Shape::Object { properties: more, open: also_open },
            ) => {
                properties.extend(more);
                Shape::Object { properties, open: open || also_open }
            }
            (Shape::Other, shape) | (shape, _) => shape,
        }
    }

    /// Removes what an operation must not see, and notes what the contract does not know.
    fn prune(&self, value: &mut Value, at: &str, checked: &mut Checked) {
        match (self, value) {
            (Shape::Object { properties, open }, Value::Object(members)) => {
                members.retain(|name, value| {
                    let Some(property) = properties.get(name) else {
                        if !open {
                            checked.unknown.push(join(at, name));
                        }
                        return *open;
                    };
                    let absent = property.read_only
                        || (property.absent_if_null && value.is_null())
                        || (property.absent_if_empty && value == "");
                    if !absent {
                        property.shape.prune(value, &join(at, name), checked);
                    }
                    !absent
                });
            }
            (Shape::Array(items), Value::Array(values)) => {
                for (index, value) in values.iter_mut().enumerate() {
                    items.prune(value, &format!("{at}[{index}]"), checked);
                }
            }
            (Shape::Integer, Value::Number(number)) if number.is_f64() => {
                let float = number.as_f64().unwrap_or(f64::NAN);
                // A float holds every whole number up to 2^53.
                if float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0 {
                    *number = (float as i64).into();
                } else if float.fract() == 0.0 {
                    checked.violations.push(Violation::of_rule(at, Rule::IntegerRange));
                }
            }
            (Shape::Integer, Value::Number(number)) if number.as_i64().is_none() => {
                checked.violations.push(Violation::of_rule(at, Rule::IntegerRange));
            }
            _ => {}
        }
    }
}

/// Whether a schema names this type.
fn allows(schema: &Value, name: &str) -> bool {
    schema["type"] == name
        || schema["type"].as_array().is_some_and(|types| types.iter().any(|it| it == name))
}

impl Property {
    fn of(schemas: &Arc<Schemas>, property: &Value, required: bool) -> Property {
        let resolved = schemas.resolve(property);
        let types = |name| allows(resolved, name);
        let nullable = types("null") || property["oneOf"].is_array();
        let schema = || Schema::new(schemas, View::Requests, property);
        Property {
            shape: Shape::of(schemas, property),
            read_only: property["readOnly"] == true,
            absent_if_null: !required && !nullable && (types("array") || types("object")),
            absent_if_empty: !required && types("string") && !schema().is_valid(&Value::from("")),
        }
    }
}
