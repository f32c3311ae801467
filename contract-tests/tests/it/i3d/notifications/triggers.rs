use std::collections::{BTreeMap, BTreeSet};

use contract_tests::{Api, Emulator};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// A trigger with one of everything.
fn new() -> Value {
    json!({
        "name": "Restart leaking matches",
        "conditions": [{ "conditionId": 1, "conditionValues": ["6", "8"] }],
        "rules": [{
            "ruleAction": 1, "ruleDataType": 1,
            "rule": { "operator": 2, "triggerWindow": 5, "threshold": 4096 },
        }],
        "actions": [{ "action": 2, "actionParameters": { "methodId": 3, "timeout": 60 } }],
    })
}

/// The same with another value at `pointer`.
fn new_with(pointer: &str, value: Value) -> Value {
    let mut body = new();
    *body.pointer_mut(pointer).unwrap() = value;
    body
}

/// The properties at fault of a trigger that is refused.
async fn refused(api: &Api, body: Value) -> Vec<(String, String)> {
    let errors = api.call("createTrigger").body(body.clone()).refused(422, 11001).await;
    let update = api.call("updateTrigger").with("triggerId", "2101").body(body);
    assert_eq!(update.refused(422, 11001).await, errors);
    errors
}

#[tokio::test]
async fn a_trigger_lives_from_create_to_removal() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let before = api.call("getTriggerList").ok().await;

    let created = api.call("createTrigger").body(new()).ok().await;
    let trigger = &created[0];
    let id = trigger["id"].as_str().unwrap();
    for (name, value) in new().as_object().unwrap() {
        assert_eq!(trigger[name], *value, "{name}");
    }
    assert_eq!((&trigger["active"], &trigger["createdAt"]), (&json!(1), &trigger["changedAt"]));
    assert_eq!(trigger.get("description"), None);
    assert_eq!(api.call("getTriggerById").with("triggerId", id).ok().await, created);
    let listed = api.call("getTriggerList").ok().await;
    assert_eq!(listed.as_array().unwrap().last(), Some(trigger));

    api.advance(60).await;
    let mut body = new_with("/name", json!("Restart greedy matches"));
    body["description"] = json!("They take what others need.");
    let changed = api.call("updateTrigger").with("triggerId", id).body(body).ok().await;
    assert_eq!(changed[0]["description"], "They take what others need.");
    assert_eq!(changed[0]["createdAt"], trigger["createdAt"]);
    assert_eq!(changed[0]["changedAt"], trigger["changedAt"].as_i64().unwrap() + 60);

    api.call("removeTrigger").with("triggerId", id).ok().await;
    for operation in ["getTriggerById", "removeTrigger", "enableTrigger", "disableTrigger"] {
        api.call(operation).with("triggerId", id).refused(404, 10001).await;
    }
    api.call("updateTrigger").with("triggerId", id).body(new()).refused(404, 10001).await;
    assert_eq!(api.call("getTriggerList").ok().await, before);
}

#[tokio::test]
async fn a_trigger_is_switched_off_and_on() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let switch = |operation: &str| api.call(operation).with("triggerId", "2101");
    let before = switch("getTriggerById").ok().await;
    assert_eq!(switch("enableTrigger").ok().await, before, "it is on already");

    api.advance(5).await;
    let off = switch("disableTrigger").ok().await;
    assert_eq!(off[0]["active"], 0);
    assert!(off[0]["changedAt"].as_i64() > before[0]["changedAt"].as_i64());
    api.advance(5).await;
    assert_eq!(switch("disableTrigger").ok().await, off, "nothing changed");
    let changed = switch("updateTrigger").body(new()).ok().await;
    assert_eq!(changed[0]["active"], 0, "a change does not switch it on");

    assert_eq!(switch("enableTrigger").ok().await[0]["active"], 1);
    assert_eq!(switch("getTriggerById").ok().await[0]["active"], 1);
}

#[tokio::test]
async fn a_summary_has_the_same_triggers_with_ids_that_are_numbers() {
    let emulator = Emulator::start();
    let api = emulator.api();
    api.call("createTrigger").body(new()).ok().await;
    let triggers = api.call("getTriggerList").ok().await;
    let summaries = api.call("getTriggerSummary").ok().await;
    let short = |trigger: &Value| {
        let mut summary = json!({
            "id": trigger["id"].as_str().unwrap().parse::<i64>().unwrap(), "name": trigger["name"],
        });
        if let Some(description) = trigger.get("description") {
            summary["description"] = description.clone();
        }
        summary
    };
    assert_eq!(summaries, triggers.as_array().unwrap().iter().map(short).collect::<Value>());
}

