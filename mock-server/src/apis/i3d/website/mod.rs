//! What the company's website shows to everybody: vacancies, the newsletter, the map of its
//! network, and what it sees of a visitor.

mod heat_map;
mod jobs;
mod newsletter;
pub(super) mod ping_sites;
mod remote_info;

use crate::engine::{Operation, RowType};

/// The tables of this room.
pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// What the rows of its tables read as.
pub(super) const ROWS: &[&[RowType]] = &[jobs::ROWS, newsletter::ROWS];

/// The operations of this room.
pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] = [
        heat_map::operations().into(),
        jobs::operations().into(),
        newsletter::operations().into(),
        ping_sites::operations().into(),
        remote_info::operations().into(),
    ];
    files.into_iter().flatten().collect()
}
