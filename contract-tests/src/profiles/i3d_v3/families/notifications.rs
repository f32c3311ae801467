//! Notifications by the platform: callbacks, Slack, triggers.

use serde_json::{Value, json};

use super::words::words;
use crate::core::profile::{
    family::{Action, Family, Order, View},
    random::Gen,
};

pub(super) static FAMILIES: &[Family] = &[
    Family {
        name: "callbacks",
        list: "getCallbacks",
        create: "createCallback",
        read: "getCallback",
        update: "updateCallback",
        delete: "deleteCallback",
        parameter: "callbackSettingId",
        absent: || json!({ "urlDescription": null, "headers": null }),
        order: Order::Ascending,
        ..Family::NONE
    },
    Family {
        name: "Slack settings",
        list: "getSlackSettings",
        create: "createSlackSetting",
        read: "getSlackSetting",
        update: "updateSlackSetting",
        delete: "deleteSlackSetting",
        parameter: "slackSettingId",
        unique: "name",
        values: &[
            ("name", words),
            ("webHookUrl", |random| {
                format!("https://hooks.slack.example/services/{}", random.word(12)).into()
            }),
        ],
        order: Order::Ascending,
        ..Family::NONE
    },
    Family {
        name: "triggers",
        list: "getTriggerList",
        create: "createTrigger",
        read: "getTriggerById",
        update: "updateTrigger",
        delete: "removeTrigger",
        actions: &[
            Action {
                operation: "disableTrigger",
                effect: |trigger, _| drop(trigger.insert("active".to_owned(), 0.into())),
                ..Action::NONE
            },
            Action {
                operation: "enableTrigger",
                effect: |trigger, _| drop(trigger.insert("active".to_owned(), 1.into())),
                ..Action::NONE
            },
        ],
        views: &[View { operation: "getTriggerSummary", shows: |_| true }],
        parameter: "triggerId",
        values: &[("conditions", conditions), ("rules", rules), ("actions", actions)],
        initial: || json!({ "active": 1 }),
        absent: || json!({ "description": null }),
        touched: &["changedAt"],
        order: Order::Ascending,
        ..Family::NONE
    },
];

fn conditions(random: &mut Gen) -> Value {
    let count = random.below(3);
    (0..count)
        .map(|_| json!({ "conditionId": 1 + random.below(3), "conditionValues": [random.word(4)] }))
        .collect()
}

/// Every rule has a window, because those of measured data need one.
fn rules(random: &mut Gen) -> Value {
    let threshold = random.below(100);
    let rule = json!({
        "operator": 1 + random.below(3),
        "triggerWindow": 1 + random.below(60),
        "threshold": threshold,
    });
    let (action, data_type) = (1 + random.below(2), 1 + random.below(2));
    json!([{ "ruleAction": action, "ruleDataType": data_type, "rule": rule }])
}

fn actions(random: &mut Gen) -> Value {
    json!([{ "action": 2, "actionParameters": { "methodId": 1, "timeout": random.below(900) } }])
}
