//! The families of the i3D.net v3 API: what the harness must know of its resources beyond the
//! contract.

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
mod words;

use crate::core::profile::family::Family;

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
