//! One world: it owns all state, so that several worlds can stand side by side.

pub(in crate::engine) mod clock;
mod counts;
mod environment;
mod journal;
pub(in crate::engine) mod kind;
mod notes;
mod outbox;
pub(in crate::engine) mod row;
pub(in crate::engine) mod seed;
mod state;

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
};

use rusqlite::Connection;
use serde_json::Value;

use crate::engine::{
    api::Provider,
    context::{Caller, Context},
    problem::{Problem, Result},
    reply::Rows,
    store::{OpenError, Schema, Store},
    world_file,
};

pub use clock::{Clock, ClockReading, ClockState};
pub use counts::Counts;
pub use environment::Environment;
pub use journal::{Exchange, Journal, header_lines};
pub use kind::WorldKind;
pub use notes::{Breach, Notes, Unknown};
pub use outbox::Mail;
pub use seed::{Seed, dated};

/// One world.
pub struct World {
    store: Store,
    providers: Vec<Arc<dyn Provider>>,
    /// How much its writer had written when the world was last reset.
    written_at_reset: Mutex<Option<u64>>,
    /// Everything but the database.
    pub environment: Environment,
}

impl World {
    /// Opens the world kept at `path`, or a temporary one. A fresh one is seeded; a kept one goes
    /// on with the seed and the clock that it had.
    pub fn open(
        path: Option<&Path>,
        providers: Vec<Arc<dyn Provider>>,
        environment: Environment,
    ) -> Result<Arc<World>, OpenError> {
        let engine = include_str!("schema.sql");
        let schema: String =
            std::iter::once(engine).chain(providers.iter().map(|it| it.schema())).collect();
        World::open_with(path, Arc::new(Schema::new(schema)), providers, environment)
    }

    /// A fresh temporary world with the providers and settings of this one, below `base_path`. It
    /// holds the same at its beginning unless something else is said.
    pub fn beside(
        &self,
        base_path: String,
        kind: Option<WorldKind>,
        seed: Option<u64>,
    ) -> Result<Arc<World>, OpenError> {
        let file = self.environment.file.clone().filter(|_| kind.is_none());
        let kind = kind.unwrap_or(self.environment.kind);
        let seed = seed.or(self.environment.given_seed());
        let settings = self.environment.settings.clone();
        let mut environment = Environment::new(kind, settings, seed);
        environment.base_path = base_path;
        if let Some(file) = file {
            environment = environment.with_file(file);
        }
        World::open_with(None, self.store.schema(), self.providers.clone(), environment)
    }

    fn open_with(
        path: Option<&Path>,
        schema: Arc<Schema>,
        providers: Vec<Arc<dyn Provider>>,
        mut environment: Environment,
    ) -> Result<Arc<World>, OpenError> {
        // Whether it is fresh is known only when the file is open.
        let kept = Cell::new(None);
        let begin = |db: &Connection| begin(db, &providers, &environment);
        let go_on = |db: &Connection| {
            let sql = "SELECT seed, clock FROM world";
            let row = db.query_row(sql, (), |row| Ok((row.get(0)?, row.get::<_, String>(1)?)));
            let (seed, clock): (i64, String) = row?;
            kept.set(Some(seed.cast_unsigned()));
            environment.clock.restore(serde_json::from_str(&clock)?);
            apply_settings(db, &providers, &environment)
        };
        let store = Store::open(path, schema, begin, go_on)?;
        environment.seed = kept.get().unwrap_or(environment.seed);
        Ok(Arc::new(World { store, providers, written_at_reset: Mutex::default(), environment }))
    }

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
        let world = Arc::clone(self);
        let written = self.store.write(move |db| {
            let answer = catch_panic(&world.context(db, caller), job);
            let keep = answer.as_ref().map_or_else(|problem| problem.keeps_writes, |_| true);
            (keep, answer)
        });
        written.await.unwrap_or_else(|| Err(Problem::internal("a write could not be committed")))
    }

    /// Runs `step` between two batches of writes: to its end, also if the caller leaves, and before
    /// any later write. A panic is a refusal.
    async fn alone<R: Send + 'static>(
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

    /// Moves the clock to what `to` makes of its state, and stores that with the world. Returns
    /// what the clock shows then; `None` where it cannot go there.
    pub async fn move_clock(
        self: &Arc<World>,
        to: impl FnOnce(ClockState) -> Option<ClockState> + Send + 'static,
    ) -> Result<Option<ClockReading>> {
        let step = move |world: &World, db: &mut Connection| {
            let Some(to) = to(world.clock().state()) else { return Ok(None) };
            db.execute("UPDATE world SET clock = ?1", [serde_json::to_string(&to)?])?;
            // It is committed by now.
            world.clock().restore(to);
            Ok(Some(world.clock().reading()))
        };
        self.alone(step).await
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

    /// Seeds the world anew, clock and journal included.
    pub async fn reset(self: &Arc<World>) -> Result<()> {
        self.alone(World::begin_again).await
    }

    fn begin_again(&self, db: &mut Connection) -> Result<()> {
        if !self.is_as_reset(db) {
            self.store.begin_again(db, |db| begin(db, &self.providers, &self.environment))?;
        }
        *self.written_at_reset() = Some(db.total_changes());
        self.environment.reset();
        Ok(())
    }

    /// Whether nothing was written since the last reset, and another one would write the same.
    fn is_as_reset(&self, db: &Connection) -> bool {
        let begins_alike = matches!(self.clock().beginning(), ClockState::Frozen(_));
        begins_alike && *self.written_at_reset() == Some(db.total_changes())
    }

    fn written_at_reset(&self) -> MutexGuard<'_, Option<u64>> {
        self.written_at_reset.lock().expect("no code panics while it holds the number")
    }

    fn context<'a>(&'a self, db: &'a Connection, caller: Caller) -> Context<'a> {
        context(db, &self.environment, caller)
    }
}

