//! A local, stateful emulator of hosting APIs.
//!
//! [`start`] runs one inside a test; the program `mock-server` runs one for everybody else.

pub mod apis;
pub mod engine;
pub mod http;
pub mod tls;

mod config;
mod server;

pub use config::Config;
pub use http::{OwnWorld, OwnWorldError};
pub use server::{Server, StartError, start, start_with};
