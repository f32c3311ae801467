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
use crate::engine::{rate_limit::RateLimit, world_file::WorldFile};

/// The instant at which a seeded run begins: 2026-01-01T00:00:00Z.
const SEEDED_START: i64 = 1_767_225_600;

/// How a world behaves.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Whether properties that the contract does not know are refused.
    pub strict: bool,
    /// How often one key may ask.
    pub rate_limit: Option<RateLimit>,
    /// The settings of each provider, in a type of the provider's own.
    pub of_providers: Extensions,
}

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
    /// How it behaves.
    pub settings: Settings,
    /// Its last requests.
    pub journal: Journal,
    /// How often things happened.
    pub counts: Counts,
    /// What was noticed about its requests and answers.
    pub notes: Notes,
    /// The source of ids and randomness.
    seed: AtomicU64,
    /// Whether the seed was given, so that every run is the same.
    pub(super) seeded: bool,
    /// How many exchanges were named.
    exchanges: AtomicU64,
    /// How many writes are in its database, by operations and since it began.
    writes: AtomicU64,
}

impl Environment {
    /// The environment of a world that begins now. With a seed, a run can be repeated: its clock
    /// stands still until it is moved, unless another `clock` is given.
    pub fn new(
        kind: WorldKind,
        settings: Settings,
        seed: Option<u64>,
        clock: Option<ClockState>,
    ) -> Environment {
        let seeded = ClockState::Frozen(SEEDED_START as f64);
        let usual = if seed.is_some() { seeded } else { ClockState::Running(0.0) };
        Environment {
            clock: Clock::beginning_with(clock.unwrap_or(usual)),
            kind,
            file: None,
            base_path: String::new(),
            settings,
            journal: Journal::default(),
            counts: Counts::default(),
            notes: Notes::default(),
            seeded: seed.is_some(),
            seed: seed.unwrap_or_else(|| Uuid::new_v4().as_u64_pair().0).into(),
            exchanges: AtomicU64::new(0),
            writes: AtomicU64::new(0),
        }
    }

    /// The source of ids and randomness.
    pub fn seed(&self) -> u64 {
        self.seed.load(Ordering::Relaxed)
    }

    pub(super) fn set_seed(&self, seed: u64) {
        self.seed.store(seed, Ordering::Relaxed);
    }

    /// The same, of a world that begins with what a file says, unless another `clock` is given.
    #[must_use]
    pub fn with_file(mut self, file: Arc<WorldFile>, clock: Option<ClockState>) -> Environment {
        self.kind = file.from();
        self.clock = clock.or(file.clock()).map_or(self.clock, Clock::beginning_with);
        self.file = Some(file);
        self
    }

    /// The seed that was given; `None` where it was drawn.
    pub(super) fn given_seed(&self) -> Option<u64> {
        self.seeded.then(|| self.seed())
    }

    /// Counts a write, and returns how many there are. Only the writer does this.
    pub(super) fn count_write(&self) -> u64 {
        self.writes.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// How many exchanges were named.
    pub fn exchanges(&self) -> u64 {
        self.exchanges.load(Ordering::Relaxed)
    }

    /// Names the next exchanges as if there had been so many.
    pub fn set_exchanges(&self, number: u64) {
        self.exchanges.store(number, Ordering::Relaxed);
    }

    /// A name for the next exchange: a function of the world's seed and of how many were named.
    pub fn exchange_id(&self) -> Uuid {
        let number = self.exchanges.fetch_add(1, Ordering::Relaxed);
        let hash = Sha256::new().chain_update(b"exchange").chain_update(self.seed().to_le_bytes());
        let hash = hash.chain_update(number.to_le_bytes()).finalize();
        let bytes: [u8; 16] = hash[..16].try_into().expect("a hash has more than sixteen bytes");
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }

    /// Forgets everything that came of requests. The clock is the world's affair.
    pub(super) fn clear(&self) {
        self.journal.clear();
        self.counts.clear();
        self.notes.clear();
        self.set_exchanges(0);
        self.writes.store(0, Ordering::Relaxed);
    }

    /// Takes what `other` keeps in memory, but for the journal.
    pub(super) fn become_like(&self, other: &Environment) {
        self.counts.become_like(&other.counts);
        self.notes.become_like(&other.notes);
        self.set_exchanges(other.exchanges());
        self.writes.store(other.writes.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}
