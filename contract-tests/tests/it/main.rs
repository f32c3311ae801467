//! Scenarios over HTTP, one file for each resource.

mod account_ip_whitelists;
mod api_key_ip_whitelists;
mod api_keys;
mod api_logs;
mod engine;
mod health;
mod laws;
mod session;
mod ssh_keys;
mod ticket_attachments;
mod tickets;
