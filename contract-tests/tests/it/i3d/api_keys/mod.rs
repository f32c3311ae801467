//! API keys, and where they work from.

mod ip_whitelists;
mod keys;
