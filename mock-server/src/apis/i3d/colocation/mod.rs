//! Colocation: services in a data center, their networks, power and visitors, and cross connects.

mod access_documents;
mod access_lifecycle;
mod accesses;
mod alerts;
pub(super) mod cross_connects;
mod host_names;
mod networks;
pub(super) mod pdu_meters;
mod pdus;
mod quotes;
pub(super) mod rentals;
pub(super) mod services;

use crate::engine::{Operation, RowType};

/// The tables of this room.
pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// What the rows of its tables read as.
pub(super) const ROWS: &[&[RowType]] = &[
    access_documents::ROWS,
    access_lifecycle::ROWS,
    alerts::ROWS,
    cross_connects::ROWS,
    pdu_meters::ROWS,
    services::ROWS,
];

/// The operations of this room.
pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] = [
        access_documents::operations().into(),
        accesses::operations().into(),
        alerts::operations().into(),
        cross_connects::operations().into(),
        host_names::operations().into(),
        pdus::operations().into(),
        quotes::operations().into(),
        services::operations().into(),
    ];
    files.into_iter().flatten().collect()
}
