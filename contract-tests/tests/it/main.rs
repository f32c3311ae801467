//! Scenarios over HTTP, one file for each resource.

mod ssh_keys;
