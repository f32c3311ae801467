//! How the API and the account are doing, at a glance.

mod dashboard;
mod health;

use crate::engine::Operation;

/// The operations of this room.
pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] = [dashboard::operations().into(), health::operations().into()];
    files.into_iter().flatten().collect()
}
