//! Scenarios over HTTP, one file for each resource.

mod account_ip_whitelists;
mod account_logs;
mod api_key_ip_whitelists;
mod api_keys;
mod api_logs;
mod countries;
mod currencies;
mod dedicated_servers;
mod engine;
mod flex_metal_catalogue;
mod flex_metal_order;
mod flex_metal_quota;
mod flex_metal_servers;
mod flex_metal_tags;
mod flex_metal_usage;
mod foreign;
mod health;
mod laws;
mod operating_systems;
mod ping_sites;
mod refusals;
mod session;
mod ssh_keys;
mod ticket_attachments;
mod tickets;
mod world;
