//! What comes with the program and never changes, such as countries and operating systems. Knows no
//! other room.

mod catalogue;
pub(super) mod countries;
pub(super) mod currencies;
pub(super) mod data;
pub(super) mod data_centers;
pub(super) mod operating_systems;

use crate::engine::Operation;

/// The operations of this room.
pub(super) fn operations() -> Vec<Operation> {
    let files: [Vec<Operation>; _] = [
        countries::operations().into(),
        currencies::operations().into(),
        operating_systems::operations().into(),
    ];
    files.into_iter().flatten().collect()
}
