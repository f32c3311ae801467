//! Formats of addresses: of hosts, of networks and of the web. Knows no other room.

pub(super) mod host_names;
pub(super) mod ip_ranges;
pub(super) mod web_addresses;
