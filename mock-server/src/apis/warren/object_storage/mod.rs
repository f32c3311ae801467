//! Object storage: buckets, and the user and the keys that open them. It stands at no location.

mod buckets;
mod users;

use super::platform::data::data;
use crate::engine::{Context, Operation, Result, RowType, Seed};

pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// What the rows of its tables read as.
pub(super) const ROWS: &[&[RowType]] = &[buckets::ROWS, users::ROWS];

pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] = [buckets::operations().into(), users::operations().into()];
    files.into_iter().flatten().collect()
}

/// What the demo world holds.
pub(super) fn seed_demo(cx: &Context) -> Result<()> {
    Seed::parse("warren_bucket", data!("object_storage/buckets")).insert(cx)?;
    Seed::parse("warren_s3_user", data!("object_storage/users")).insert(cx)?;
    Seed::parse("warren_s3_key", data!("object_storage/keys")).insert(cx)
}

/// What follows from buckets.
pub(super) fn complete(cx: &Context) -> Result<()> {
    buckets::complete(cx)
}
