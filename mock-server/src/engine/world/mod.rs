//! One world: it owns all state, so that several worlds can stand side by side.

mod clock;
mod counts;
mod environment;
mod journal;
mod notes;
mod outbox;
mod seed;
mod state;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
};

use rusqlite::{Connection, OptionalExtension};
use serde_json::Value;

use crate::engine::{
    api::Provider,
    context::{Caller, Context},
    problem::{Problem, Result},
    reply::Rows,
    store::{OpenError, Store},
};

pub use clock::{Clock, ClockReading, ClockState};
pub use counts::Counts;
pub use environment::{Environment, WorldKind};
pub use journal::{Exchange, Journal, header_lines};
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
        mut environment: Environment,
    ) -> Result<Arc<World>, OpenError> {
        let engine = include_str!("schema.sql");
        let schema: String =
            std::iter::once(engine).chain(providers.iter().map(|it| it.schema())).collect();
        let store = Store::open(path, &schema, |db, fresh| {
            if fresh {
                seed(db, &providers, &environment)?;
            } else {
                let sql = "SELECT seed, clock FROM world";
                let kept = db.query_row(sql, (), |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
                });
                let (seed, clock) = kept?;
                environment.seed = seed.cast_unsigned();
                environment.clock.restore(serde_json::from_str(&clock)?);
            }
            let cx = context(db, &environment, Caller::emulator());
            providers.iter().try_for_each(|it| it.apply_settings(&cx))
        })?;
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

    /// Moves the clock to what `to` makes of its state, and stores that with the world. Returns
    /// what the clock shows then; `None` where it cannot go there.
    pub async fn move_clock(
        self: &Arc<World>,
        to: impl FnOnce(ClockState) -> Option<ClockState> + Send + 'static,
    ) -> Result<Option<ClockReading>> {
        // Read and moved on the writer, so that no move is lost to another one.
        let job = move |cx: &Context| {
            let clock = &cx.environment.clock;
            let Some(to) = to(clock.state()) else { return Ok(None) };
            cx.db.execute("UPDATE world SET clock = ?1", [serde_json::to_string(&to)?])?;
            clock.restore(to);
            Ok(Some(clock.reading()))
        };
        self.write(Caller::emulator(), job).await
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

    /// Seeds the world anew, clock and journal included.
    pub async fn reset(self: &Arc<World>) -> Result<()> {
        let world = Arc::clone(self);
        let job = move |cx: &Context| {
            if !world.is_as_reset(cx) {
                world.seed_anew(cx)?;
            }
            Ok(cx.db.total_changes())
        };
        let written = self.write(Caller::emulator(), job).await?;
        // Known only when it is committed.
        *self.written_at_reset() = Some(written);
        self.environment.reset();
        Ok(())
    }

    /// Whether nothing was written since the last reset, and another one would write the same.
    fn is_as_reset(&self, cx: &Context) -> bool {
        let begins_alike = matches!(self.clock().beginning(), ClockState::Frozen(_));
        begins_alike && *self.written_at_reset() == Some(cx.db.total_changes())
    }

    fn written_at_reset(&self) -> MutexGuard<'_, Option<u64>> {
        self.written_at_reset.lock().expect("no code panics while it holds the number")
    }

    fn seed_anew(&self, cx: &Context) -> Result<()> {
        cx.db.execute_batch("PRAGMA defer_foreign_keys = ON")?;
        let sql =
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        let names = cx
            .db
            .prepare_cached(sql)?
            .query_map((), |row| row.get(0))?
            .collect::<Result<Vec<String>, _>>()?;
        for name in names {
            cx.db.prepare_cached(&format!("DELETE FROM {name}"))?.execute(())?;
        }
        seed(cx.db, &self.providers, &self.environment)?;
        self.providers.iter().try_for_each(|it| it.apply_settings(cx))?;
        // Other writes share this transaction: an orphan must fail this job alone, not the commit.
        let orphan = cx
            .db
            .query_row("PRAGMA foreign_key_check", (), |row| row.get::<_, String>(0))
            .optional()?;
        cx.db.execute_batch("PRAGMA defer_foreign_keys = OFF")?;
        orphan.map_or(Ok(()), |table| {
            Err(Problem::internal(format_args!("{table} of the seed has orphans")))
        })
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
fn seed(db: &Connection, providers: &[Arc<dyn Provider>], environment: &Environment) -> Result<()> {
    let begin = environment.clock.beginning();
    let row = (environment.seed.cast_signed(), serde_json::to_string(&begin)?);
    db.execute("INSERT INTO world (seed, clock) VALUES (?1, ?2)", row)?;
    let cx = Context { now: begin.now(), ..context(db, environment, Caller::emulator()) };
    providers.iter().try_for_each(|it| it.seed(&cx))
}

fn context<'a>(db: &'a Connection, environment: &'a Environment, caller: Caller) -> Context<'a> {
    Context { db, now: environment.clock.now(), caller, environment, keys: None }
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("path", &self.path()).finish_non_exhaustive()
    }
}
