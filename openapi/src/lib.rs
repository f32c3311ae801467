//! The contracts of the emulated APIs, and the loader that makes them usable.
//!
//! A contract is an OpenAPI 3.1 document. [`Contract::compile`] turns it into one [`Route`] per
//! operation, which knows how to read a request, what a request may hold and what an answer must
//! look like. The emulator and the contract tests share it, so both mean the same thing by "valid".

mod contract;
mod document;
pub mod json_pointer;
mod parameter;
mod plain;
mod request;
mod response;
mod rule;
mod schema;
mod violation;

pub use contract::{Contract, Route};
pub use parameter::{Location, Parameter};
pub use plain::plain;
pub use request::{Checked, RequestBody};
pub use response::Response;
pub use rule::Rule;
pub use schema::MASK;
pub use violation::Violation;

use std::sync::LazyLock;

/// The i3D.net v3 contract; authored in `openapi/i3d-v3/`.
pub fn i3d_v3() -> &'static Contract {
    static CONTRACT: LazyLock<Contract> =
        LazyLock::new(|| Contract::compile(include_str!(concat!(env!("OUT_DIR"), "/i3d-v3.json"))));
    &CONTRACT
}
