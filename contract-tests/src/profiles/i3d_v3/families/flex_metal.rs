//! FlexMetal: servers by the minute, and their tags.

use serde_json::{Value, json};

use super::words::words;
use crate::core::profile::{
    family::{Action, Family, Filter, Members, Order},
    random::Gen,
};
use crate::profiles::public_key::public_key;

const OPERATING_SYSTEMS: [&str; 3] = ["debian-12", "ubuntu-2404-lts", "almalinux-9"];

pub(super) static FAMILIES: &[Family] = &[
    Family {
        name: "FlexMetal tags",
        list: "getFlexMetalTags",
        create: "createFlexMetalTag",
        read: "getFlexMetalTag",
        update: "updateFlexMetalTag",
        delete: "deleteFlexMetalTag",
        key: "tag",
        parameter: "tag",
        unique: "tag",
        initial: || json!({ "resources": { "count": 0, "flexMetalServers": { "count": 0 } } }),
        order: Order::Ascending,
        ..Family::NONE
    },
    Family {
        name: "FlexMetal servers",
        list: "getFlexMetalServers",
        create: "createFlexMetalServer",
        read: "getFlexMetalServer",
        delete: "deleteFlexMetalServer",
        actions: &[
            Action {
                operation: "createFlexMetalServerTag",
                effect: |server, _| {
                    tags(server, |tags| {
                        if !tags.contains(&json!(TAG)) {
                            tags.push(TAG.into())
                        }
                    })
                },
                ..Action::NONE
            },
            Action {
                operation: "deleteFlexMetalServerTag",
                allowed: |server| {
                    Some(server["tags"].as_array().is_some_and(|tags| tags.contains(&json!(TAG))))
                },
                effect: |server, _| tags(server, |tags| tags.retain(|tag| tag != TAG)),
                ..Action::NONE
            },
        ],
        filters: &[
            Filter { parameter: "tag", values: |server| texts(&server["tags"]) },
            Filter { parameter: "status", values: state_group },
        ],
        key: "uuid",
        parameter: "uuid",
        values: &[
            ("name", |random| format!("ct-{} {}", random.word(6), words(random)).into()),
            ("location", |_| "EU: Rotterdam".into()),
            ("instanceType", |_| "bm7.std.8".into()),
            ("os", |random| json!({ "slug": random.pick(&OPERATING_SYSTEMS) })),
            ("sshKey", |random| json!([public_key(random)])),
            ("postInstallScript", |_| "#!/bin/sh\ntrue\n".into()),
            ("tags", |random| json!([random.word(5), random.word(7)])),
            ("contractId", |_| "".into()),
        ],
        settle: with_a_key,
        shows: shown,
        initial: || {
            json!({
                "status": "created",
                "deliveredAt": null,
                "releasedAt": null,
                "ipAddresses": [],
            })
        },
        absent: || json!({ "tags": [], "contractId": "" }),
        write_only: &["sshKey", "postInstallScript", "overflow"],
        volatile: &["status", "statusMessage", "ipAddresses", "deliveredAt", "releasedAt"],
        states: Some(("status", STATES)),
        remains: &["failed", "releasing", "released"],
        order: Order::Ascending,
        limit: 20,
        settles_after_seconds: 12,
        disturbs: &["FlexMetal tags"],
        ..Family::NONE
    },
];

/// The tag of the example in the contract, which the actions add and remove.
const TAG: &str = "production";

/// The states of a server, in their order; none goes back.
const STATES: &[&str] = &[
    "created",
    "discovering",
    "discovered",
    "allocating",
    "allocated",
    "configuring_network",
    "network_configured",
    "provisioning",
    "provisioned",
    "delivered",
    "failed",
    "releasing",
    "released",
];

/// An order names location and instance type; an answer shows each as an object with the name.
fn shown(order: &Members) -> Members {
    let mut shown = order.clone();
    for name in ["location", "instanceType"] {
        if let Some(value) = shown.get_mut(name) {
            *value = json!({ "name": value.take() });
        }
    }
    if let Some(os) = shown.get_mut("os") {
        *os = json!({ "slug": os["slug"] });
    }
    shown
}

/// An order of a Linux server needs an SSH key.
fn with_a_key(random: &mut Gen, order: &mut Members) {
    if !order.contains_key("sshKey") {
        order.insert("sshKey".to_owned(), json!([public_key(random)]));
    }
}

fn tags(server: &mut Members, change: impl FnOnce(&mut Vec<Value>)) {
    if let Some(tags) = server.get_mut("tags").and_then(Value::as_array_mut) {
        change(tags);
    }
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The value of the filter that finds a server: it groups states.
fn state_group(server: &Value) -> Vec<String> {
    let group = match server["status"].as_str().unwrap_or_default() {
        state @ ("delivered" | "failed" | "releasing" | "released") => state,
        "provisioning" | "provisioned" => "provisioning",
        _ => "creating",
    };
    vec![group.to_owned()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_shown_with_objects_in_the_place_of_names() {
        let os = json!({ "slug": "debian-12", "partitions": [] });
        let order = json!({ "name": "a", "location": "L", "os": os });
        let shown = shown(order.as_object().unwrap());
        assert_eq!(
            Value::Object(shown),
            json!({ "name": "a", "location": { "name": "L" }, "os": { "slug": "debian-12" } })
        );
    }
}
