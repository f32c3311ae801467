//! Managed services: packages, what is in them, and who may connect to them.

mod package;
mod packages;
mod whitelists;

use super::platform::data::data;
use crate::engine::{Context, Operation, Result, RowType, Seed};

pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// What the rows of its tables read as.
pub(super) const ROWS: &[&[RowType]] = &[package::ROWS];

pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] =
        [packages::operations().into(), whitelists::operations().into()];
    files.into_iter().flatten().collect()
}

/// What the demo world holds.
pub(super) fn seed_demo(cx: &Context) -> Result<()> {
    Seed::parse("warren_service_package", data!("services/packages")).insert(cx)
}

/// What follows from packages.
pub(super) fn complete(cx: &Context) -> Result<()> {
    packages::complete(cx)
}
