//! Servers by the hour: catalogue, order, life, tags, quota and usage, and the SSH keys that they
//! take.

mod catalogue;
mod order;
mod quota;
pub mod servers;
mod ssh_keys;
mod tags;
mod usage;
