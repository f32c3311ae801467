//! Disks.

use serde_json::{Value, json};

use crate::core::profile::{
    family::{Action, Family, Make, Members},
    random::Gen,
};

const PAYER: &[(&str, Make)] = &[("billing_account_id", payer)];

/// What becomes of a deleted disk, only scenarios know: it is in no list, can still be read, and is
/// deleted again without complaint.
pub(super) const FAMILIES: &[Family] = &[Family {
    name: "disks",
    list: "listDisks",
    create: "createDisk",
    read: "getDisk",
    key: "uuid",
    parameter: "disk_uuid",
    actions: &[Action {
        operation: "modifyDisk",
        effect: |disk, sent| {
            let sent = sent.as_object().into_iter().flatten();
            disk.extend(sent.map(|(name, value)| (name.clone(), value.clone())));
        },
        values: PAYER,
        ..Action::NONE
    }],
    values: PAYER,
    settle: empty,
    initial: || json!({ "status": "Active", "snapshots": [] }),
    touched: &["updated_at"],
    disturbs: &["machines"],
    ..Family::NONE
}];

/// An empty disk that somebody pays for: of what else it could be a copy, only scenarios know.
fn empty(random: &mut Gen, disk: &mut Members) {
    disk.shift_remove("source_image");
    disk.insert("source_image_type".to_owned(), json!("EMPTY"));
    disk.entry("size_gb").or_insert_with(|| json!(1 + random.below(100)));
    disk.entry("billing_account_id").or_insert(json!(129_072));
}

fn payer(random: &mut Gen) -> Value {
    json!(random.pick(&[129_072, 129_188]))
}
