//! How the API and the account are doing.

mod dashboard;
mod health;