#[tokio::test]
async fn the_numbers_of_the_lists_are_all_that_a_trigger_takes() {
    let emulator = Emulator::start();
    let api = emulator.api();
    for (operation, pointer, property) in [
        ("getTriggerTypeConditions", "/conditions/0/conditionId", "conditions[0].conditionId"),
        ("getTriggerTypeRuleActions", "/rules/0/ruleAction", "rules[0].ruleAction"),
        ("getTriggerTypeRuleDataTypes", "/rules/0/ruleDataType", "rules[0].ruleDataType"),
        ("getTriggerTypeOperators", "/rules/0/rule/operator", "rules[0].rule.operator"),
        ("getTriggerTypeActions", "/actions/0/action", "actions[0].action"),
    ] {
        let types = api.call(operation).ok().await;
        let ids: BTreeSet<i64> =
            types.as_array().unwrap().iter().map(|it| it["id"].as_i64().unwrap()).collect();
        assert!(ids.len() > 1, "{operation}");
        for id in &ids {
            api.call("createTrigger").body(new_with(pointer, json!(id))).ok().await;
        }
        for id in [0, -1, ids.last().unwrap() + 1] {
            let errors = refused(&api, new_with(pointer, json!(id))).await;
            assert_eq!(errors.len(), 1, "{errors:?}");
            assert_eq!(errors[0].0, property);
            assert!(
                errors[0]
                    .1
                    .ends_with(&ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", "))
            );
        }
    }
    assert!(!api.call("getTriggerTypeValueTypes").ok().await.as_array().unwrap().is_empty());
}

#[tokio::test]
async fn memory_and_cpu_are_measured_over_a_window_and_uptime_is_not() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let rule = |data_type: i64, rule: Value| {
        new_with("/rules/0", json!({ "ruleAction": 1, "ruleDataType": data_type, "rule": rule }))
    };
    for data_type in [1, 2] {
        let errors =
            refused(&api, rule(data_type, json!({ "operator": 2, "threshold": 90 }))).await;
        assert_eq!(errors, [("rules[0].rule.triggerWindow".to_owned(), "is required".to_owned())]);
        let none = json!({ "operator": 2, "triggerWindow": 0, "threshold": -1 });
        let properties: Vec<String> =
            refused(&api, rule(data_type, none)).await.into_iter().map(|it| it.0).collect();
        assert_eq!(properties, ["rules[0].rule.triggerWindow", "rules[0].rule.threshold"]);
    }
    let whole = json!({ "operator": 2, "triggerWindow": 5, "threshold": 90 });
    let uptime = api.call("createTrigger").body(rule(3, whole)).ok().await;
    assert_eq!(uptime[0]["rules"][0]["rule"], json!({ "operator": 2, "threshold": 90 }));
}

#[tokio::test]
async fn a_trigger_needs_a_rule_and_an_action_but_no_condition() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut body = new_with("/rules", json!([]));
    body["actions"] = json!([]);
    let properties: Vec<String> = refused(&api, body).await.into_iter().map(|it| it.0).collect();
    assert_eq!(properties, ["rules", "actions"]);
    let created = api.call("createTrigger").body(new_with("/conditions", json!([]))).ok().await;
    assert_eq!(created[0]["conditions"], json!([]));
}

#[tokio::test]
async fn an_application_has_half_an_hour_to_stop_unless_told_otherwise() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let parameters = |value: Value| new_with("/actions/0/actionParameters", value);
    let created = api.call("createTrigger").body(parameters(json!({ "methodId": 2 }))).ok().await;
    assert_eq!(
        created[0]["actions"][0]["actionParameters"],
        json!({ "methodId": 2, "timeout": 1800 })
    );
    let created = api.call("createTrigger").body(parameters(Value::Null)).ok().await;
    assert_eq!(created[0]["actions"], json!([{ "action": 2 }]));
    let errors = refused(&api, parameters(json!({ "timeout": -1 }))).await;
    assert_eq!(errors[0].0, "actions[0].actionParameters.timeout");
}

#[tokio::test]
async fn every_fault_is_named_where_it_is() {
    let emulator = Emulator::start();
    let api = emulator.api();
    let mut body = new();
    body["conditions"] =
        json!([new()["conditions"][0], { "conditionId": 99, "conditionValues": [] }]);
    body["rules"] = json!([
        new()["rules"][0],
        { "ruleAction": 0, "ruleDataType": 3, "rule": { "operator": 9, "threshold": 1 } },
    ]);
    let properties: Vec<String> = refused(&api, body).await.into_iter().map(|it| it.0).collect();
    assert_eq!(
        properties,
        ["conditions[1].conditionId", "rules[1].ruleAction", "rules[1].rule.operator"]
    );
}

