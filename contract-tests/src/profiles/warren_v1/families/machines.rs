//! Virtual machines. Their disks and replicas have no list of their own that says what becomes of
//! them, so that scenarios follow those.

use serde_json::{Value, json};

use crate::core::profile::{
    family::{Action, Family, Members},
    random::Gen,
};

pub(super) const FAMILIES: &[Family] = &[Family {
    name: "machines",
    list: "listVms",
    create: "createVm",
    read: "getVm",
    delete: "deleteVm",
    actions: ACTIONS,
    key: "uuid",
    parameter: "uuid",
    settle: from_an_image,
    shows: |sent| renamed(sent, CREATED),
    initial: || json!({ "status": "running" }),
    touched: &["updated_at"],
    limit: 12,
    disturbs: &["disks", "networks", "floating IPs", "firewalls", "load balancers"],
    ..Family::NONE
}];

/// What a request calls a member, and what an answer does.
type Names = &'static [(&'static str, &'static str)];

const CREATED: Names = &[
    ("name", "name"),
    ("vcpu", "vcpu"),
    ("ram", "memory"),
    ("os_name", "os_name"),
    ("os_version", "os_version"),
    ("username", "username"),
    ("backup", "backup"),
    ("description", "description"),
];

const MODIFIED: Names = &[("name", "name"), ("vcpu", "vcpu"), ("ram", "memory")];

const REINSTALLED: Names = &[("os_name", "os_name"), ("os_version", "os_version")];

const ACTIONS: &[Action] = &[
    Action {
        operation: "startVm",
        effect: |machine, _| put(machine, "status", "running"),
        done: |machine| machine["status"] == "running",
        ..Action::NONE
    },
    Action {
        operation: "rescueStart",
        effect: |machine, _| put(machine, "status", "running"),
        done: |machine| machine["status"] == "running",
        ..Action::NONE
    },
    Action {
        operation: "stopVm",
        effect: |machine, _| put(machine, "status", "stopped"),
        done: |machine| machine["status"] == "stopped",
        ..Action::NONE
    },
    Action {
        operation: "modifyVm",
        // A running machine takes no size. Actions are played in this order, so that it has just
        // been stopped.
        allowed: |machine| (machine["status"] == "stopped").then_some(true),
        effect: |machine, sent| take(machine, sent, MODIFIED),
        ..Action::NONE
    },
    Action {
        operation: "bootIsoMedia",
        effect: |machine, _| put(machine, "status", "running"),
        done: |machine| machine["status"] == "running",
        values: &[
            ("boot_image_uuid", |_| json!("e3a5f2d6-7d15-11f0-85ba-047bcbc1cb26")),
            ("boot_image_repository", |_| json!("platform")),
        ],
        ..Action::NONE
    },
    Action {
        operation: "toggleBackup",
        effect: |machine, _| {
            let backup = machine.get("backup").and_then(Value::as_bool).unwrap_or_default();
            drop(machine.insert("backup".to_owned(), json!(!backup)));
        },
        ..Action::NONE
    },
    Action {
        operation: "reinstallVm",
        effect: |machine, sent| {
            take(machine, sent, REINSTALLED);
            put(machine, "status", "running");
        },
        done: |machine| machine["status"] == "running",
        values: &[("os_name", |_| json!("ubuntu")), ("os_version", version)],
        // The version alone may be none of the system that the machine has.
        allowed: |_| None,
        ..Action::NONE
    },
];

/// A machine from an image of the brand of the customer: of what else it could be made, only
/// scenarios know.
fn from_an_image(random: &mut Gen, machine: &mut Members) {
    machine.retain(|name, _| CREATED.iter().any(|(sent, _)| name == sent));
    machine.insert("os_name".to_owned(), json!("ubuntu"));
    machine.insert("os_version".to_owned(), version(random));
    machine.insert("disks".to_owned(), json!(20 + random.below(221)));
    let letters = 1 + random.below(20);
    machine.insert("username".to_owned(), json!(format!("u{}", random.word(letters))));
    machine.insert("password".to_owned(), json!("Password123"));
}

fn version(random: &mut Gen) -> Value {
    (*random.pick(&["20.04-lts", "22.04-lts", "24.04-lts"])).into()
}

fn renamed(sent: &Members, names: Names) -> Members {
    let mut shown = Members::new();
    take(&mut shown, &sent.clone().into(), names);
    shown
}

fn take(machine: &mut Members, sent: &Value, names: Names) {
    for (sent, value) in names.iter().filter_map(|(name, shown)| Some((shown, sent.get(name)?))) {
        machine.insert((*sent).to_owned(), value.clone());
    }
}

fn put(machine: &mut Members, member: &str, value: &str) {
    machine.insert(member.to_owned(), value.into());
}
