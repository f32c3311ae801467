//! Path, query and header parameters: text on the wire, typed values by the contract.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    document::ParameterObject,
    rule::Rule,
    schema::{Schema, Schemas, View},
    violation::Violation,
};

/// In which part of a request a parameter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// A segment of the path.
    Path,
    /// The query string.
    Query,
    /// A header.
    Header,
}

/// One parameter of an operation.
pub struct Parameter {
    /// Its name, as the contract spells it.
    pub name: String,
    /// In which part of a request it is.
    pub location: Location,
    /// Whether a request must carry it.
    pub required: bool,
    /// A value that works against the demo world.
    pub example: Option<Value>,
    /// Whether it may be repeated; its value is then an array.
    pub repeats: bool,
    /// The schema of the parameter, as the contract states it.
    pub definition: Value,
    value_type: ValueType,
    /// How many values one text may hold, separated by commas.
    values_max: usize,
    /// `None` where the schema states nothing but the type.
    schema: Option<Schema>,
}

/// The type of a value that is a text on the wire.
#[derive(Clone, Copy)]
pub(crate) enum ValueType {
    Integer,
    Number,
    Boolean,
    Text,
}

impl ValueType {
    fn of(schema: &Value) -> ValueType {
        ValueType::only(schema).unwrap_or(ValueType::Text)
    }

    /// The one scalar type that a schema names, beside `null`.
    pub(crate) fn only(schema: &Value) -> Option<ValueType> {
        let named = match &schema["type"] {
            Value::Array(types) => {
                let mut types = types.iter().filter_map(Value::as_str).filter(|it| *it != "null");
                types.next().filter(|_| types.next().is_none())?
            }
            one => one.as_str()?,
        };
        match named {
            "integer" => Some(ValueType::Integer),
            "number" => Some(ValueType::Number),
            "boolean" => Some(ValueType::Boolean),
            "string" => Some(ValueType::Text),
            _ => None,
        }
    }

    /// The typed value that `text` stands for.
    pub(crate) fn read(self, text: &str) -> Result<Value, Rule> {
        match self {
            ValueType::Integer => match text.parse::<i64>() {
                // Rust reads a plus sign, JSON does not.
                Ok(number) if !text.starts_with('+') => Ok(number.into()),
                _ => Err(Rule::Type(vec!["integer"])),
            },
            ValueType::Number => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => Ok(number.into()),
                _ => Err(Rule::Type(vec!["number"])),
            },
            // Python writes them with a capital letter.
            ValueType::Boolean => match text {
                "true" | "True" | "1" => Ok(true.into()),
                "false" | "False" | "0" => Ok(false.into()),
                _ => Err(Rule::Type(vec!["boolean"])),
            },
            ValueType::Text => Ok(text.into()),
        }
    }
}

impl Parameter {
    pub(crate) fn new(object: ParameterObject, schemas: &Arc<Schemas>) -> Parameter {
        let location = match object.r#in.as_str() {
            "path" => Location::Path,
            "query" => Location::Query,
            "header" => Location::Header,
            other => panic!("{}: parameters in {other} are not supported", object.name),
        };
        let repeats = object.schema["type"] == "array";
        let value_type =
            ValueType::of(if repeats { &object.schema["items"] } else { &object.schema });
        let annotations = ["type", "description", "default", "example", "examples"];
        let constrained = object.schema.as_object().is_some_and(|members| {
            members.keys().any(|keyword| !annotations.contains(&keyword.as_str()))
        });
        let schema =
            constrained.then(|| Schema::new(schemas, View::Requests, object.schema.clone()));
        Parameter {
            name: object.name,
            location,
            required: object.required,
            example: object.example,
            repeats,
            definition: object.schema,
            value_type,
            values_max: if object.explode { 1 } else { usize::MAX },
            schema,
        }
    }

    /// The typed value of what a request carries under this name.
    pub fn read(&self, texts: &[&str]) -> Result<Value, Violation> {
        let broken = |rule| Violation::of_rule(&self.name, rule);
        let one = |text: &str| self.value_type.read(text).map_err(broken);
        let value = match texts {
            texts if self.repeats => {
                let values = texts.iter().flat_map(|text| text.splitn(self.values_max, ','));
                values.map(one).collect::<Result<Vec<_>, _>>()?.into()
            }
            [text] => one(text)?,
            _ => return Err(broken(Rule::Once)),
        };
        let wrong = self
            .schema
            .as_ref()
            .and_then(|schema| schema.check(&self.name, &value).into_iter().next());
        wrong.map_or(Ok(value), Err)
    }
}
