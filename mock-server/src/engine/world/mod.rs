//! One world: it owns all state, so that several worlds can stand side by side.

mod access;
mod beginning;
mod clock;
mod counts;
mod environment;
mod journal;
mod life;
mod notes;
mod outbox;
mod seed;
mod state;

pub use access::World;
pub use beginning::{NewWorld, Origin};
pub use clock::{Clock, ClockReading, ClockState};
pub use counts::Counts;
pub use environment::{Environment, Settings, WorldKind};
pub use journal::{Epoch, Exchange, Journal, Unmatched, Written, header_lines};
pub use notes::{Breach, Notes, Unknown};
pub use outbox::Mail;
pub use seed::{Seed, dated};
