//! The types of the parts of triggers: numbered lists.

use openapi::{Rule, Violation};
use serde::Serialize;

use crate::engine::{Context, Operation, Result, read};

pub(super) fn operations() -> [Operation; 6] {
    [
        read("getTriggerTypeRuleActions", |_: &Context| RULE_ACTIONS.list()),
        read("getTriggerTypeRuleDataTypes", |_: &Context| RULE_DATA_TYPES.list()),
        read("getTriggerTypeActions", |_: &Context| ACTIONS.list()),
        read("getTriggerTypeOperators", |_: &Context| OPERATORS.list()),
        read("getTriggerTypeConditions", |_: &Context| CONDITIONS.list()),
        read("getTriggerTypeValueTypes", |_: &Context| VALUE_TYPES.list()),
    ]
}

/// How a rule is combined with the others of its trigger.
pub(super) const RULE_ACTIONS: Types =
    Types(&["Holds together with the other rules", "Holds by itself"]);

/// What a rule measures.
pub(super) const RULE_DATA_TYPES: Types = Types(&["Memory usage", "CPU usage", "Uptime"]);

/// The id of the one data type that is not measured over a window.
pub(super) const UPTIME: i64 = 3;

/// What a trigger does with an application instance.
pub(super) const ACTIONS: Types = Types(&["Stop", "Restart", "Destroy"]);

/// How a rule compares what it measures with its threshold.
pub(super) const OPERATORS: Types = Types(&["Smaller than", "Larger than", "Equal to"]);

/// By what a trigger selects application instances.
pub(super) const CONDITIONS: Types =
    Types(&["DC location", "Deployment environment", "Fleet", "Application", "Application build"]);

/// The units of thresholds, one for each data type in the same order.
const VALUE_TYPES: Types = Types(&["Megabytes", "Percentage", "Minutes"]);

/// Descriptions, numbered from 1.
pub(super) struct Types(&'static [&'static str]);

#[derive(Serialize)]
struct TriggerType {
    id: i64,
    description: &'static str,
}

impl Types {
    fn list(&self) -> Result<Vec<TriggerType>> {
        let types = self.ids().zip(self.0);
        Ok(types.map(|(id, description)| TriggerType { id, description }).collect())
    }

    fn ids(&self) -> impl Iterator<Item = i64> + use<> {
        1..=self.0.len() as i64
    }

    /// What is wrong with an id that is not of this list.
    pub(super) fn error(&self, property: String, id: i64) -> Option<Violation> {
        if self.ids().any(|it| it == id) {
            return None;
        }
        let ids = self.ids().map(|it| it.to_string()).collect();
        Some(Violation::of_rule(property, Rule::Enum(ids)))
    }
}
