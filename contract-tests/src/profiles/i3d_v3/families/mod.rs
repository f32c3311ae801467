//! The resources of the i3D.net v3 API: what must be known of them beyond the contract.

mod account;
mod billing;
mod catalogues;
mod colocation;
mod customer;
mod dedicated_servers;
mod flex_metal;
mod notices;
mod shop;
mod tickets;
mod visitors;

use serde_json::Value;

use crate::core::profile::{family::Family, random::Gen};

/// All families, by area.
pub(super) static FAMILIES: &[&[Family]] = &[
    account::FAMILIES,
    billing::FAMILIES,
    catalogues::FAMILIES,
    colocation::FAMILIES,
    customer::FAMILIES,
    dedicated_servers::FAMILIES,
    flex_metal::FAMILIES,
    notices::FAMILIES,
    shop::FAMILIES,
    tickets::FAMILIES,
    visitors::FAMILIES,
];

/// Some words.
fn words(random: &mut Gen) -> Value {
    format!("{} café {} of {}", random.word(5), random.word(6), random.word(9)).into()
}

/// A text as it stands in a query.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
