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
mod guard;
mod interpret;
mod ledger;
mod place;
mod plan;
mod rules;
mod stop;
mod sweep;

pub use admission::{Admission, Asked, Effect, Phase, Refusal};
pub use apply::apply;
pub use budget::{Budget, Expense};
pub use clock::{Clock, MovedClock, SystemClock};
pub use folder::Folder;
pub use guard::{GuardConfig, Guarded, Permit};
pub use ledger::{Entry, Event, Header, Ledger, RunId, Stage};
pub use place::{Barred, Gate, Kind, LIVE, Place, Resolver, system_resolver};
pub use plan::{Act, Euros, Life, Plan, Step, Unplannable};
pub use rules::{Change, Class, Details, Limits, Makes, Rules};
pub use stop::{Denied, Stop};
pub use sweep::{Swept, sweep};
