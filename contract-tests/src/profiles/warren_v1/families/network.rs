//! Networks, floating IPs, firewalls and load balancers.

use serde_json::{Value, json};

use crate::core::profile::{
    family::{Action, Family, Filter, Members, Order},
    random::Gen,
};

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "networks",
        list: "listNetworks",
        create: "createNetwork",
        read: "getNetwork",
        update: "renameNetwork",
        delete: "deleteNetwork",
        removable: |network| {
            Some(network["is_default"] == false && network["resources_count"] == 0)
        },
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
        located: true,
        merges: true,
        ..Family::NONE
    },
    Family {
        name: "floating IPs",
        list: "listFloatingIps",
        create: "createFloatingIp",
        read: "getFloatingIp",
        update: "updateFloatingIp",
        delete: "deleteFloatingIp",
        actions: &[
            Action {
                operation: "assignFloatingIp",
                // A body without any of its members assigns nothing, which the contract cannot say.
                allowed: |_| None,
                values: &[
                    ("vm_uuid", |_| json!(MACHINE)),
                    ("assigned_to", |_| json!(MACHINE)),
                    ("assigned_to_resource_type", |_| json!("virtual_machine")),
                ],
                ..Action::NONE
            },
            Action { operation: "unassignFloatingIp", ..Action::NONE },
        ],
        filters: &[Filter {
            parameter: "billing_account_id",
            values: |row| vec![row["billing_account_id"].to_string()],
        }],
        key: "address",
        parameter: "address",
        values: &[("billing_account_id", payer)],
        initial: || json!({ "type": "public", "enabled": true, "is_deleted": false }),
        // An answer to a change says that nothing has an address; a list leaves that out.
        volatile: &[
            "assigned_to",
            "assigned_to_resource_type",
            "assigned_to_private_ip",
            "unassigned_at",
        ],
        touched: &["updated_at"],
        located: true,
        merges: true,
        ..Family::NONE
    },
    Family {
        name: "firewalls",
        list: "listFirewalls",
        create: "createFirewall",
        update: "updateFirewall",
        delete: "deleteFirewall",
        key: "uuid",
        parameter: "firewall_uuid",
        values: &[("billing_account_id", payer), ("rules", rules)],
        settle: |_, sent| drop(sent.remove("name")),
        shows: |sent| without(sent, &["rules", "description"]),
        initial: || json!({ "deleted_at": null, "resources_assigned": [] }),
        // Rules get a UUID each, and `name` is `display_name`; scenarios look at both.
        volatile: &["rules", "name"],
        order: Order::Ascending,
        located: true,
        merges: true,
        ..Family::NONE
    },
    Family {
        name: "load balancers",
        list: "listLoadBalancers",
        create: "createLoadBalancer",
        read: "getLoadBalancer",
        update: "renameLoadBalancer",
        actions: &[
            Action {
                operation: "setLoadBalancerPayer",
                effect: |row, sent| drop(row.insert(PAYER.to_owned(), sent["set_id"].clone())),
                values: &[("set_id", payer)],
                ..Action::NONE
            },
            Action {
                operation: "changeLoadBalancerPayer",
                effect: |row, sent| drop(row.insert(PAYER.to_owned(), sent[PAYER].clone())),
                values: &[(PAYER, payer)],
                ..Action::NONE
            },
        ],
        key: "uuid",
        parameter: "load_balancer_uuid",
        values: &[
            (PAYER, payer),
            ("network_uuid", |_| json!("018d0c5e-7c00-7000-8000-00000000b001")),
            ("targets", |_| json!([{ "target_uuid": MACHINE, "target_type": "vm" }])),
            ("rules", |_| json!([{ "source_port": 80, "target_port": 8080 }])),
        ],
        shows: |sent| without(sent, &["targets", "rules", "reserve_public_ip"]),
        initial: || json!({ "is_deleted": false, "deleted_at": null }),
        disturbs: &["networks", "floating IPs"],
        touched: &["updated_at"],
        order: Order::Ascending,
        located: true,
        merges: true,
        ..Family::NONE
    },
];

/// A machine of the demo world.
const MACHINE: &str = "018d0c5e-7c00-7000-8000-00000000d001";

/// The member that names who pays.
const PAYER: &str = "billing_account_id";

/// A billing account of the customer.
fn payer(random: &mut Gen) -> Value {
    random.pick(&[json!(129_072), json!(129_188)]).clone()
}

fn rules(random: &mut Gen) -> Value {
    let start = 1 + random.below(60_000);
    let any = json!({
        "protocol": "tcp", "direction": "inbound", "port_start": start, "port_end": start + 10,
        "endpoint_spec_type": "any",
    });
    let some = json!({
        "protocol": "icmp", "direction": "outbound", "endpoint_spec_type": "ip_prefixes",
        "endpoint_spec": ["10.0.0.0/8"],
    });
    random.pick(&[json!([]), json!([any]), json!([any, some])]).clone()
}

fn without(sent: &Members, names: &[&str]) -> Members {
    let kept = sent.iter().filter(|(name, _)| !names.contains(&name.as_str()));
    kept.map(|(name, value)| (name.clone(), value.clone())).collect()
}
