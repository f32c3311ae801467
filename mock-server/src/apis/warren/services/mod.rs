//! Managed services: packages, what is in them, and who may connect to them.

mod package;
mod packages;
mod whitelists;

use super::platform::data::data;
use crate::engine::{Context, Operation, Result};

pub(super) const SCHEMA: &str = include_str!("schema.sql");

pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] =
        [packages::operations().into(), whitelists::operations().into()];
    files.into_iter().flatten().collect()
}

/// What the demo world holds.
pub(super) fn seed_demo(cx: &Context) -> Result<()> {
    packages::seed(cx, data!("services/packages"))
}
