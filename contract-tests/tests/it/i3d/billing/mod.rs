//! Invoices and how they are paid.

mod invoices;
mod payment_sequences;
pub mod payments;
