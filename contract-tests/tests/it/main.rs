//! Scenarios over HTTP, one file for each resource.

mod flex_metal_catalogue;
mod flex_metal_order;
mod flex_metal_quota;
mod flex_metal_servers;
mod flex_metal_tags;
mod flex_metal_usage;
mod operating_systems;
mod ssh_keys;
