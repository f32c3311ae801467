//! How a world begins, goes back there or to a snapshot, and how its time is moved.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
};

use rusqlite::Connection;

use super::{
    access::World,
    beginning::{Beginning, NewWorld, Origin},
    clock::{ClockReading, ClockState},
    environment::Environment,
    journal::Exchange,
};
use crate::engine::{
    api::Provider,
    context::{Caller, Context},
    problem::Result,
    store::{Fill, OpenError, Schema, Snapshot, Source, Store},
    world_file,
};

impl World {
    /// Opens the world kept at `path`, or a temporary one. A fresh one is filled; a kept one goes
    /// on with the seed and the clock that it had.
    pub fn open(
        path: Option<&Path>,
        providers: Vec<Arc<dyn Provider>>,
        environment: Environment,
    ) -> Result<Arc<World>, OpenError> {
        let engine = include_str!("schema.sql");
        let schema: String =
            std::iter::once(engine).chain(providers.iter().map(|it| it.schema())).collect();
        let source = path.map_or(Source::Nothing, Source::Kept);
        World::open_with(source, Arc::new(Schema::new(schema)), providers, environment, None)
    }

    /// What it was filled with, if it did not begin as a copy.
    pub fn filled_with(&self) -> Origin {
        let file = self.environment.file.clone().map(Origin::File);
        file.unwrap_or(Origin::Kind(self.environment.kind))
    }

    /// A temporary world with the providers of this one.
    pub fn beside(&self, new: NewWorld) -> Result<Arc<World>, OpenError> {
        let NewWorld { base_path, origin, seed, clock, settings } = new;
        let seed = seed.or(self.environment.given_seed());
        let new = |kind| Environment::new(kind, settings, seed, clock);
        let (mut environment, snapshot) = match origin {
            Origin::Kind(kind) => (new(kind), None),
            Origin::File(file) => (new(file.from()).with_file(file, clock), None),
            Origin::Snapshot(snapshot) => (new(self.environment.kind), Some(snapshot)),
        };
        environment.base_path = base_path;
        let (schema, providers) = (Arc::clone(self.store.schema()), self.providers.clone());
        let Some(snapshot) = snapshot else {
            return World::open_with(Source::Nothing, schema, providers, environment, None);
        };
        let source = Source::Copy(snapshot.path());
        let world = World::open_with(source, schema, providers, environment, clock)?;
        *world.beginning() = Beginning::Copied(Arc::clone(&snapshot));
        Ok(world)
    }

    /// `clock` is how the clock of a world goes on that was filled before; as it went without it.
    fn open_with(
        source: Source,
        schema: Arc<Schema>,
        providers: Vec<Arc<dyn Provider>>,
        environment: Environment,
        clock: Option<ClockState>,
    ) -> Result<Arc<World>, OpenError> {
        let began = environment.clock.beginning().now();
        let rows = |db: &Connection| fill(db, began, &providers, &environment);
        let begin = Fill { recipe: recipe(&environment), rows: &rows };
        let mut beginning = Beginning::Opened;
        let store = Store::open(source, schema, &begin, |db, fresh| {
            if fresh {
                beginning = Beginning::Filled(began);
            } else if let Some(clock) = clock {
                put_clock(db, clock)?;
            }
            go_on(db, &providers, &environment)
        })?;
        let (beginning, written_at_beginning) = (beginning.into(), Mutex::default());
        Ok(Arc::new(World { store, providers, beginning, written_at_beginning, environment }))
    }

    /// Makes the world what it was at its beginning, clock and journal included.
    pub async fn reset(self: &Arc<World>) -> Result<()> {
        self.alone(World::begin_again).await
    }

    fn begin_again(&self, db: &mut Connection) -> Result<()> {
        let began = self.clock().beginning().now();
        let beginning = match self.beginning().clone() {
            Beginning::Filled(_) | Beginning::Opened => Beginning::Filled(began),
            Beginning::Copied(snapshot) => Beginning::Copied(snapshot),
        };
        if !self.is_as_at_beginning(db) {
            match &beginning {
                Beginning::Copied(snapshot) => snapshot.restore_to(db)?,
                Beginning::Filled(_) | Beginning::Opened => {
                    let environment = &self.environment;
                    let rows = |db: &Connection| fill(db, began, &self.providers, environment);
                    let begin = Fill { recipe: recipe(environment), rows: &rows };
                    self.store.begin_again(db, &begin)?;
                }
            }
        }
        self.begin_with(db, beginning)
    }

    /// Copies the world, as it is between two batches of writes.
    pub async fn snapshot(self: &Arc<World>) -> Result<Snapshot> {
        self.alone(|world, db| world.store.snapshot(db)).await
    }

    /// Refuses a file that holds no world of this build.
    pub fn check(&self, snapshot: &Snapshot) -> Result<(), OpenError> {
        snapshot.check(self.store.schema())
    }

    /// Makes the world what `snapshot` is a copy of. That is its beginning then.
    pub async fn restore(self: &Arc<World>, snapshot: Arc<Snapshot>) -> Result<()> {
        let step = move |world: &World, db: &mut Connection| {
            snapshot.restore_to(db)?;
            world.begin_with(db, Beginning::Copied(snapshot))
        };
        self.alone(step).await
    }

