//! The provider i3D.net: its resources in rooms, their tables, and its APIs, which stand over the
//! rooms. `provider` joins them all.
//!
//! `address_formats`, `drawing`, `metering`, `money` and `reference` know no other room. `account`
//! knows those five. Any other room may know all that stand in a group above its own in the list
//! below.

mod address_formats;
mod drawing;
mod metering;
mod money;
mod reference;

mod account;

mod api_keys;
mod colocation;
mod dedicated;
mod flex_metal;
mod notifications;
mod shop;
mod support;
mod website;

mod billing;
mod status;
mod telemetry;

mod demo;
mod new_customers;
mod resources;
mod settings;

mod v2;
mod v3;

pub(super) mod provider;

use std::sync::LazyLock;

pub(crate) use settings::Settings;

/// The short name of the provider.
const NAME: &str = "i3d";

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
        notifications::SCHEMA,
        shop::SCHEMA,
        support::SCHEMA,
        website::SCHEMA,
        billing::SCHEMA,
    ]
    .concat()
});
