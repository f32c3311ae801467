//! SSH keys that an account can have installed on its servers.

use serde::{Deserialize, Serialize};
use ssh_key::PublicKey;
use uuid::Uuid;

use crate::engine::{
    Body, Context, Operation, Page, Params, Problem, Result, RowType, Rows, Table, read, write,
};

pub(super) fn operations() -> [Operation; 4] {
    [
        read("getSshKeys", list),
        write("createSshKey", create),
        read("getSshKey", get),
        write("deleteSshKey", delete),
    ]
}

const SSH_KEYS: Table<SshKey> = Table::new("ssh_key", "uuid");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[SSH_KEYS.row_type()];

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SshKey {
    uuid: Uuid,
    name: String,
    public_key: String,
    created_at: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct NewSshKey {
    name: String,
    public_key: String,
}

#[derive(Deserialize)]
struct ByUuid {
    uuid: String,
}

fn list(cx: &Context) -> Result<Rows> {
    SSH_KEYS.page(cx, Page::ALL)
}

fn create(cx: &Context, Body(new): Body<NewSshKey>) -> Result<[SshKey; 1]> {
    if !is_public_key(&new.public_key) {
        return Err(Problem::invalid("publicKey", "is not an SSH public key"));
    }
    let key = SshKey {
        uuid: cx.new_uuid()?,
        name: new.name,
        public_key: new.public_key,
        created_at: cx.now,
    };
    SSH_KEYS.insert(cx, &key)?;
    Ok([key])
}

fn get(cx: &Context, Params(by): Params<ByUuid>) -> Result<Rows> {
    let uuid = Uuid::try_parse(&by.uuid).map_err(|_| Problem::not_found())?;
    SSH_KEYS.page_of(cx, uuid.to_string())
}

fn delete(cx: &Context, Params(by): Params<ByUuid>) -> Result<()> {
    let uuid = Uuid::try_parse(&by.uuid).map_err(|_| Problem::malformed("Invalid UUID"))?;
    SSH_KEYS.remove(cx, uuid.to_string())
}

/// Whether the account has a key of this UUID.
pub(super) fn exists(cx: &Context, uuid: Uuid) -> Result<bool> {
    SSH_KEYS.has(cx, uuid.to_string())
}

/// Whether `text` is a public key in the format of OpenSSH.
pub(super) fn is_public_key(text: &str) -> bool {
    PublicKey::from_openssh(text.trim()).is_ok()
}
