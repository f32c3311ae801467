//! Invoices, and the payments of them.

mod bill;
mod billed_services;
mod colocation_invoices;
pub(super) mod demo_invoices;
mod invoice_pdf;
pub(super) mod invoices;
mod parties;
mod payment;
mod payment_choice;
mod payment_mail;
mod payment_methods;
pub(super) mod payment_page;
mod payments;

use crate::engine::{Operation, RowType};

/// The tables of this room.
pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// What the rows of its tables read as.
pub(super) const ROWS: &[&[RowType]] = &[invoices::ROWS, payments::ROWS];

/// The operations of this room.
pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] = [
        colocation_invoices::operations().into(),
        invoices::operations().into(),
        payments::operations().into(),
    ];
    files.into_iter().flatten().collect()
}