/// Runs a job; a panic becomes a refusal.
fn catch_panic<R>(cx: &Context, job: impl FnOnce(&Context) -> Result<R>) -> Result<R> {
    catch_unwind(AssertUnwindSafe(|| job(cx)))
        .unwrap_or_else(|_| Err(Problem::internal("an operation panicked")))
}

/// Fills the empty tables of a world that begins.
fn begin(
    db: &Connection,
    providers: &[Arc<dyn Provider>],
    environment: &Environment,
) -> Result<()> {
    let begin = environment.clock.beginning();
    let row = (environment.seed.cast_signed(), serde_json::to_string(&begin)?);
    db.execute("INSERT INTO world (seed, clock) VALUES (?1, ?2)", row)?;
    let cx = Context { now: begin.now(), ..context(db, environment, Caller::emulator()) };
    providers.iter().try_for_each(|it| it.seed(&cx))?;
    if let Some(file) = &environment.file {
        world_file::fill(&cx, providers, file)?;
    }
    apply_settings(db, providers, environment)
}

fn apply_settings(
    db: &Connection,
    providers: &[Arc<dyn Provider>],
    environment: &Environment,
) -> Result<()> {
    let cx = context(db, environment, Caller::emulator());
    providers.iter().try_for_each(|it| it.apply_settings(&cx))
}

fn context<'a>(db: &'a Connection, environment: &'a Environment, caller: Caller) -> Context<'a> {
    Context { db, now: environment.clock.now(), caller, environment, keys: None }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("path", &self.path()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::future::poll_immediate;

    /// A world of nobody, whose clock stands still.
    fn world() -> Arc<World> {
        let settings = http::Extensions::new();
        let environment = Environment::new(WorldKind::Empty, settings, Some(7));
        World::open(None, Vec::new(), environment).unwrap()
    }

    /// Adds a row that carries the time.
    fn add(cx: &Context) -> Result<()> {
        let sql = "INSERT INTO sequence (name, last) VALUES (hex(randomblob(8)), ?1)";
        cx.db.prepare_cached(sql)?.execute([cx.now])?;
        Ok(())
    }

    /// The times that rows carry.
    fn times(world: &World) -> Vec<i64> {
        let times = |cx: &Context| {
            let mut rows = cx.db.prepare_cached("SELECT DISTINCT last FROM sequence")?;
            Ok(rows.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()?)
        };
        world.read(Caller::emulator(), times).unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn no_row_survives_a_reset_and_none_after_it_carries_an_earlier_time() {
        let world = world();
        let start = world.clock().now();
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let world = Arc::clone(&world);
            writers.spawn(async move {
                loop {
                    world.write(Caller::emulator(), add).await.unwrap();
                }
            });
        }
        for _ in 0..1000 {
            let later = world.move_clock(|clock| clock.advanced(60)).await.unwrap().unwrap();
            assert_eq!(later.now, start + 60);
            world.reset().await.unwrap();
            let times = times(&world);
            assert!(times.iter().all(|time| *time == start), "{times:?}");
        }
        assert!(writers.try_join_next().is_none());
    }

    #[tokio::test]
    async fn a_reset_is_whole_although_nobody_waits_for_it() {
        let world = world();
        let start = world.clock().now();
        world.move_clock(|clock| clock.advanced(60)).await.unwrap();
        world.write(Caller::emulator(), add).await.unwrap();
        {
            let reset = std::pin::pin!(world.reset());
            assert!(poll_immediate(reset).await.is_none());
        }
        world.write(Caller::emulator(), add).await.unwrap();
        assert_eq!((world.clock().now(), times(&world)), (start, vec![start]));
    }

    #[tokio::test]
    async fn a_clock_that_cannot_be_stored_stays() {
        let world = world();
        let start = world.clock().now();
        world
            .write(Caller::emulator(), |cx| Ok(cx.db.execute_batch("DROP TABLE world")?))
            .await
            .unwrap();
        assert!(world.move_clock(|clock| clock.advanced(60)).await.is_err());
        assert_eq!(world.clock().now(), start);
    }

    #[tokio::test]
    async fn a_step_that_panics_is_a_refusal_and_the_next_one_is_done() {
        let world = world();
        assert!(world.move_clock(|_| panic!("in the middle of a step")).await.is_err());
        assert!(world.move_clock(|clock| clock.advanced(60)).await.is_ok());
    }
}
