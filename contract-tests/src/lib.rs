//! Calls an API by the `operationId`s of its contract, and judges every answer by that contract,
//! asked for or not.
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
pub mod check;
pub mod command;
pub mod compare;
pub mod coverage;
mod emulator;
mod examples;
mod exchange;
pub mod explore;
pub mod fault;
mod finding;
pub mod fixture;
mod judge;
pub mod live;
mod mutation;
mod mutations;
mod one_time;
mod profile;
pub mod profiles;
mod progress;
mod reached;
pub mod record;
mod redact;
pub mod report;
mod request;
mod run;
mod secret;
mod target;
mod tolerated;
mod transport;
mod violations;
mod well_formed;

pub use call::{Api, Call};
pub use emulator::Emulator;
pub use examples::examples;
pub use exchange::{Caller, Exchange, Received, Sent};
pub use finding::{Finding, pointer};
pub use judge::shown;
pub use mutation::{Limit, Mutation};
pub use profile::ApiProfile;
pub use progress::Progress;
pub use reached::{Reached, Touched};
pub use redact::{Redaction, RedactionKind, Redactor};
pub use request::{Content, Part, Request};
pub use run::{Case, Outcome, Run, Verdict};
pub use secret::Secret;
pub use target::Target;
pub use tolerated::{Tolerated, tolerated};
pub use transport::{Answered, Http, Keys, Transport, Unreachable};
pub use violations::{Violation, violations};

/// The operations of the i3D.net v3 API, in the order of its contract.
pub fn operations() -> impl Iterator<Item = &'static openapi::Route> {
    openapi::i3d_v3().routes.iter()
}
