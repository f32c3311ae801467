//! What colocation services and cross connects used over time, as figures and as charts.

mod colocation_traffic;
mod network_graphs;
mod power;
mod traffic_usage;

use crate::engine::Operation;

/// The operations of this room.
pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] = [
        colocation_traffic::operations().into(),
        network_graphs::operations().into(),
        power::operations().into(),
        traffic_usage::operations().into(),
    ];
    files.into_iter().flatten().collect()
}
