//! Scenarios over HTTP, one file for each resource.

mod engine;
mod laws;
mod ssh_keys;
