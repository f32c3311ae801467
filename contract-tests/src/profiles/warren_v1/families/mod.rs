//! The resources, one file for each room of the emulator.

mod account;
mod billing;
mod catalogue;
mod machines;
mod network;
mod object_storage;
mod services;
mod storage;

use crate::core::profile::family::Family;

pub(super) static FAMILIES: &[&[Family]] = &[
    account::FAMILIES,
    billing::FAMILIES,
    catalogue::FAMILIES,
    machines::FAMILIES,
    network::FAMILIES,
    object_storage::FAMILIES,
    services::FAMILIES,
    storage::FAMILIES,
];
