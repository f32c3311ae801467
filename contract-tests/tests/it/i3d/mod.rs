//! Scenarios over HTTP, in the rooms of the emulated API: one file for each resource.

pub mod account;
mod api_keys;
mod api_logs;
pub mod billing;
mod colocation;
mod dedicated;
pub mod flex_metal;
mod notifications;
mod reference;
mod shop;
mod status;
mod support;
mod telemetry;
mod v2;
mod website;
