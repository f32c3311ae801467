//! Safety against a live API: what may be sent to it, how fast and how often, and how everything
//! that was made is removed.
//!
//! A [`Gate`] decides whether a server may be talked to at all. [`Guarded`] is the transport that
//! lies between the harness and the server: what [`Rules`] and plan do not allow is never sent,
//! whichever verb wants it.

mod admission;
mod apply;
mod budget;
mod clock;
mod folder;
mod gate;
mod guard;
mod interpret;
mod ledger;
mod plan;
mod sweep;

pub use crate::core::{
    live_rules::{Change, Class, Details, Limits, Makes, Rules},
    target::{ResolvedServer, TargetKind},
    transport::denied::{Denied, Refusal, Stop},
};
pub use admission::{Admission, Admitted, Effect, Phase};
pub use apply::apply;
pub use budget::{Budget, Expense};
pub use clock::{Clock, MovedClock, SystemClock};
pub use folder::Folder;
pub use gate::{Gate, GateError, LIVE, Resolver, system_resolver};
pub use guard::{GuardConfig, Guarded, Permit};
pub use ledger::{Entry, Event, Header, Ledger, RunId, Stage};
pub use plan::{Act, Euros, Life, Plan, PlanError, PlanStep};
pub use sweep::{Swept, sweep};
