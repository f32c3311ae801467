//! The account: who it belongs to, who may log in, its papers, and the log of what was done with
//! it.

pub(super) mod action_log;
pub(super) mod billing_details;
pub(super) mod blank_texts;
pub(super) mod contact_details;
pub(super) mod customer;
mod details;
mod documents;
mod email_confirmations;
mod files;
pub(super) mod identity_papers;
pub(super) mod ip_whitelists;
pub(super) mod opening;
mod passwords;
pub(super) mod session;
mod sign_up;
pub(super) mod users;

use crate::engine::{Operation, RowType};

/// The owner of rows that belong to no customer, such as vacancies and what anonymous callers send.
pub(super) const NO_CUSTOMER: i64 = 0;

/// The tables of this room.
pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// What the rows of its tables read as.
pub(super) const ROWS: &[&[RowType]] = &[
    action_log::ROWS,
    billing_details::ROWS,
    customer::ROWS,
    documents::ROWS,
    email_confirmations::ROWS,
    files::ROWS,
    ip_whitelists::ROWS,
    users::ROWS,
];

/// The operations of this room.
pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] = [
        action_log::operations().into(),
        billing_details::operations().into(),
        details::operations().into(),
        documents::operations().into(),
        email_confirmations::operations().into(),
        files::operations().into(),
        ip_whitelists::operations().into(),
        passwords::operations().into(),
        session::operations().into(),
        sign_up::operations().into(),
    ];
    files.into_iter().flatten().collect()
}
