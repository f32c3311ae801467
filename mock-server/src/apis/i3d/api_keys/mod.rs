//! API keys, and the addresses that may use them.

pub(super) mod access;
pub(super) mod ip_whitelists;
pub(super) mod keys;

use crate::engine::{Operation, RowType};

/// The tables of this room.
pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// What the rows of its tables read as.
pub(super) const ROWS: &[&[RowType]] = &[ip_whitelists::ROWS, keys::ROWS];

/// The operations of this room.
pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] =
        [ip_whitelists::operations().into(), keys::operations().into()];
    files.into_iter().flatten().collect()
}
