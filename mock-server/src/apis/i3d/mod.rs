//! The provider i3D.net: its resources in rooms, their tables, and its APIs, which stand over the
//! rooms.
//!
//! `money`, `metering`, `drawing` and `reference` know no other room. `account` knows those four.
//! Any other room may know all that stand in a group above its own in the list below.

mod drawing;
mod metering;
mod money;
mod reference;

mod account;

mod api_keys;
mod colocation;
mod dedicated;
mod flex_metal;
mod notices;
mod shop;
mod support;

mod billing;
mod platform;
mod telemetry;

mod demo;

pub(super) mod v3;

use std::sync::LazyLock;

/// The tables of all rooms.
///
/// `body` is the object as the API shows it, `account` its owner. Other columns have what SQL
/// filters, sorts, joins or constrains by; they are generated from the body, so that both agree.
static SCHEMA: LazyLock<String> = LazyLock::new(|| {
    [
        account::SCHEMA,
        api_keys::SCHEMA,
        colocation::SCHEMA,
        dedicated::SCHEMA,
        flex_metal::SCHEMA,
        notices::SCHEMA,
        shop::SCHEMA,
        support::SCHEMA,
        billing::SCHEMA,
    ]
    .concat()
});
