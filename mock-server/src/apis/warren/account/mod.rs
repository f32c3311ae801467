//! The user: their profile, tokens and SSH keys, and where their resources can stand.

mod locations;
mod ssh_keys;
mod tokens;
pub(super) mod users;

use super::platform::data::data;
use crate::engine::{Context, Operation, Result, RowType, Seed};

pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// What the rows of its tables read as.
pub(super) const ROWS: &[&[RowType]] = &[ssh_keys::ROWS, users::ROWS];

pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] = [
        locations::operations().into(),
        ssh_keys::operations().into(),
        tokens::operations().into(),
        users::operations().into(),
    ];
    files.into_iter().flatten().collect()
}

/// What the demo world holds.
pub(super) fn seed_demo(cx: &Context) -> Result<()> {
    Seed::parse("warren_ssh_key", data!("account/ssh_keys")).insert(cx)
}
