//! The platform itself: its health and status, its sites, and what it sees of a caller.

mod dashboard;
mod health;
mod heat_map;
mod ping_sites;
mod remote_info;