    /// What is left to do when `db` holds the beginning.
    fn begin_with(&self, db: &mut Connection, beginning: Beginning) -> Result<()> {
        *self.beginning() = beginning;
        let transaction = db.transaction()?;
        go_on(&transaction, &self.providers, &self.environment)?;
        transaction.commit()?;
        *self.written_at_beginning() = Some(db.total_changes());
        self.environment.clear();
        Ok(())
    }

    /// Whether nothing was written since the beginning, and another one would be the same.
    fn is_as_at_beginning(&self, db: &Connection) -> bool {
        let always_the_same = match &*self.beginning() {
            Beginning::Copied(_) => true,
            Beginning::Filled(_) | Beginning::Opened => recipe(&self.environment).is_some(),
        };
        always_the_same && *self.written_at_beginning() == Some(db.total_changes())
    }

    /// A world of the same beginning whose clock is moved by whoever made it; `None` where the
    /// beginning is not known.
    pub fn at_its_beginning(&self) -> Result<Option<Arc<World>>, OpenError> {
        let environment = &self.environment;
        let (origin, clock) = match self.beginning().clone() {
            Beginning::Filled(at) => (self.filled_with(), Some(ClockState::Frozen(at as f64))),
            Beginning::Copied(snapshot) => (Origin::Snapshot(snapshot), None),
            Beginning::Opened => return Ok(None),
        };
        let (base_path, settings) = (environment.base_path.clone(), environment.settings.clone());
        let seed = Some(environment.seed());
        self.beside(NewWorld { base_path, origin, seed, clock, settings }).map(Some)
    }

    /// Makes the world what `past` became after these exchanges, when its clock went like `clock`.
    pub async fn go_back(
        self: &Arc<World>,
        past: Arc<World>,
        exchanges: Vec<Arc<Exchange>>,
        clock: ClockState,
        named: u64,
    ) -> Result<()> {
        let snapshot = past.snapshot().await?;
        let step = move |world: &World, db: &mut Connection| {
            snapshot.restore_to(db)?;
            put_clock(db, clock)?;
            world.clock().restore(clock);
            world.environment.become_like(&past.environment);
            world.environment.set_exchanges(named);
            world.environment.journal.replace(exchanges);
            Ok(())
        };
        self.alone(step).await
    }

    /// Moves the clock to what `to` makes of its state, and stores that with the world. Returns
    /// what the clock shows then; `None` where it cannot go there.
    pub async fn move_clock(
        self: &Arc<World>,
        to: impl FnOnce(ClockState) -> Option<ClockState> + Send + 'static,
    ) -> Result<Option<ClockReading>> {
        let step = move |world: &World, db: &mut Connection| {
            let Some(to) = to(world.clock().state()) else { return Ok(None) };
            put_clock(db, to)?;
            // It is committed by now.
            world.clock().restore(to);
            Ok(Some(world.clock().reading()))
        };
        self.alone(step).await
    }

    fn beginning(&self) -> MutexGuard<'_, Beginning> {
        self.beginning.lock().expect("no code panics while it holds the beginning")
    }

    fn written_at_beginning(&self) -> MutexGuard<'_, Option<u64>> {
        let written = self.written_at_beginning.lock();
        written.expect("no code panics while it holds the number")
    }
}

/// Names what a world is filled with; nothing where that depends on when it is.
fn recipe(environment: &Environment) -> Option<String> {
    let beginning = environment.clock.beginning();
    let ClockState::Frozen(at) = beginning else { return None };
    let file = environment.file.as_ref().map_or("", |file| file.digest());
    Some(format!("{:?} {file} {} {at}", environment.kind, environment.seed()))
}

/// Fills the empty tables of a world that begins at the time `now`.
fn fill(
    db: &Connection,
    now: i64,
    providers: &[Arc<dyn Provider>],
    environment: &Environment,
) -> Result<()> {
    let clock = serde_json::to_string(&environment.clock.beginning())?;
    let row = (environment.seed().cast_signed(), clock);
    db.execute("INSERT INTO world (seed, clock) VALUES (?1, ?2)", row)?;
    let cx = Context { now, ..Context::new(db, environment, Caller::emulator()) };
    providers.iter().try_for_each(|it| it.seed(&cx))?;
    match &environment.file {
        Some(file) => world_file::fill(&cx, providers, file),
        None => Ok(()),
    }
}

/// Goes on with the seed and the clock that the rows have, and with the present settings.
fn go_on(
    db: &Connection,
    providers: &[Arc<dyn Provider>],
    environment: &Environment,
) -> Result<()> {
    let row = db.query_row("SELECT seed, clock FROM world", (), |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
    });
    let (seed, clock) = row?;
    environment.set_seed(seed.cast_unsigned());
    environment.clock.restore(serde_json::from_str(&clock)?);
    let cx = Context::new(db, environment, Caller::emulator());
    providers.iter().try_for_each(|it| it.apply_settings(&cx))
}

fn put_clock(db: &Connection, clock: ClockState) -> Result<()> {
    db.execute("UPDATE world SET clock = ?1", [serde_json::to_string(&clock)?])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::world::{Settings, WorldKind};
    use futures_util::future::poll_immediate;

    /// A world of nobody, whose clock stands still.
    fn world() -> Arc<World> {
        let settings = Settings::default();
        let environment = Environment::new(WorldKind::Empty, settings, Some(7), None);
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
