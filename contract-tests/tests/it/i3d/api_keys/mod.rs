//! API keys, where they work from and what they were used for.

mod ip_whitelists;
mod keys;
mod logs;
