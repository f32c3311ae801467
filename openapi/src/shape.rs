//! The shape of a body: what of it an operation may see, and as what.

use std::{collections::HashMap, sync::Arc};

use serde_json::Value;

use crate::{
    parameter::ValueType,
    plain,
    rule::Rule,
    schema::{Schema, Schemas, View},
    violation::{Violation, join, shortened},
};

/// What a check found.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Checked {
    /// What breaks the contract; empty for a good request.
    pub violations: Vec<Violation>,
    /// Properties that the contract does not know; they are ignored. Of many only the first, and
    /// long names are cut.
    pub unknown: Vec<String>,
}

/// How many unknown properties of a request are told.
const UNKNOWN_MAX: usize = 100;

impl Checked {
    pub(crate) fn note_unknown(&mut self, name: &str) {
        if self.unknown.len() < UNKNOWN_MAX {
            self.unknown.push(shortened(name).into_owned());
        }
    }
}

/// How leniently the bodies of a contract are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// Whether a value of another type counts as the one that it stands for.
    pub(crate) coerces: bool,
    /// Whether values that stand for nothing count as absent.
    pub(crate) lenient: bool,
}

/// What pruning needs to know of a schema.
pub(crate) enum Shape {
    Object {
        properties: HashMap<String, Property>,
        open: bool,
    },
    /// A list; `one` tells whether a single text, number or boolean counts as a list of it.
    Array {
        items: Box<Shape>,
        one: bool,
    },
    /// JSON Schema takes 1.0 and 1e30 for integers. The first becomes 1, the second is a violation,
    /// because operations read 64 bits.
    Integer,
    /// A scalar of one type, whose text or number counts as one.
    Coerced(ValueType),
    Other,
}

pub(crate) struct Property {
    shape: Shape,
    /// Whether what a client sends here is ignored.
    ignored: bool,
    /// Whether it is an optional list or object, so that `null` counts as absent.
    absent_if_null: bool,
    /// Whether `""` counts as absent.
    absent_if_empty: bool,
}

