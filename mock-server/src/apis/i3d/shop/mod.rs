//! The shop: its catalogue, the cart, and what the cart costs an account.

mod catalogue;
mod catalogue_file;
pub(super) mod margins_and_vat;
mod orders;
pub(super) mod pricing;
mod products;
mod rules;

use crate::engine::{Operation, RowType};

/// The tables of this room.
pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// What the rows of its tables read as.
pub(super) const ROWS: &[&[RowType]] = &[margins_and_vat::ROWS, orders::ROWS];

/// The operations of this room.
pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] = [
        catalogue::operations().into(),
        margins_and_vat::operations().into(),
        orders::operations().into(),
    ];
    files.into_iter().flatten().collect()
}
