//! SSH keys that the user keeps for new machines.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::engine::{
    Body, Context, Object, Operation, Page, Params, Problem, Result, RowType, Rows, Table, read,
    write,
};

pub(super) fn operations() -> [Operation; 4] {
    [
        read("listSshKeys", list),
        write("createSshKey", create),
        write("updateSshKey", update),
        write("deleteSshKey", delete),
    ]
}

const SSH_KEYS: Table<SshKey> = Table::new("warren_ssh_key", "uuid");
/// What the rows read as.
pub(super) const ROWS: &[RowType] = &[SSH_KEYS.row_type()];

#[derive(Serialize, Deserialize)]
struct SshKey {
    uuid: Uuid,
    name: String,
    public_key: String,
    user_id: i64,
    created_at: Timestamp,
}

#[derive(Deserialize)]
struct NewSshKey {
    name: String,
    public_key: String,
}

#[derive(Deserialize)]
struct Changes {
    name: Option<String>,
}

#[derive(Deserialize)]
struct ByUuid {
    uuid: String,
}

fn list(cx: &Context) -> Result<Rows> {
    SSH_KEYS.page(cx, Page::ALL)
}

fn create(cx: &Context, Body(new): Body<NewSshKey>) -> Result<Object<SshKey>> {
    if ssh_key::PublicKey::from_openssh(new.public_key.trim()).is_err() {
        return Err(Problem::invalid(
            "public_key",
            "value must be a public key in the format of OpenSSH",
        ));
    }
    refuse_taken(cx, &new.name, "")?;
    let key = SshKey {
        uuid: cx.new_uuid()?,
        name: new.name,
        public_key: new.public_key,
        user_id: cx.account()?,
        created_at: Timestamp::from_second(cx.now).map_err(Problem::internal)?,
    };
    SSH_KEYS.insert(cx, &key)?;
    Ok(Object(key))
}

fn update(
    cx: &Context,
    Params(by): Params<ByUuid>,
    Body(new): Body<Changes>,
) -> Result<Object<SshKey>> {
    SSH_KEYS.require(cx, &by.uuid).map_err(|_| unknown())?;
    new.name.as_ref().map_or(Ok(()), |name| refuse_taken(cx, name, &by.uuid))?;
    let key = SSH_KEYS.change(cx, &by.uuid, |key| {
        key.name = new.name.unwrap_or_else(|| key.name.clone());
        Ok(())
    });
    key.map(Object)
}

fn delete(cx: &Context, Params(by): Params<ByUuid>) -> Result<()> {
    SSH_KEYS.require(cx, &by.uuid).map_err(|_| unknown())?;
    SSH_KEYS.remove(cx, &by.uuid)
}

/// Refuses the name of another key than the one of this UUID.
fn refuse_taken(cx: &Context, name: &str, uuid: &str) -> Result<()> {
    match SSH_KEYS.has_where(cx, "name = ? AND uuid <> ?", &[&name, &uuid])? {
        true => Err(Problem::conflict(format!("SSH key '{name}' already exists"))),
        false => Ok(()),
    }
}

fn unknown() -> Problem {
    Problem::not_found().because("SSH key not found")
}
