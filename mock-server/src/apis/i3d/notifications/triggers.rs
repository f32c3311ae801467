//! Triggers: actions that the platform takes on an application instance once a rule holds.

use openapi::Violation;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    decimal_ids::number,
    trigger_types::{ACTIONS, CONDITIONS, OPERATORS, RULE_ACTIONS, RULE_DATA_TYPES, UPTIME},
};
use crate::engine::{
    Body, Context, Operation, Page, Params, Problem, Result, RowType, Rows, Table, read, write,
};

pub(super) fn operations() -> [Operation; 8] {
    [
        read("getTriggerById", get),
        write("updateTrigger", update),
        write("removeTrigger", remove),
        read("getTriggerList", list),
        write("createTrigger", create),
        read("getTriggerSummary", list_summaries),
        write("enableTrigger", enable),
        write("disableTrigger", disable),
    ]
}

const TRIGGERS: Table<Trigger> = Table::new("trigger", "id");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[TRIGGERS.row_type()];

/// A view of the same rows.
const SUMMARIES: Table<Value> = Table::new("trigger_summary", "id");

/// The default of how long an application may take to stop.
const TIMEOUT_SECONDS: i64 = 1800;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trigger {
    id: String,
    #[serde(flatten)]
    given: NewTrigger,
    created_at: i64,
    changed_at: i64,
    active: u8,
}

