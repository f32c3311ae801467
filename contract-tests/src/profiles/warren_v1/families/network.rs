//! Networks.

use serde_json::json;

use crate::core::profile::family::{Action, Family, Order};

pub(super) const FAMILIES: &[Family] = &[Family {
    name: "networks",
    list: "listNetworks",
    create: "createNetwork",
    read: "getNetwork",
    update: "renameNetwork",
    delete: "deleteNetwork",
    removable: |network| Some(network["is_default"] == false && network["resources_count"] == 0),
    actions: &[Action { operation: "setDefaultNetwork", ..Action::NONE }],
    key: "uuid",
    parameter: "network_uuid",
    // Without a name, it is the default network that is answered.
    values: &[("name", |random| random.word(8).into())],
    initial: || json!({ "type": "private", "vm_uuids": [], "resources_count": 0 }),
    // Making another network the default one changes it.
    volatile: &["is_default"],
    touched: &["updated_at"],
    order: Order::Ascending,
    merges: true,
    ..Family::NONE
}];