impl Shape {
    pub(crate) fn of(schemas: &Arc<Schemas>, schema: &Value, reading: Reading) -> Shape {
        let schema = schemas.resolve(schema);
        if let Some(properties) = schema["properties"].as_object() {
            let required = |name: &str| {
                schema["required"].as_array().is_some_and(|it| it.iter().any(|it| it == name))
            };
            let properties = properties
                .iter()
                .map(|(name, property)| {
                    let property = Property::of(schemas, property, required(name), reading);
                    (name.clone(), property)
                })
                .collect();
            // An object that names its properties has no others, unless the contract says so.
            let open = schema.get("additionalProperties").is_some_and(|it| *it != false);
            return Shape::Object { properties, open };
        }
        if let Some(branches) = schema["anyOf"].as_array() {
            return branches
                .iter()
                .map(|branch| Shape::of(schemas, branch, reading))
                .fold(Shape::Other, Shape::union);
        }
        if let Some(items) = schema.get("items") {
            let items = Box::new(Shape::of(schemas, items, reading));
            return Shape::Array { items, one: reading.coerces };
        }
        match ValueType::only(schema) {
            Some(only) if reading.coerces => Shape::Coerced(only),
            _ if allows(schema, "integer") && !allows(schema, "number") => Shape::Integer,
            _ => Shape::Other,
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

    /// Removes what an operation must not see, makes of the rest what it sees, and notes what the
    /// contract does not know.
    pub(crate) fn prune(&self, value: &mut Value, at: &str, checked: &mut Checked) {
        match (self, value) {
            (Shape::Object { properties, open }, Value::Object(members)) => {
                members.retain(|name, value| {
                    let Some(property) = properties.get(name) else {
                        if !open {
                            checked.note_unknown(&join(at, name));
                        }
                        return *open;
                    };
                    let absent = property.ignored
                        || (property.absent_if_null && value.is_null())
                        || (property.absent_if_empty && value == "");
                    if !absent {
                        property.shape.prune(value, &join(at, name), checked);
                    }
                    !absent
                });
            }
            (Shape::Array { items, .. }, Value::Array(values)) => {
                for (index, value) in values.iter_mut().enumerate() {
                    items.prune(value, &format!("{at}[{index}]"), checked);
                }
            }
            (Shape::Array { items, one: true }, value)
                if !value.is_null() && !value.is_object() =>
            {
                items.prune(value, &format!("{at}[0]"), checked);
                *value = Value::Array(vec![value.take()]);
            }
            (Shape::Coerced(ValueType::Text), value @ (Value::Number(_) | Value::Bool(_))) => {
                *value = plain(value).into();
            }
            (Shape::Coerced(wanted), value @ Value::String(_)) => {
                if let Some(typed) = value.as_str().and_then(|text| coerced(*wanted, text)) {
                    *value = typed;
                }
            }
            (Shape::Integer | Shape::Coerced(ValueType::Integer), value @ Value::Number(_)) => {
                whole(value, at, checked);
            }
            _ => {}
        }
    }
}

/// The value that a text stands for.
fn coerced(wanted: ValueType, text: &str) -> Option<Value> {
    match (wanted, text.trim()) {
        (ValueType::Text, _) => None,
        (wanted, text) => wanted.read(text).ok(),
    }
}

/// Makes 1.0 a whole number; one that does not fit into 64 bits is a violation.
fn whole(value: &mut Value, at: &str, checked: &mut Checked) {
    let Value::Number(number) = value else { return };
    let out_of_range = || Violation::of_rule(at, Rule::IntegerRange);
    if !number.is_f64() {
        checked.violations.extend(number.as_i64().is_none().then(out_of_range));
        return;
    }
    let float = number.as_f64().unwrap_or(f64::NAN);
    // A float holds every whole number up to 2^53.
    if float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_992.0 {
        *number = (float as i64).into();
    } else if float.fract() == 0.0 {
        checked.violations.push(out_of_range());
    }
}

/// Whether a schema names this type.
fn allows(schema: &Value, name: &str) -> bool {
    schema["type"] == name
        || schema["type"].as_array().is_some_and(|types| types.iter().any(|it| it == name))
}

impl Property {
    fn of(schemas: &Arc<Schemas>, property: &Value, required: bool, reading: Reading) -> Property {
        let Reading { coerces, lenient } = reading;
        let resolved = schemas.resolve(property);
        let types = |name| allows(resolved, name);
        let nullable = types("null") || property["oneOf"].is_array();
        let takes_empty =
            || Schema::new(schemas, View::Requests, property.clone()).is_valid(&Value::from(""));
        // In a form, nothing but an empty text can stand for nothing.
        let empty = lenient && types("string") || coerces && !types("string");
        Property {
            shape: Shape::of(schemas, property, reading),
            ignored: lenient && property["readOnly"] == true,
            absent_if_null: lenient
                && !required
                && !nullable
                && (types("array") || types("object")),
            absent_if_empty: !required && empty && !takes_empty(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const STRICT: Reading = Reading { coerces: false, lenient: false };

    /// A body as an operation sees it, and the names that it does not.
    fn seen(reading: Reading, mut body: Value) -> (Value, Vec<String>) {
        let schemas = Schemas::new("{}");
        let schema = json!({
            "required": ["size"],
            "additionalProperties": false,
            "properties": {
                "size": { "type": "integer" }, "price": { "type": "number" },
                "on": { "type": "boolean" }, "name": { "type": "string", "minLength": 1 },
                "keys": { "type": "array", "items": { "type": "string" } },
                "id": { "type": "string", "readOnly": true },
            },
        });
        let mut checked = Checked::default();
        Shape::of(&schemas, &schema, reading).prune(&mut body, "", &mut checked);
        assert_eq!(checked.violations, []);
        (body, checked.unknown)
    }

    #[test]
    fn a_contract_that_coerces_takes_each_value_for_what_it_stands_for() {
        let coercing = Reading { coerces: true, lenient: false };
        let sent = json!({
            "size": " 20", "price": "1.5", "on": "True", "name": 7, "keys": "one", "other": 1,
        });
        let expected =
            json!({ "size": 20, "price": 1.5, "on": true, "name": "7", "keys": ["one"] });
        assert_eq!(seen(coercing, sent.clone()), (expected, vec!["other".to_owned()]));
        // An object is one value, and no form of a list.
        let object = json!({ "size": 1, "keys": {} });
        assert_eq!(seen(coercing, object.clone()).0, object);
        let as_it_is = json!({ "size": "x", "on": "yes", "keys": [7] });
        let texts = json!({ "size": "x", "on": "yes", "keys": ["7"] });
        assert_eq!(seen(coercing, as_it_is).0, texts);
        let nothing = json!({ "size": "", "price": "", "keys": "" });
        assert_eq!(seen(coercing, nothing).0, json!({ "size": "" }));
        let mut strict = sent;
        strict.as_object_mut().unwrap().remove("other");
        assert_eq!(seen(STRICT, strict.clone()).0, strict);
    }

    #[test]
    fn only_a_lenient_contract_takes_what_stands_for_nothing_as_absent() {
        let lenient = Reading { coerces: false, lenient: true };
        let sent = json!({ "size": 1.0, "name": "", "keys": null, "id": "x" });
        assert_eq!(seen(lenient, sent.clone()).0, json!({ "size": 1 }));
        let expected = json!({ "size": 1, "name": "", "keys": null, "id": "x" });
        assert_eq!(seen(STRICT, sent).0, expected);
    }
}
