//! Scenarios over HTTP, one file for each resource.

mod countries;
mod currencies;
mod dedicated_servers;
mod ping_sites;
mod ssh_keys;
