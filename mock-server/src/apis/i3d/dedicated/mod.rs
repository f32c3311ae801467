//! Dedicated servers, their labels, and the switch ports that they boot from.

pub(super) mod demo_servers;
mod label_expression;
mod labels;
mod pxe_switch_ports;
pub(super) mod servers;

use crate::engine::{Operation, RowType};

/// The tables of this room.
pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// What the rows of its tables read as.
pub(super) const ROWS: &[&[RowType]] = &[pxe_switch_ports::ROWS, servers::ROWS];

/// The operations of this room.
pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] =
        [pxe_switch_ports::operations().into(), servers::operations().into()];
    files.into_iter().flatten().collect()
}
