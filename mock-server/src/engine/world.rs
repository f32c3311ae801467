//! One world: everything that is state hangs here, so that worlds can stand side by side.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, Mutex},
};

use rusqlite::Connection;
use serde::Serialize;

use super::{
    api::Api,
    clock::Clock,
    context::{Caller, Context},
    counts::Counts,
    journal::Journal,
    problem::{Problem, Result},
    store::{OpenError, Store},
};

/// Breaches of the contract that are kept; more are only counted.
const BREACHES_MAX: usize = 1000;
/// Unknown properties that are kept apart; more are dropped.
const UNKNOWN_MAX: usize = 1000;

/// What a fresh world holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum WorldKind {
    /// Customers with servers, tickets and everything else.
    Demo,
    /// One customer with a key and nothing else.
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
    /// The source of ids and randomness.
    pub seed: u64,
}

/// One world.
pub struct World {
    store: Store,
    apis: Vec<Arc<dyn Api>>,
    /// Its time.
    pub clock: Clock,
    /// Its last requests.
    pub journal: Journal,
    /// How often its rows were used.
    pub counts: Counts,
    /// What was noticed while it answered.
    pub notes: Notes,
    /// How it behaves.
    pub settings: Settings,
}

impl World {
    /// Opens the world kept at `path`, or a temporary one; a fresh one is seeded. Blocks.
    pub fn open(
        path: Option<&Path>,
        apis: Vec<Arc<dyn Api>>,
        clock: Clock,
        settings: Settings,
    ) -> Result<Arc<World>, OpenError> {
        let schema: String =
            std::iter::once(include_str!("schema.sql")).chain(apis.iter().map(|it| it.schema())).collect();
        let store = Store::open(path, &schema)?;
        let fresh = store.fresh;
        let notes = Notes::default();
        let (journal, counts) = (Journal::default(), Counts::default());
        let world = Arc::new(World { store, apis, clock, journal, counts, notes, settings });
        if fresh {
            let this = Arc::clone(&world);
            let seed = move |db: &Connection| {
                let seeded = this.seed_tables(db);
                (seeded.is_ok(), seeded)
            };
            // A thread of its own may wait, also when the caller is a thread of an async runtime.
            let seeded = std::thread::scope(|it| it.spawn(|| world.store.write_blocking(seed)).join());
            let seeded = seeded.ok().flatten().expect("a fresh database takes writes");
            seeded.expect("the seed fits the tables");
        }
        Ok(world)
    }

    /// The file that holds the world's state.
    pub fn path(&self) -> &Path {
        self.store.path()
    }

    /// The source of ids and randomness.
    pub fn seed(&self) -> u64 {
        self.settings.seed
    }

    /// Runs `job` in a read-only view of the state, on this thread. A panic is that job's refusal.
    pub fn read<R>(&self, caller: Caller, job: impl FnOnce(&Context) -> Result<R>) -> Result<R> {
        self.store.read(|db| self.guarded(db, caller, job))?
    }

