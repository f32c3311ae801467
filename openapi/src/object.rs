//! The schema of an object as it is kept: what the contract says of it, without what follows from
//! other things, and with what an answer does not show.

use serde_json::{Map, Value, json};

use crate::{
    contract::Contract,
    schema::{Schema, View},
    violation::Violation,
};

/// The schema of an object as it is kept.
pub struct ObjectSchema(Schema);

impl ObjectSchema {
    /// The schema `name` of a contract without the properties `derived` and with `own` ones;
    /// without a name all properties are own ones. All are required but the `optional` ones,
    /// whatever an answer may leave out.
    ///
    /// # Panics
    ///
    /// If the contract has no such schema, or a derived property is none of it.
    pub fn new(
        contract: &Contract,
        name: Option<&str>,
        derived: &[String],
        own: &Map<String, Value>,
        optional: &[String],
    ) -> ObjectSchema {
        let empty = json!({ "type": "object", "properties": {}, "additionalProperties": false });
        let schemas = contract.schemas();
        let mut schema = name.map_or(empty, |name| {
            schemas.shared(name).unwrap_or_else(|| panic!("no schema {name}")).clone()
        });
        let properties = schema["properties"].as_object_mut().expect("the schema of an object");
        for property in derived {
            let removed = properties.shift_remove(property);
            assert!(removed.is_some(), "{name:?} has no property {property}");
        }
        properties.extend(own.iter().map(|(name, schema)| (name.clone(), schema.clone())));
        let required = properties.keys().filter(|name| !optional.contains(name));
        let required: Value = required.map(String::as_str).collect();
        schema["required"] = required;
        ObjectSchema(Schema::new(schemas, View::Answers, schema))
    }

    /// The schema of an object that may have these properties and need not have any.
    pub fn of_options(contract: &Contract, own: &Map<String, Value>) -> ObjectSchema {
        let optional: Vec<String> = own.keys().cloned().collect();
        ObjectSchema::new(contract, None, &[], own, &optional)
    }

    /// Everything that is wrong with an object; empty when it is valid.
    pub fn check(&self, object: &Value) -> Vec<Violation> {
        self.0.check("", object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r##"{
        "openapi": "3.1.0",
        "info": { "title": "Things", "version": "1" },
        "servers": [], "tags": [], "security": [], "paths": {},
        "components": { "securitySchemes": {}, "parameters": {}, "responses": {}, "schemas": { "Thing": {
            "type": "object",
            "required": ["uuid", "name", "createdAt"],
            "properties": {
                "uuid": { "type": "string" },
                "name": { "type": "string" },
                "createdAt": { "type": "integer" }
            },
            "additionalProperties": false
        } } }
    }"##;

    #[test]
    fn what_follows_is_left_out_and_what_is_own_is_added() {
        let own = json!({ "shade": { "type": "string" }, "rack": { "type": "integer" } });
        let own = own.as_object().unwrap();
        let (derived, optional) = (["uuid".to_owned()], ["rack".to_owned()]);
        let contract = Contract::compile(DOCUMENT);
        let schema = ObjectSchema::new(&contract, Some("Thing"), &derived, own, &optional);
        let found = |object: Value| -> Vec<String> {
            let mut found: Vec<_> =
                schema.check(&object).into_iter().map(|it| it.property).collect();
            found.sort();
            found
        };
        assert_eq!(found(json!({ "name": "a", "createdAt": 7, "shade": "dark" })), [""; 0]);
        let wrong = json!({ "name": "a", "createdAt": "", "rack": "", "uuid": "" });
        assert_eq!(found(wrong), ["createdAt", "rack", "shade", "uuid"]);
        let none = ObjectSchema::new(&contract, None, &[], own, &optional);
        assert_eq!(none.check(&json!({ "shade": "dark" })), []);
    }
}
