//! What every emulated API stands on: state, time, identity, and the shape of an operation.
//!
//! The engine knows neither a resource nor how requests arrive. A [`Provider`] describes to it its
//! tables and each [`Api`] over them; an operation is a plain function of an open transaction, see
//! [`Operation`].

mod api;
mod context;
mod operation;
mod page;
mod per_account;
mod problem;
mod rate_limit;
mod reply;
mod row_type;
mod secrets;
mod store;
mod table;
mod web_page;
mod world;
pub(crate) mod world_file;

pub use api::{Api, Identity, Paging, Presented, Provider, Refused};
pub use context::{Caller, Context, Credential, letters};
pub use operation::{
    Body, Effect, Form, Headers, Needs, Operation, Params, Part, Request, X_FORWARDED_PROTO, read,
    write,
};
pub use page::Page;
pub use per_account::PerAccount;
pub use problem::{Problem, ProblemKind, Result};
pub use rate_limit::RateLimit;
pub use reply::{Content, File, IntoReply, Object, Reply, Rows, SeeOther};
pub use row_type::{Row, RowType};
pub use secrets::Secrets;
pub use store::{KeyGrant, OpenError, Snapshot};
pub use table::Table;
pub use web_page::WebPage;
pub use world::{
    Breach, Clock, ClockReading, ClockState, Counts, Environment, Epoch, Exchange, Journal, Mail,
    NewWorld, Notes, Origin, Seed, Settings, Unknown, Unmatched, World, WorldKind, Written, dated,
    header_lines,
};
pub use world_file::{Fault, Faults, Resource, Resources, WorldFile};
