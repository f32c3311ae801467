//! Disks and their snapshots.

use crate::engine::{Context, Operation, Result};

pub(super) const SCHEMA: &str = include_str!("schema.sql");

pub(super) fn operations() -> Vec<Operation> {
    Vec::new()
}

/// What the demo world holds.
pub(super) fn seed_demo(_cx: &Context) -> Result<()> {
    Ok(())
}
