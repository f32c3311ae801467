//! Scenarios over HTTP, one file for each resource.

mod laws;
mod ssh_keys;
