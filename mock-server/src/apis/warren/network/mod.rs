//! Networks, and what is in them.

pub(super) mod members;
pub(super) mod membership;
pub(super) mod networks;

use super::platform::data::data;
use crate::engine::{Context, Operation, Result, Seed};

pub(super) const SCHEMA: &str = include_str!("schema.sql");

pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] = [networks::operations().into()];
    files.into_iter().flatten().collect()
}

/// What the demo world holds.
pub(super) fn seed_demo(cx: &Context) -> Result<()> {
    Seed::parse("warren_network", data!("network/networks")).insert(cx)
}
