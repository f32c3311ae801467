//! Virtual machines. A machine has its disks in the room `storage`, its address in `network`, and
//! begins with an image of `catalogue`.

mod addresses;
mod billing;
mod clone;
mod cloud_init;
mod content;
mod creation;
mod disks;
mod machine;
mod management;
mod power;
mod replicas;
mod request;
mod shown;

use super::platform::data::data;
use crate::engine::{Context, Operation, Result, RowType, Seed};

pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// What the rows of its tables read as.
pub(super) const ROWS: &[&[RowType]] = &[machine::ROWS];

pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] = [
        management::operations().into(),
        creation::operations().into(),
        clone::operations().into(),
        content::operations().into(),
        power::operations().into(),
        addresses::operations().into(),
        replicas::operations().into(),
        disks::operations().into(),
        billing::operations().into(),
    ];
    files.into_iter().flatten().collect()
}

/// What the demo world holds.
pub(super) fn seed_demo(cx: &Context) -> Result<()> {
    Seed::parse("warren_machine", data!("machines/machines")).insert(cx)
}

/// What follows from machines.
pub(super) fn complete(cx: &Context) -> Result<()> {
    machine::complete(cx)
}
