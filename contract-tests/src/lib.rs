//! Calls an API by the `operationId`s of its contract, and judges every answer by that contract, asked for or not.
//!
//! ```no_run
//! # async fn example() {
//! use contract_tests::Emulator;
//! use serde_json::json;
//!
//! let emulator = Emulator::start();
//! let api = emulator.api();
//! let tag = api.call("createFlexMetalTag").body(json!({ "tag": "web" })).ok().await;
//! assert_eq!(tag[0]["resources"]["count"], 0);
//! # }
//! ```

mod answer;
mod call;
mod emulator;

pub use answer::Answer;
pub use call::{Api, Call};
pub use emulator::Emulator;