    /// Runs `job` in a transaction and waits until it is committed. A refusal or a panic undoes what it wrote.
    pub async fn write<R: Send + 'static>(
        self: &Arc<World>,
        caller: Caller,
        job: impl FnOnce(&Context) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        let world = Arc::clone(self);
        let written = self.store.write(move |db| {
            let answer = world.guarded(db, caller, job);
            let keep = answer.as_ref().map_or_else(|problem| problem.keeps_writes, |_| true);
            (keep, answer)
        });
        written.await.unwrap_or_else(|| Err(Problem::internal("a write could not be committed")))
    }

    /// Back to the seeded world, clock and journal included.
    pub async fn reset(self: &Arc<World>) -> Result<()> {
        let world = Arc::clone(self);
        self.write(Caller::nobody(), move |cx| {
            cx.db.execute_batch("PRAGMA defer_foreign_keys = ON")?;
            let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
            let names: Vec<String> =
                cx.db.prepare_cached(sql)?.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()?;
            for name in names {
                cx.db.prepare_cached(&format!("DELETE FROM {name}"))?.execute(())?;
            }
            world.clock.reset();
            world.journal.clear();
            world.counts.clear();
            world.notes.clear();
            world.seed_tables(cx.db)
        })
        .await
    }

    fn seed_tables(&self, db: &Connection) -> Result<()> {
        let cx = Context { db, now: self.clock.now(), caller: Caller::nobody(), world: self };
        self.apis.iter().try_for_each(|api| api.seed(&cx))
    }

    fn guarded<R>(
        &self,
        db: &Connection,
        caller: Caller,
        job: impl FnOnce(&Context) -> Result<R>,
    ) -> Result<R> {
        let cx = Context { db, now: self.clock.now(), caller, world: self };
        catch_unwind(AssertUnwindSafe(|| job(&cx)))
            .unwrap_or_else(|_| Err(Problem::internal("an operation panicked")))
    }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("path", &self.path()).finish_non_exhaustive()
    }
}

impl Caller {
    /// No customer: the emulator itself.
    pub fn nobody() -> Caller {
        Caller::anonymous(Ipv4Addr::LOCALHOST.into())
    }

    /// Somebody without credentials.
    pub fn anonymous(address: IpAddr) -> Caller {
        Caller { account: None, credential: None, address }
    }
}

impl<'a> Context<'a> {
    /// The same view as if `account` asked.
    pub fn on_behalf_of(&self, account: i64) -> Context<'a> {
        Context {
            caller: Caller { account: Some(account), ..self.caller },
            db: self.db,
            now: self.now,
            world: self.world,
        }
    }
}

/// An answer that breaks the contract.
#[derive(Debug, Clone, Serialize)]
pub struct Breach {
    /// The operation.
    pub operation: String,
    /// The status of the answer.
    pub status: u16,
    /// Where in the answer.
    pub property: String,
    /// What is wrong.
    pub message: String,
}

/// What was noticed while the world answered: a test looks here at its end.
#[derive(Debug, Default)]
pub struct Notes(Mutex<Noticed>);

#[derive(Debug, Default)]
struct Noticed {
    breaches: Vec<Breach>,
    unknown: BTreeMap<(String, String), u64>,
}

/// Properties or parameters of a request that the contract does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// The operation.
    pub operation: String,
    /// The property or parameter.
    pub property: String,
    /// How often it was sent.
    pub count: u64,
}

impl Notes {
    /// Notes an answer that breaks the contract.
    pub fn breach(&self, breach: Breach) {
        tracing::error!(
            operation = breach.operation,
            status = breach.status,
            property = breach.property,
            "an answer breaks the contract: {}",
            breach.message
        );
        let mut noticed = self.lock();
        if noticed.breaches.len() < BREACHES_MAX {
            noticed.breaches.push(breach);
        }
    }

    /// Notes what a request carried in vain.
    pub fn unknown(&self, operation: &str, properties: Vec<String>) {
        let mut noticed = self.lock();
        for property in properties {
            if noticed.unknown.len() < UNKNOWN_MAX {
                *noticed.unknown.entry((operation.to_owned(), property)).or_default() += 1;
            }
        }
    }

    /// The answers that broke the contract.
    pub fn breaches(&self) -> Vec<Breach> {
        self.lock().breaches.clone()
    }

    /// What requests carried in vain.
    pub fn unknown_properties(&self) -> Vec<Unknown> {
        let unknown = |((operation, property), count): (&(String, String), &u64)| Unknown {
            operation: operation.clone(),
            property: property.clone(),
            count: *count,
        };
        self.lock().unknown.iter().map(unknown).collect()
    }

    fn clear(&self) {
        *self.lock() = Noticed::default();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Noticed> {
        self.0.lock().expect("no code panics while it holds the notes")
    }
}
