//! The status of the platform, and what it sees of a caller.

mod dashboard;
mod health;
mod heat_map;
mod ping_sites;
mod remote_info;

use crate::engine::Operation;

/// The operations of this room.
pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] = [
        dashboard::operations().into(),
        health::operations().into(),
        heat_map::operations().into(),
        ping_sites::operations().into(),
        remote_info::operations().into(),
    ];
    files.into_iter().flatten().collect()
}
