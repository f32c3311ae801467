//! What every emulated API stands on: state, time, identity, and the shape of an operation.
//!
//! The engine knows neither a resource nor how requests arrive. An API is described to it by
//! [`Api`]; an operation is a plain function of an open transaction, see [`Operation`].

mod api;
mod clock;
mod context;
mod counts;
mod environment;
mod journal;
mod memo;
mod notes;
mod operation;
mod outbox;
mod per_account;
mod problem;
mod reader;
mod reply;
mod seed;
mod state;
mod store;
mod table;
mod web_page;
mod world;

pub use api::{Api, Identity, Page};
pub use clock::{Clock, ClockReading, ClockState};
pub use context::{Caller, Context, Credential};
pub use counts::Counts;
pub use environment::{Environment, Settings, WorldKind};
pub use journal::{Exchange, Journal, header_lines};
pub use notes::{Breach, Notes, Unknown};
pub use operation::{
    Body, Effect, Form, Headers, Needs, Operation, Params, Part, Request, read, write,
};
pub use outbox::Mail;
pub use per_account::PerAccount;
pub use problem::{Kind, Problem, Result};
pub use reply::{Content, File, IntoReply, Object, Reply, Rows, SeeOther};
pub use seed::{Seed, dated};
pub use store::{OpenError, Store};
pub use table::{Row, Table};
pub use web_page::WebPage;
pub use world::World;
