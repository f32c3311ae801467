//! One world: it owns all state, so that several worlds can stand side by side.

mod access;
mod beginning;
pub(in crate::engine) mod clock;
mod counts;
mod environment;
mod journal;
pub(in crate::engine) mod kind;
mod life;
mod notes;
mod outbox;
pub(in crate::engine) mod row;
pub(in crate::engine) mod seed;
mod state;

pub use access::World;
pub use beginning::{NewWorld, Origin};
pub use clock::{Clock, ClockReading, ClockState};
pub use counts::Counts;
pub use environment::{Environment, Settings};
pub use journal::{Epoch, Exchange, Journal, Unmatched, Written, header_lines};
pub use kind::WorldKind;
pub use notes::{Breach, Notes, Unknown};
pub use outbox::Mail;
pub use seed::{Seed, dated};
