//! SSH keys, API keys, and the whitelists of addresses that may use them.

use serde_json::{Value, json};

use crate::core::profile::{
    family::{Family, Members, Order},
    random::Gen,
};
use crate::profiles::public_key::public_key;

pub(super) static FAMILIES: &[Family] = &[
    Family {
        name: "SSH keys",
        list: "getSshKeys",
        create: "createSshKey",
        read: "getSshKey",
        delete: "deleteSshKey",
        key: "uuid",
        parameter: "uuid",
        values: &[("publicKey", public_key)],
        order: Order::Ascending,
        ..Family::NONE
    },
    Family {
        name: "API keys",
        list: "getAccountApiKeys",
        create: "createApiKeyForUser",
        update: "updateAccountApiKey",
        delete: "deleteAccountApiKey",
        parameter: "apiKeyId",
        values: &[("expiresAt", in_the_future)],
        initial: || json!({ "used": 0 }),
        absent: || json!({ "note": null, "expiresAt": null }),
        volatile: &["used"],
        order: Order::Ascending,
        ..Family::NONE
    },
    Family {
        name: "API key whitelists",
        list: "getAccountApiKeyWhitelists",
        create: "createAccountApiKeyWhitelist",
        update: "updateAccountApiKeyWhitelist",
        delete: "deleteAccountApiKeyWhitelist",
        parameter: "apiKeyWhitelistId",
        parent: "API keys",
        settle: one_range,
        absent: || json!({ "ipStart": null, "ipEnd": null, "ipRange": null, "comments": null }),
        touched: &["updatedAt"],
        order: Order::Ascending,
        ..Family::NONE
    },
    Family {
        name: "account whitelists",
        list: "getAccountWhitelists",
        create: "createAccountWhitelist",
        update: "updateAccountWhitelist",
        delete: "deleteAccountWhitelist",
        parameter: "whitelistId",
        settle: range_with_this_machine,
        absent: || json!({ "ipStart": null, "ipEnd": null, "ipRange": null, "description": "" }),
        order: Order::Ascending,
        ..Family::NONE
    },
];

fn in_the_future(random: &mut Gen) -> Value {
    if random.below(3) == 0 {
        Value::Null
    } else {
        (2_000_000_000 + random.below(1_000_000)).into()
    }
}

/// Addresses are given by both ends or as one range.
fn one_range(random: &mut Gen, members: &mut Members) {
    for name in ["ipStart", "ipEnd", "ipRange"] {
        members.shift_remove(name);
    }
    let (network, first) = (random.below(255), random.below(100));
    if random.below(2) == 0 {
        members.insert(
            "ipRange".to_owned(),
            format!("198.18.{network}.0/{}", 24 + random.below(8)).into(),
        );
    } else {
        members.insert("ipStart".to_owned(), format!("198.18.{network}.{first}").into());
        members.insert(
            "ipEnd".to_owned(),
            format!("198.18.{network}.{}", first + random.below(100)).into(),
        );
    }
}

/// An active entry excludes all other addresses, so it must include that of the harness.
fn range_with_this_machine(random: &mut Gen, members: &mut Members) {
    one_range(random, members);
    if members.get("active") == Some(&json!(1)) {
        for name in ["ipStart", "ipEnd"] {
            members.shift_remove(name);
        }
        members.insert("ipRange".to_owned(), "127.0.0.0/8".into());
    }
}
