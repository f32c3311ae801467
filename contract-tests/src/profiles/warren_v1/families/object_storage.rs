//! Object storage.

use serde_json::json;

use crate::core::profile::{
    family::{Family, Filter, Order},
    random::Gen,
};

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "buckets",
        list: "listBuckets",
        create: "createBucket",
        read: "getBucket",
        update: "modifyBucket",
        delete: "deleteBucket",
        filters: &[Filter {
            parameter: "billing_account_id",
            values: |bucket| vec![bucket["billing_account_id"].to_string()],
        }],
        key: "name",
        parameter: "name",
        unique: "name",
        values: &[("billing_account_id", payer), ("name", |random| random.word(12).into())],
        // The token of the customer belongs to no billing account.
        settle: |random, bucket| {
            bucket.entry("billing_account_id").or_insert_with(|| payer(random));
        },
        removable: |bucket| Some(bucket["num_objects"] == 0),
        initial: || json!({ "size_bytes": 0, "num_objects": 0, "is_suspended": false }),
        touched: &["modified_at"],
        merges: true,
        order: Order::Ascending,
        ..Family::NONE
    },
    Family {
        name: "storage keys",
        list: "listStorageKeys",
        create: "createStorageKey",
        delete: "deleteStorageKey",
        key: "accessKey",
        parameter: "access_key",
        order: Order::Ascending,
        ..Family::NONE
    },
];

fn payer(random: &mut Gen) -> serde_json::Value {
    random.pick(&[json!(129_072), json!(129_188)]).clone()
}
