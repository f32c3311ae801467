//! Notifications of customers: triggers, and the callbacks and Slack channels that they call.

mod callback_settings;
mod decimal_ids;
mod slack_settings;
mod trigger_types;
mod triggers;

use crate::engine::{Operation, RowType};

/// The tables of this room.
pub(super) const SCHEMA: &str = include_str!("schema.sql");

/// What the rows of its tables read as.
pub(super) const ROWS: &[&[RowType]] =
    &[callback_settings::ROWS, slack_settings::ROWS, triggers::ROWS];

/// The operations of this room.
pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] = [
        callback_settings::operations().into(),
        slack_settings::operations().into(),
        trigger_types::operations().into(),
        triggers::operations().into(),
    ];
    files.into_iter().flatten().collect()
}
