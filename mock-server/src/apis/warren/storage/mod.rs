//! Disks and their snapshots. A disk knows the UUID of the machine that it is attached to, and
//! nothing else of machines.

pub(super) mod disk;
mod disks;
mod image;
pub(super) mod snapshots;
pub(super) mod together;

use crate::engine::{Context, Operation, Result};

pub(super) const SCHEMA: &str = include_str!("schema.sql");

pub(super) fn operations() -> Vec<Operation> {
    disks::operations().into()
}

/// What the demo world holds.
pub(super) fn seed_demo(cx: &Context) -> Result<()> {
    disk::seed_demo(cx)?;
    snapshots::seed_demo(cx)
}
