//! Everything of a world but its database: its time, its settings, and what it keeps in memory.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use http::Extensions;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    clock::{Clock, ClockState},
    counts::Counts,
    journal::Journal,
    kind::WorldKind,
    notes::Notes,
};
use crate::engine::world_file::WorldFile;

/// The instant at which a seeded run begins: 2026-01-01T00:00:00Z.
const SEEDED_START: i64 = 1_767_225_600;

/// Everything of a world but its database.
#[derive(Debug)]
pub struct Environment {
    /// Its time.
    pub clock: Clock,
    /// What it holds at the start.
    pub kind: WorldKind,
    /// What it holds beyond that.
    pub file: Option<Arc<WorldFile>>,
    /// What stands before every path of its URLs; nothing for the first world of a server.
    pub base_path: String,
    /// How it behaves: the settings of each provider, in a type of the provider's own.
    pub settings: Extensions,
    /// Its last requests.
    pub journal: Journal,
    /// How often things happened.
    pub counts: Counts,
    /// What was noticed about its requests and answers.
    pub notes: Notes,
    /// The source of ids and randomness.
    pub(in crate::engine) seed: u64,
    /// How many exchanges were named.
    exchanges: AtomicU64,
}

impl Environment {
    /// The environment of a world that begins now. With a seed, a run can be repeated: its clock
    /// stands still until it is moved.
    pub fn new(kind: WorldKind, settings: Extensions, seed: Option<u64>) -> Environment {
        let clock = if seed.is_some() { Clock::frozen_at(SEEDED_START) } else { Clock::real() };
        let seed = seed.unwrap_or_else(|| Uuid::new_v4().as_u64_pair().0);
        Environment {
            clock,
            kind,
            file: None,
            base_path: String::new(),
            settings,
            journal: Journal::default(),
            counts: Counts::default(),
            notes: Notes::default(),
            seed,
            exchanges: AtomicU64::new(0),
        }
    }

    /// The same, of a world that begins with what a file says.
    #[must_use]
    pub fn with_file(mut self, file: Arc<WorldFile>) -> Environment {
        self.kind = file.from();
        self.clock = file.clock().map_or(self.clock, Clock::beginning_with);
        self.file = Some(file);
        self
    }

    /// The seed that was given; `None` where it was drawn.
    pub(super) fn given_seed(&self) -> Option<u64> {
        matches!(self.clock.beginning(), ClockState::Frozen(_)).then_some(self.seed)
    }

    /// A name for the next exchange: a function of the world's seed and of how many were named.
    pub fn exchange_id(&self) -> Uuid {
        let number = self.exchanges.fetch_add(1, Ordering::Relaxed);
        let hash = Sha256::new().chain_update(b"exchange").chain_update(self.seed.to_le_bytes());
        let hash = hash.chain_update(number.to_le_bytes()).finalize();
        let bytes: [u8; 16] = hash[..16].try_into().expect("a hash has more than sixteen bytes");
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// Makes everything as it was when the world began.
    pub(super) fn reset(&self) {
        self.clock.reset();
        self.journal.clear();
        self.counts.clear();
        self.notes.clear();
        self.exchanges.store(0, Ordering::Relaxed);
    }
}
