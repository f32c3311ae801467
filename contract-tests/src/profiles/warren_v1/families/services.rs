//! Managed services.

use serde_json::{Value, json};

use crate::core::profile::{
    family::{Family, Order},
    random::Gen,
};

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "servicePackages",
        list: "listPackages",
        create: "createPackage",
        read: "getPackage",
        update: "updatePackage",
        delete: "deletePackage",
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
        disturbs: &["networks"],
        ..Family::NONE
    },
    Family {
        name: "serviceSecrets",
        read: "getPackageSecrets",
        key: "",
        parameter: "service_package_uuid",
        parent: "servicePackages",
        ..Family::NONE
    },
    Family {
        name: "serviceWhitelists",
        list: "listWhitelist",
        create: "addWhitelistEntry",
        delete: "deleteWhitelistEntry",
        key: "",
        parent: "servicePackages",
        values: &[("ip_address", address)],
        ..Family::NONE
    },
];

fn payer(random: &mut Gen) -> Value {
    random.pick(&[json!(129_072), json!(129_188)]).clone()
}

fn address(random: &mut Gen) -> Value {
    random.pick(&[json!("192.0.2.1"), json!("198.51.100.0/24"), json!("2001:db8::1")]).clone()
}
