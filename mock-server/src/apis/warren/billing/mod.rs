//! Who pays, and what: billing accounts, cards, credit, prices, usage, invoices.
//!
//! Invoices are not stored: each finished month is one, made of what was metered in it. What is
//! stored is what people did: credit that was bought, invoices for credit, payments, and how
//! billing accounts were called before.

pub(super) mod account;
mod accounts;
mod amount;
mod cards;
mod credits;
mod invoice;
mod lines;
mod month;
pub(super) mod payer;
mod paying;
mod pricing;
mod statement;
mod statements;
mod usage;

use super::platform::data::data;
use crate::engine::{Context, Operation, Result, RowType, Seed};

pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// What the rows of its tables read as.
pub(super) const ROWS: &[&[RowType]] = &[account::ROWS, cards::ROWS, statement::ROWS];

pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] = [
        accounts::operations().into(),
        cards::operations().into(),
        credits::operations().into(),
        paying::operations().into(),
        pricing::operations().into(),
        statements::operations().into(),
        usage::operations().into(),
    ];
    files.into_iter().flatten().collect()
}

/// What the demo world holds.
pub(super) fn seed_demo(cx: &Context) -> Result<()> {
    Seed::parse("warren_card", data!("billing/cards")).insert(cx)?;
    Seed::parse("warren_credit", data!("billing/credits")).insert(cx)?;
    statements::seed_demo(cx)
}
