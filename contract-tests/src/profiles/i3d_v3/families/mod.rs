//! The families of the i3D.net v3 API: what the harness must know of its resources beyond the
//! contract.

mod account;
mod billing;
mod colocation;
mod colocation_access;
mod dedicated;
mod flex_metal;
mod keys;
mod notifications;
mod reference;
mod shop;
mod support;
mod words;

use crate::core::profile::family::Family;

/// All families, in the order in which a run explores them.
pub(super) static FAMILIES: &[&[Family]] = &[
    keys::FAMILIES,
    billing::FAMILIES,
    reference::FAMILIES,
    colocation::FAMILIES,
    account::FAMILIES,
    dedicated::FAMILIES,
    flex_metal::FAMILIES,
    notifications::FAMILIES,
    shop::FAMILIES,
    support::FAMILIES,
    colocation_access::FAMILIES,
];
