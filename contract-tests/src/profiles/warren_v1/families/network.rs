//! Networks.

use serde_json::json;

use crate::core::profile::family::{Action, Family};

pub(super) const FAMILIES: &[Family] = &[Family {
    name: "networks",
    list: "listNetworks",
    create: "createNetwork",
    read: "getNetwork",
    update: "renameNetwork",
    delete: "deleteNetwork",
    actions: &[Action {
        operation: "setDefaultNetwork",
        effect: |network, _| drop(network.insert("is_default".to_owned(), json!(true))),
        ..Action::NONE
    }],
    key: "uuid",
    parameter: "network_uuid",
    touched: &["updated_at"],
    merges: true,
    ..Family::NONE
}];
