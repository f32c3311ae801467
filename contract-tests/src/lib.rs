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

pub mod cli;
pub mod compare;
mod core;
mod emulator;
pub mod explore;
pub mod fault;
pub mod fixture;
pub mod live;
pub mod profiles;
pub mod record;
pub mod report;
mod scenario_client;

pub use crate::core::{
    check,
    coverage::{
        self,
        reached::{Reached, Touched},
    },
    examples::examples,
    exchange::{Caller, Exchange, Received, Sent},
    finding::{Finding, pointer},
    judge::shown,
    profile::{
        ApiProfile, DemoKeys,
        credentials::Credentials,
        family, flow,
        paging::Paging,
        refusals::{NamedError, RefusalKind, Refusals},
    },
    progress::Progress,
    redact::{Redaction, RedactionKind, Redactor},
    request::{
        Content, Part, Request,
        invalid_request::{InvalidRequest, invalid_requests},
        mutation::{Limit, Mutation},
        tolerated::{Tolerated, tolerated},
    },
    run::{Case, Outcome, Run, Verdict},
    secret::Secret,
    target::Target,
    transport::{Answered, Http, Transport, Unreachable, credentials::Keys},
    world::NoWorld,
};
pub use emulator::Emulator;
pub use scenario_client::{Api, Call};
