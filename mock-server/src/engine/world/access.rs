//! A world and how its state is read and written.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, Mutex},
};

use rusqlite::Connection;
use serde_json::Value;

use super::{
    beginning::Beginning, clock::Clock, environment::Environment, journal::Written, outbox, state,
};
use crate::engine::{
    api::Provider,
    context::{Caller, Context},
    problem::{Problem, Result},
    reply::Rows,
    store::Store,
    world_file::{self, Faults, WorldFile},
};

/// One world.
pub struct World {
    pub(super) store: Store,
    pub(super) providers: Vec<Arc<dyn Provider>>,
    /// What it goes back to.
    pub(super) beginning: Mutex<Beginning>,
    /// How much its writer had written when the world last began.
    pub(super) written_at_beginning: Mutex<Option<u64>>,
    /// Everything but the database.
    pub environment: Environment,
}

impl World {
    /// The file that holds the world's state.
    pub fn path(&self) -> &Path {
        self.store.path()
    }

    /// The time of the world.
    pub fn clock(&self) -> &Clock {
        &self.environment.clock
    }

    /// Runs `job` in a read-only transaction, on this thread. A panic of the job is a refusal.
    pub fn read<R>(&self, caller: Caller, job: impl FnOnce(&Context) -> Result<R>) -> Result<R> {
        self.store.read(|db, keys| {
            catch_panic(&Context { keys: Some(keys), ..self.context(db, caller) }, job)
        })?
    }

    /// Runs `job` in a transaction and waits until it is committed. A refusal or a panic undoes
    /// what it wrote.
    pub async fn write<R: Send + 'static>(
        self: &Arc<World>,
        caller: Caller,
        job: impl FnOnce(&Context) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        self.write_counted(caller, job).await.1
    }

    /// The same, and its place among all writes, where it wrote something that stays.
    pub async fn write_counted<R: Send + 'static>(
        self: &Arc<World>,
        caller: Caller,
        job: impl FnOnce(&Context) -> Result<R> + Send + 'static,
    ) -> (Option<Written>, Result<R>) {
        let world = Arc::clone(self);
        let written = self.store.write(move |db| {
            let cx = world.context(db, caller);
            let answer = catch_panic(&cx, job);
            let keep = answer.as_ref().map_or_else(|problem| problem.keeps_writes, |_| true);
            let count = || Written {
                number: world.environment.count_write(),
                at: cx.now,
                epoch: world.environment.journal.epoch(),
            };
            (keep, (keep.then(count), answer))
        });
        let lost = || (None, Err(Problem::internal("a write could not be committed")));
        written.await.unwrap_or_else(lost)
    }

    /// Runs `step` between two batches of writes: to its end, also if the caller leaves, and before
    /// any later write. A panic is a refusal.
    pub(super) async fn alone<R: Send + 'static>(
        self: &Arc<World>,
        step: impl FnOnce(&World, &mut Connection) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        let world = Arc::clone(self);
        let caught = move |db: &mut Connection| {
            catch_unwind(AssertUnwindSafe(|| step(&world, db)))
                .unwrap_or_else(|_| Err(Problem::internal("a step of the world panicked")))
        };
        let done = self.store.alone(caught).await;
        done.unwrap_or_else(|| Err(Problem::internal("the world is closed")))
    }

    /// Every mail that was sent and is kept, the oldest first.
    pub fn outbox(&self) -> Result<Rows> {
        self.read(Caller::emulator(), outbox::sent)
    }

    /// The tables that hold resources, with the number of their rows; or the first rows of one of
    /// them.
    pub fn state(&self, table: Option<&str>) -> Result<Value> {
        self.read(Caller::emulator(), |cx| {
            table.map_or_else(|| state::tables(cx), |table| state::rows(cx, table))
        })
    }

    /// What the world holds, as the text of a world file.
    pub fn export(&self) -> Result<String> {
        let export = |cx: &Context| world_file::export(cx, &self.providers, self.clock().state());
        self.read(Caller::emulator(), export)
    }

    /// Makes the customer that a text wants, in YAML or JSON; see docs/world-files.md. Answers what
    /// the customer needs to call the APIs.
    pub async fn add_customer(self: &Arc<World>, wanted: String) -> Result<Value> {
        let world = Arc::clone(self);
        let add = move |cx: &Context| world_file::add_customer(cx, &world.providers, &wanted);
        self.write(Caller::emulator(), add).await
    }

    /// Reads the text of a world file; `name` stands for it in what is told of its faults.
    pub fn read_file(&self, name: &str, text: &str) -> Result<WorldFile, Faults> {
        WorldFile::read(name, text, &self.providers)
    }

    /// Closes the connections that nobody uses; they are opened again when they are needed.
    pub fn close_connections(&self) {
        self.store.close_connections();
    }

    fn context<'a>(&'a self, db: &'a Connection, caller: Caller) -> Context<'a> {
        Context::new(db, &self.environment, caller)
    }
}

/// Runs a job; a panic becomes a refusal.
fn catch_panic<R>(cx: &Context, job: impl FnOnce(&Context) -> Result<R>) -> Result<R> {
    catch_unwind(AssertUnwindSafe(|| job(cx)))
        .unwrap_or_else(|_| Err(Problem::internal("an operation panicked")))
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("path", &self.path()).finish_non_exhaustive()
    }
}
