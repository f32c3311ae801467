//! Support: tickets and their attachments.

pub(super) mod threads;
pub(super) mod ticket_attachments;
mod tickets;

use crate::engine::{Operation, RowType};

/// The tables of this room.
pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// What the rows of its tables read as.
pub(super) const ROWS: &[&[RowType]] = &[threads::ROWS, ticket_attachments::ROWS];

/// The operations of this room.
pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] =
        [ticket_attachments::operations().into(), tickets::operations().into()];
    files.into_iter().flatten().collect()
}
