//! The user, tokens and SSH keys.

use serde_json::json;

use crate::core::profile::{
    family::{Family, Order},
    random::Gen,
};

pub(super) const FAMILIES: &[Family] = &[
    Family {
        name: "profile",
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
        key: "id",
        parameter: "token_id",
        values: &[("billing_account_id", |random: &mut Gen| {
            random.pick(&[json!(0), json!(129_072)]).clone()
        })],
        merges: true,
        order: Order::Ascending,
        ..Family::NONE
    },
    Family {
        name: "sshKeys",
        list: "listSshKeys",
        create: "createSshKey",
        update: "updateSshKey",
        delete: "deleteSshKey",
        key: "uuid",
        parameter: "uuid",
        unique: "name",
        merges: true,
        ..Family::NONE
    },
];
