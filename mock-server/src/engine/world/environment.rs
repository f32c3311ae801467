//! Everything of a world but its database: its time, its settings, and what it keeps in memory.

use super::{clock::Clock, counts::Counts, journal::Journal, notes::Notes};

/// What a fresh world holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum WorldKind {
    /// Customers with servers, tickets and everything else.
    Demo,
    /// Customers with their keys and nothing else.
    Empty,
}

/// How a world behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What it holds at the start.
    pub kind: WorldKind,
    /// The key of the first customer.
    pub api_key: String,
    /// How long a server takes to be delivered, in seconds.
    pub delivery_seconds: u32,
}

/// Everything of a world but its database.
#[derive(Debug)]
pub struct Environment {
    /// Its time.
    pub clock: Clock,
    /// How it behaves.
    pub settings: Settings,
    /// Its last requests.
    pub journal: Journal,
    /// How often things happened.
    pub counts: Counts,
    /// What was noticed about its requests and answers.
    pub notes: Notes,
    /// The source of ids and randomness.
    pub(in crate::engine) seed: u64,
}

impl Environment {
    /// The environment of a world that begins now.
    pub fn new(clock: Clock, settings: Settings, seed: u64) -> Environment {
        let (journal, counts, notes) = (Journal::default(), Counts::default(), Notes::default());
        Environment { clock, settings, journal, counts, notes, seed }
    }

    /// Makes everything as it was when the world began.
    pub(super) fn reset(&self) {
        self.clock.reset();
        self.journal.clear();
        self.counts.clear();
        self.notes.clear();
    }
}
