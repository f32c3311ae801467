//! The customer: details, addresses, documents, login and passwords, where the account works from.

mod billing_details;
mod dashboard;
mod details;
mod documents;
mod email_confirmations;
mod files;
mod ip_whitelists;
mod logs;
mod passwords;
mod remote_info;
mod session;
mod sign_up;
