//! Dedicated servers: a fixed number, with names and labels of the customer's own.

use serde_json::{Value, json};

use crate::core::{
    check,
    profile::{
        family::{Family, Filter, Members, Order, View},
        random::Gen,
    },
};

pub(super) static FAMILIES: &[Family] = &[Family {
    name: "dedicated servers",
    list: "getDedicatedServers",
    read: "getDedicatedServer",
    update: "updateDedicatedServer",
    views: &[View { operation: "getDedicatedServerSummaries", shows: |_| true }],
    filters: &[Filter { parameter: "labels", values: label_expressions }],
    parameter: "dedicatedServerId",
    values: &[("labels", labels)],
    // The platform sets it, whatever a client sends.
    settle: |_, server| drop(server.shift_remove("uptime")),
    write_only: &["labels"],
    merges: true,
    changes: Some(changed),
    order: Order::Ascending,
    off: &[(
        &check::IDEMPOTENT,
        "a label that is deleted twice is deleted once, and labels keep their place",
    )],
    ..Family::NONE
}];

fn labels(random: &mut Gen) -> Value {
    let mut keys = vec!["tier", "environment", "ct-owner", "ct-shift"];
    let count = random.below(4);
    let label = |_| {
        let key = keys.swap_remove(random.below(keys.len()));
        let value = if random.below(4) == 0 { Value::Null } else { random.word(6).into() };
        json!({ "key": key, "value": value })
    };
    (0..count).map(label).collect()
}

/// Texts are replaced; a label is set, or deleted where its value is null.
fn changed(server: &mut Members, sent: &Members) {
    for (name, value) in sent.iter().filter(|(name, _)| *name != "labels") {
        server.insert(name.clone(), value.clone());
    }
    let Some(labels) = server.get_mut("labels").and_then(Value::as_array_mut) else { return };
    for change in sent.get("labels").and_then(Value::as_array).into_iter().flatten() {
        let at = labels.iter().position(|label| label["key"] == change["key"]);
        match (at, change["value"].is_null()) {
            (Some(at), true) => drop(labels.remove(at)),
            (Some(at), false) => labels[at] = change.clone(),
            (None, false) => labels.push(change.clone()),
            (None, true) => {}
        }
    }
}

/// The expressions that find a server by one of its own labels.
fn label_expressions(server: &Value) -> Vec<String> {
    let labels = server["labels"].as_array().into_iter().flatten();
    let expression = |label: &Value| {
        Some(format!("{}=\"{}\"", label["key"].as_str()?, label["value"].as_str()?))
    };
    labels.filter_map(expression).collect()
}
