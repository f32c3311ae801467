//! The resources of the i3D.net v3 API: what must be known of them beyond the contract.

mod account;
mod catalogues;
mod dedicated_servers;
mod flex_metal;
mod tickets;

use serde_json::Value;

use crate::explore::{Dice, family::Family};

/// All families, by area.
pub(super) static FAMILIES: &[&[Family]] = &[
    account::FAMILIES,
    catalogues::FAMILIES,
    dedicated_servers::FAMILIES,
    flex_metal::FAMILIES,
    tickets::FAMILIES,
];

/// Some words.
fn words(dice: &mut Dice) -> Value {
    format!("{} café {} of {}", dice.word(5), dice.word(6), dice.word(9)).into()
}
