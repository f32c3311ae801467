//! Invoices and how they are paid.

mod invoices;
mod payment_sequences;
mod payments;
