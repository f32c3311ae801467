//! Invoices and how they are paid.

mod invoices;
mod payments;
