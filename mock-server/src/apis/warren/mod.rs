//! The provider Warren: the platform that 3nv.io and idcloudhost.com serve under their own names,
//! its resources in rooms, their tables, and its API, which stands over the rooms. `provider` joins
//! them all.
//!
//! `platform` knows no other room. Any other room may know all that stand above its own in the list
//! below.

mod platform;

mod billing;

mod account;

mod catalogue;
mod network;

mod storage;

mod machines;
mod object_storage;
mod services;

mod demo;
mod new_customers;
mod resources;
mod settings;

mod v1;

pub(super) mod provider;

use std::sync::LazyLock;

pub(super) use platform::brand::all as brands;
pub(crate) use settings::Settings;

/// The tables of all rooms.
///
/// `body` is the object as the API shows it, `account` its owner, `location` where it stands. Other
/// columns have what SQL filters, sorts, joins or constrains by.
static SCHEMA: LazyLock<String> = LazyLock::new(|| {
    [
        platform::SCHEMA,
        billing::SCHEMA,
        account::SCHEMA,
        network::SCHEMA,
        storage::SCHEMA,
        machines::SCHEMA,
        object_storage::SCHEMA,
        services::SCHEMA,
    ]
    .concat()
});
