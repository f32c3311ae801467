//! What a world file can hold of a provider: its tables, each with a name and the schema of its
//! objects.

use std::collections::BTreeMap;

use openapi::{Contract, ObjectSchema};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::engine::row_type::RowType;

/// The tables of a provider whose rows a world file can hold, in the order in which rows can be
/// added. The first one is the one in which every customer has a row.
pub struct Resources {
    all: Vec<Resource>,
}

/// A table whose rows a world file can hold.
pub struct Resource {
    /// What a file calls it.
    pub name: String,
    pub(super) description: Description,
    schema: ObjectSchema,
    /// What its rows read as; `None` where they have no object.
    pub(super) row_type: Option<RowType>,
}

/// How a table is described.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Description {
    pub(super) table: String,
    /// The property that no two objects of a customer have alike.
    pub(super) key: Option<String>,
    /// The schema of the contract.
    pub(super) schema: Option<String>,
    /// What the API shows and nobody keeps, because it follows from the rest.
    #[serde(default)]
    pub(super) derived: Vec<String>,
    /// What is kept and the API shows in another way, or not at all: a schema for each.
    #[serde(default)]
    pub(super) own: Map<String, Value>,
    /// Properties that may be missing; all others are required, whatever an answer may leave out.
    #[serde(default)]
    optional: Vec<String>,
    /// What becomes of a property that a file leaves out.
    #[serde(default)]
    pub(super) fills: BTreeMap<String, Fill>,
}

/// What becomes of a property that a file leaves out.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Fill {
    /// The next number of the table.
    Number,
    /// The same as a text.
    NumberText,
    /// A UUID.
    Uuid,
    /// The owner.
    Account,
    /// When the world begins.
    Now,
    /// Always the same.
    Value(Value),
    /// What another property is.
    Same(String),
}

impl Resources {
    /// Reads the descriptions; panics on malformed ones, because they ship with the program.
    pub fn parse(json: &str, contract: &Contract, row_types: &[RowType]) -> Resources {
        let all: Map<String, Value> = serde_json::from_str(json).expect("resources by name");
        let resource = |(name, description)| Resource::new(name, description, contract, row_types);
        Resources { all: all.into_iter().map(resource).collect() }
    }

    /// All of them, in the order in which rows can be added.
    pub fn iter(&self) -> impl Iterator<Item = &Resource> {
        self.all.iter()
    }

    /// The one that a file calls so.
    pub(super) fn named(&self, name: &str) -> Option<&Resource> {
        self.all.iter().find(|it| it.name == name)
    }

    /// The table in which every customer has a row.
    pub(super) fn of_customers(&self) -> &Resource {
        self.all.first().expect("a provider has customers")
    }
}

impl Resource {
    fn new(
        name: String,
        description: Value,
        contract: &Contract,
        row_types: &[RowType],
    ) -> Resource {
        let description: Description = serde_json::from_value(description)
            .unwrap_or_else(|error| panic!("the resource {name}: {error}"));
        let Description { schema, derived, own, optional, .. } = &description;
        let schema = ObjectSchema::new(contract, schema.as_deref(), derived, own, optional);
        let row_type = row_types.iter().find(|it| it.table == description.table).copied();
        Resource { name, schema, row_type, description }
    }

    /// The table.
    pub fn table(&self) -> &str {
        &self.description.table
    }

    /// The property by which an object replaces another one.
    pub(super) fn key(&self) -> Option<&str> {
        self.description.key.as_deref()
    }

    pub(super) fn schema(&self) -> &ObjectSchema {
        &self.schema
    }
}

impl std::fmt::Debug for Resource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}
