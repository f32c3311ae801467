//! FlexMetal: servers that are ordered, delivered and released by the clock, their quotas, tags and
//! SSH keys.

mod catalogue;
pub(super) mod fleet;
pub(super) mod lifecycle;
mod order;
pub(super) mod quota;
mod servers;
mod ssh_keys;
pub(super) mod tags;
mod usage;

use crate::engine::{Operation, RowType};

/// The tables of this room.
pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// What the rows of its tables read as.
pub(super) const ROWS: &[&[RowType]] = &[fleet::ROWS, quota::ROWS, ssh_keys::ROWS, tags::ROWS];

/// The operations of this room.
pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] = [
        catalogue::operations().into(),
        quota::operations().into(),
        servers::operations().into(),
        ssh_keys::operations().into(),
        tags::operations().into(),
        usage::operations().into(),
    ];
    files.into_iter().flatten().collect()
}
