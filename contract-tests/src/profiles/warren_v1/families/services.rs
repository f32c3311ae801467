//! Managed services.

use serde_json::{Value, json};

use crate::core::profile::{
    family::{Action, Family, Members, Order},
    random::Gen,
};

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "service packages",
        list: "listPackages",
        create: "createPackage",
        read: "getPackage",
        update: "updatePackage",
        delete: "deletePackage",
        actions: &[
            Action { operation: "addWhitelistEntry", settle: with_address, ..Action::NONE },
            Action {
                operation: "deleteWhitelistEntry",
                // Only an address that is there can be taken away, which a package does not tell.
                allowed: |_| None,
                settle: with_address,
                ..Action::NONE
            },
        ],
        key: "uuid",
        parameter: "service_package_uuid",
        values: &[
            ("billing_account_id", payer),
            ("service", |_| json!("postgresql")),
            ("version", |_| json!("14.0")),
            ("package_parameters", |_| json!("{\"location\":\"jkt01\"}")),
        ],
        initial: || json!({ "is_deleted": false, "status": "active" }),
        absent: || json!({ "is_multi_node": false }),
        write_only: &["vm_cpu", "vm_ram", "vm_disk_gb", "package_parameters"],
        touched: &["updated_at"],
        merges: true,
        order: Order::Ascending,
        disturbs: &["networks", "whitelists of service packages"],
        ..Family::NONE
    },
    Family {
        name: "whitelists of service packages",
        list: "listWhitelist",
        key: "value",
        parent: "service packages",
        ..Family::NONE
    },
];

fn payer(random: &mut Gen) -> Value {
    random.pick(&[json!(129_072), json!(129_188)]).clone()
}

/// The contract leaves the address out, because the platform has words of its own for that.
/// It is always the same, so that the one that is taken away is there.
fn with_address(_random: &mut Gen, entry: &mut Members) {
    entry.insert("ip_address".to_owned(), json!("198.51.100.0/24"));
}