#[tokio::test]
async fn a_trigger_of_another_customer_does_not_exist() {
    let emulator = Emulator::start();
    let (api, other) = (emulator.api(), emulator.other_customer());
    let theirs = other.call("getTriggerList").ok().await;
    assert_eq!(theirs.as_array().unwrap().len(), 1);
    for id in [theirs[0]["id"].as_str().unwrap(), "02101", "none"] {
        for operation in ["getTriggerById", "removeTrigger", "enableTrigger", "disableTrigger"] {
            api.call(operation).with("triggerId", id).refused(404, 10001).await;
        }
        api.call("updateTrigger").with("triggerId", id).body(new()).refused(404, 10001).await;
    }
    assert_eq!(other.call("getTriggerList").ok().await, theirs);
}

#[tokio::test]
async fn the_demo_world_has_triggers_for_data_centres_and_fleets_of_its_customers() {
    let emulator = Emulator::start();
    for api in [emulator.api(), emulator.other_customer()] {
        let servers = api.call("getDedicatedServers").range("results=1000").ok().await;
        let triggers = api.call("getTriggerList").ok().await;
        for condition in
            triggers.as_array().unwrap().iter().flat_map(|it| it["conditions"].as_array().unwrap())
        {
            let property = match condition["conditionId"].as_i64().unwrap() {
                1 => "dcLocationId",
                3 => "fleetId",
                other => panic!("{other} is a condition that no dedicated server can have"),
            };
            let known: BTreeSet<String> = servers
                .as_array()
                .unwrap()
                .iter()
                .map(|it| it[property].to_string().replace('"', ""))
                .collect();
            for value in condition["conditionValues"].as_array().unwrap() {
                assert!(known.contains(value.as_str().unwrap()), "{property} {value}");
            }
        }
    }
}

/// An operation, of one of the triggers that there are, and a name to give.
fn step() -> impl Strategy<Value = (&'static str, Index, String)> {
    let operations =
        ["createTrigger", "updateTrigger", "enableTrigger", "disableTrigger", "removeTrigger"];
    (select(operations.to_vec()), any::<Index>(), "[a-z]{1,4}")
}

/// Name and activity of each trigger, by id.
type Triggers = BTreeMap<i64, (String, i64)>;

/// What the API has.
async fn triggers(api: &Api) -> Triggers {
    let list = api.call("getTriggerList").range("results=1000").ok().await;
    let of = |it: &Value| {
        (id(it), (it["name"].as_str().unwrap().to_owned(), it["active"].as_i64().unwrap()))
    };
    list.as_array().unwrap().iter().map(of).collect()
}

fn id(trigger: &Value) -> i64 {
    trigger["id"].as_str().unwrap().parse().unwrap()
}

/// Takes a step with the API and with a map.
async fn take(api: &Api, (operation, which, name): (&str, Index, String), model: &mut Triggers) {
    let body = new_with("/name", json!(name));
    if operation == "createTrigger" || model.is_empty() {
        let created = api.call("createTrigger").body(body).ok().await;
        assert_eq!(model.insert(id(&created[0]), (name, 1)), None, "an id is never given twice");
        return;
    }
    let id = *which.get(&model.keys().copied().collect::<Vec<_>>());
    let call = api.call(operation).with("triggerId", id);
    if operation == "updateTrigger" { call.body(body) } else { call }.ok().await;
    let (same_name, active) = model.remove(&id).unwrap();
    let after = match operation {
        "updateTrigger" => Some((name, active)),
        "enableTrigger" => Some((same_name, 1)),
        "disableTrigger" => Some((same_name, 0)),
        _ => None,
    };
    model.extend(after.map(|it| (id, it)));
}

#[test]
fn triggers_behave_like_a_map_whatever_is_done_with_them() {
    let runtime = Runtime::new().unwrap();
    let config = Config { cases: 16, failure_persistence: None, ..Config::default() };
    let tried = TestRunner::new(config).run(&vec(step(), 1..25), |steps| {
        let emulator = Emulator::start();
        let api = emulator.api();
        runtime.block_on(async {
            let mut model = triggers(&api).await;
            for step in steps {
                take(&api, step, &mut model).await;
                assert_eq!(triggers(&api).await, model);
            }
        });
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{error}"));
}
