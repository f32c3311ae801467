//! Disks and their snapshots. A disk knows the UUID of the machine that it is attached to, and
//! nothing else of machines.

pub(super) mod disk;
mod disks;
mod image;
pub(super) mod snapshots;
pub(super) mod together;

use super::platform::data::data;
use crate::engine::{Context, Operation, Result, RowType, Seed};

pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// What the rows of its tables read as.
pub(super) const ROWS: &[&[RowType]] = &[disk::ROWS, snapshots::ROWS];

pub(super) fn operations() -> Vec<Operation> {
    disks::operations().into()
}

/// What the demo world holds.
pub(super) fn seed_demo(cx: &Context) -> Result<()> {
    Seed::parse("warren_disk", data!("storage/disks")).insert(cx)?;
    Seed::parse("warren_snapshot", data!("storage/snapshots")).insert(cx)
}

/// What follows from disks and snapshots.
pub(super) fn complete(cx: &Context) -> Result<()> {
    disk::complete(cx)?;
    snapshots::complete(cx)
}