#[derive(Serialize, Deserialize)]
struct NewTrigger {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    conditions: Vec<TriggerCondition>,
    rules: Vec<TriggerRule>,
    actions: Vec<TriggerAction>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TriggerCondition {
    condition_id: i64,
    condition_values: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TriggerRule {
    rule_action: i64,
    rule_data_type: i64,
    rule: Rule,
}

/// A comparison with a threshold. Memory and CPU are measured each minute; their rule holds once it
/// was true for a whole window.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    operator: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger_window: Option<i64>,
    threshold: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TriggerAction {
    action: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_parameters: Option<ApplicationInstanceStopMethod>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ApplicationInstanceStopMethod {
    #[serde(skip_serializing_if = "Option::is_none")]
    method_id: Option<i64>,
    #[serde(default = "timeout")]
    timeout: i64,
}

fn timeout() -> i64 {
    TIMEOUT_SECONDS
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ById {
    trigger_id: String,
}

fn get(cx: &Context, Params(by): Params<ById>) -> Result<Rows> {
    TRIGGERS.page_of(cx, number(&by.trigger_id)?)
}

fn update(
    cx: &Context,
    Params(by): Params<ById>,
    Body(new): Body<NewTrigger>,
) -> Result<[Trigger; 1]> {
    let trigger = TRIGGERS.change(cx, number(&by.trigger_id)?, |trigger| {
        trigger.given = checked(new)?;
        trigger.changed_at = cx.now;
        Ok(())
    })?;
    Ok([trigger])
}

fn remove(cx: &Context, Params(by): Params<ById>) -> Result<()> {
    TRIGGERS.remove(cx, number(&by.trigger_id)?)
}

fn list(cx: &Context, page: Page) -> Result<Rows> {
    TRIGGERS.page(cx, page)
}

fn create(cx: &Context, Body(new): Body<NewTrigger>) -> Result<[Trigger; 1]> {
    let trigger = Trigger {
        given: checked(new)?,
        id: TRIGGERS.next_id(cx)?.to_string(),
        created_at: cx.now,
        changed_at: cx.now,
        active: 1,
    };
    TRIGGERS.insert(cx, &trigger)?;
    Ok([trigger])
}

fn list_summaries(cx: &Context, page: Page) -> Result<Rows> {
    SUMMARIES.page(cx, page)
}

fn enable(cx: &Context, Params(by): Params<ById>) -> Result<[Trigger; 1]> {
    switch(cx, &by.trigger_id, 1)
}

fn disable(cx: &Context, Params(by): Params<ById>) -> Result<[Trigger; 1]> {
    switch(cx, &by.trigger_id, 0)
}

/// Enables or disables a trigger; one that is in that state already does not change.
fn switch(cx: &Context, id: &str, active: u8) -> Result<[Trigger; 1]> {
    let trigger = TRIGGERS.change(cx, number(id)?, |trigger| {
        if trigger.active != active {
            trigger.active = active;
            trigger.changed_at = cx.now;
        }
        Ok(())
    })?;
    Ok([trigger])
}

/// The form if it is valid, without windows for what is not measured over one.
fn checked(mut new: NewTrigger) -> Result<NewTrigger> {
    Problem::refuse(errors(&new))?;
    for it in new.rules.iter_mut().filter(|it| it.rule_data_type == UPTIME) {
        it.rule.trigger_window = None;
    }
    Ok(new)
}

/// What is wrong with a form. Conditions may be left out; a rule and an action are required.
fn errors(new: &NewTrigger) -> Vec<Violation> {
    let mut errors = Vec::new();
    for (index, it) in new.conditions.iter().enumerate() {
        errors
            .extend(CONDITIONS.error(format!("conditions[{index}].conditionId"), it.condition_id));
    }
    if new.rules.is_empty() {
        errors.push(Violation::new("rules", "must not be empty"));
    }
    for (index, it) in new.rules.iter().enumerate() {
        errors.extend(rule_errors(&format!("rules[{index}]"), it));
    }
    if new.actions.is_empty() {
        errors.push(Violation::new("actions", "must not be empty"));
    }
    for (index, it) in new.actions.iter().enumerate() {
        errors.extend(ACTIONS.error(format!("actions[{index}].action"), it.action));
        if it.action_parameters.as_ref().is_some_and(|it| it.timeout < 0) {
            let property = format!("actions[{index}].actionParameters.timeout");
            errors.push(Violation::new(property, "must be at least 0"));
        }
    }
    errors
}

fn rule_errors(
    at: &str,
    TriggerRule { rule_action, rule_data_type, rule }: &TriggerRule,
) -> Vec<Violation> {
    let window = match rule.trigger_window {
        _ if *rule_data_type == UPTIME => None,
        None => Some("is required"),
        Some(..1) => Some("must be at least 1"),
        Some(_) => None,
    };
    let threshold = (rule.threshold < 0).then_some("must be at least 0");
    let numbers = [("triggerWindow", window), ("threshold", threshold)].into_iter().filter_map(
        |(name, message)| {
            message.map(|message| Violation::new(format!("{at}.rule.{name}"), message))
        },
    );
    let types = [
        RULE_ACTIONS.error(format!("{at}.ruleAction"), *rule_action),
        RULE_DATA_TYPES.error(format!("{at}.ruleDataType"), *rule_data_type),
        OPERATORS.error(format!("{at}.rule.operator"), rule.operator),
    ];
    types.into_iter().flatten().chain(numbers).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_rule_is_refused_for_exactly_what_is_wrong_with_it(
            (rule_action, rule_data_type, operator) in (-1_i64..9, 1_i64..=3, -1_i64..9),
            (trigger_window, threshold) in (prop::option::of(-2_i64..9), -2_i64..9),
        ) {
            let rule = TriggerRule {
                rule_action,
                rule_data_type,
                rule: Rule { operator, trigger_window, threshold },
            };
            let measured = rule_data_type != UPTIME;
            let expected = [
                ("x.ruleAction", !(1..=2).contains(&rule_action)),
                ("x.rule.operator", !(1..=3).contains(&operator)),
                ("x.rule.triggerWindow", measured && trigger_window.is_none_or(|it| it < 1)),
                ("x.rule.threshold", threshold < 0),
            ];
            let expected = expected.into_iter().filter(|it| it.1).map(|it| it.0);
            let errors = rule_errors("x", &rule);
            let errors: Vec<&str> = errors.iter().map(|it| it.property.as_str()).collect();
            prop_assert_eq!(errors, expected.collect::<Vec<_>>());
        }
    }
}
