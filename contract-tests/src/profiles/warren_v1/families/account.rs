//! The user, tokens and SSH keys.

use serde_json::{Value, json};

use crate::{
    core::profile::{
        family::{Family, Order},
        random::Gen,
    },
    profiles::public_key::public_key,
};

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "profile",
        read: "getUser",
        update: "modifyProfile",
        key: "",
        touched: &["updated_at"],
        merges: true,
        ..Family::NONE
    },
    Family {
        name: "tokens",
        list: "listTokens",
        create: "createToken",
        update: "updateToken",
        delete: "deleteToken",
        parameter: "token_id",
        values: &[("billing_account_id", billing_account), ("restricted", |_| json!(true))],
        shows: |sent| sent.iter().filter(|(name, _)| *name != "token_id").map(copied).collect(),
        changes: Some(|token, sent| {
            token.extend(sent.iter().filter(|(name, _)| *name != "token_id").map(copied));
        }),
        touched: &["updated_at"],
        shows_changes: false,
        order: Order::Ascending,
        ..Family::NONE
    },
    Family {
        name: "SSH keys",
        list: "listSshKeys",
        create: "createSshKey",
        update: "updateSshKey",
        delete: "deleteSshKey",
        key: "uuid",
        parameter: "uuid",
        unique: "name",
        values: &[("public_key", public_key)],
        merges: true,
        order: Order::Ascending,
        ..Family::NONE
    },
];

/// None, or one of the customer.
fn billing_account(random: &mut Gen) -> Value {
    random.pick(&[json!(0), json!(129_072)]).clone()
}

fn copied((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}
