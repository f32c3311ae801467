//! The customer: details, addresses, documents, login and passwords, where the account works from.

mod action_log;
mod billing_details;
mod details;
mod documents;
mod email_confirmations;
mod files;
mod ip_whitelists;
mod passwords;
pub mod session;
mod sign_up;
