//! What every verb stands on: requests and exchanges, checks and findings, targets and how they are
//! reached. It knows neither an API nor the emulator.

pub mod check;
pub mod coverage;
pub mod encode;
pub mod examples;
pub mod exchange;
pub mod fields;
pub mod finding;
pub mod judge;
pub mod live_rules;
pub mod multipart;
pub mod one_time;
pub mod profile;
pub mod progress;
pub mod redact;
pub mod request;
pub mod run;
pub mod secret;
pub mod shell;
pub mod target;
pub mod transport;
pub mod world;
