//! Scenarios over HTTP, one file for each resource.

mod ssh_keys;
mod ticket_attachments;
mod tickets;
