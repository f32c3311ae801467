//! What comes with the program and never changes, such as countries and operating systems, and the
//! formats of texts and addresses. Knows no other room.

pub(super) mod blank_texts;
mod catalogue;
pub(super) mod countries;
pub(super) mod currencies;
pub(super) mod data;
pub(super) mod data_centers;
pub(super) mod host_names;
pub(super) mod ip_ranges;
pub(super) mod operating_systems;
pub(super) mod web_addresses;

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
