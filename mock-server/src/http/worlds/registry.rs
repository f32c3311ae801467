//! All worlds and snapshots of a server, by name.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::extract::Request;
use tokio::runtime::Handle;

use super::{
    keys::{Keys, WorldKey},
    names::{self, MAIN, NameError},
};
use crate::{
    engine::{Api, Settings, Snapshot, World},
    http::pipeline::Pipeline,
};

/// What stands before the name of a world in a path.
pub(super) const IN: &str = "/_in/";
/// How many worlds there may be beside the first one.
const WORLDS_MAX: usize = 1000;
/// How many snapshots there may be.
const SNAPSHOTS_MAX: usize = 1000;
/// How many worlds have open connections at most: each takes a megabyte.
const OPEN_MAX: u64 = 256;
/// Descriptors that are left to everything but worlds.
const OTHER_DESCRIPTORS: u64 = 256;
/// Descriptors that an open world takes: of its database, its log and their index, by a writer and
/// two readers.
const DESCRIPTORS: u64 = 8;

/// All worlds of a server.
pub(crate) struct Worlds {
    first: Arc<Pipeline>,
    apis: Vec<Arc<dyn Api>>,
    /// How many worlds may have open connections.
    open_max: usize,
    /// Whether a world was ever made beside the first one.
    made: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    worlds: BTreeMap<String, Entry>,
    snapshots: BTreeMap<String, KeptSnapshot>,
    keys: Keys,
    /// How many names were taken.
    tickets: u64,
}

/// What there is under a name.
enum Entry {
    /// A world that is being made.
    Reserved(u64),
    Made(Named),
}

/// A world beside the first one.
struct Named {
    /// Tells it from another one of its name.
    ticket: u64,
    pipeline: Arc<Pipeline>,
    /// How long it stays without a request.
    time_to_live: Option<Duration>,
    used: Instant,
    /// Whether its connections may be open.
    open: bool,
}

impl Named {
    fn is_over(&self) -> bool {
        self.time_to_live.is_some_and(|time| self.used.elapsed() > time)
    }
}

impl Entry {
    fn made(&mut self) -> Option<&mut Named> {
        match self {
            Entry::Reserved(_) => None,
            Entry::Made(named) => Some(named),
        }
    }
}

/// A snapshot, and what the control API tells of it.
#[derive(Clone)]
pub(in crate::http) struct KeptSnapshot {
    pub(in crate::http) snapshot: Arc<Snapshot>,
    /// The world that it was taken of.
    pub(in crate::http) of: String,
    /// When it was taken, in unix seconds by the clock of that world.
    pub(in crate::http) at: i64,
    /// How that world behaves.
    pub(in crate::http) settings: Settings,
}

/// A name that is taken for a world that is being made. Dropped, it gives the name back.
pub(in crate::http) struct Reserved {
    pub(in crate::http) name: String,
    ticket: u64,
    worlds: Arc<Worlds>,
}

impl Reserved {
    /// What stands before the paths of the world.
    pub(in crate::http) fn base_path(&self) -> String {
        Worlds::base_path(&self.name)
    }

    /// Puts the world under the name, unless that was removed meanwhile.
    pub(in crate::http) fn add(self, time_to_live: Option<Duration>, world: Arc<World>) {
        self.worlds.add(&self.name, self.ticket, time_to_live, world);
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        let mut state = self.worlds.state();
        if matches!(state.worlds.get(&self.name), Some(Entry::Reserved(it)) if *it == self.ticket) {
            state.worlds.remove(&self.name);
        }
    }
}

impl Worlds {
    pub(in crate::http) fn new(apis: &[Arc<dyn Api>], first: Arc<Pipeline>) -> Arc<Worlds> {
        let room = descriptors().saturating_sub(OTHER_DESCRIPTORS) / DESCRIPTORS;
        let open_max = usize::try_from(room.clamp(1, OPEN_MAX)).expect("a small number");
        Arc::new(Worlds {
            first,
            apis: apis.to_vec(),
            open_max,
            made: AtomicBool::new(false),
            state: Mutex::default(),
        })
    }

    /// The world that is always there.
    pub(in crate::http) fn first(&self) -> &Arc<World> {
        self.first.world()
    }

    /// Takes a name for a world that will be made; without one the first free number.
    pub(in crate::http) fn reserve(
        self: &Arc<Worlds>,
        name: Option<String>,
    ) -> Result<Reserved, NameError> {
        self.remove_those_that_are_over();
        let mut state = self.state();
        let name = state.free_name(name, "w")?;
        if state.worlds.len() >= WORLDS_MAX {
            return Err(NameError::TooMany(WORLDS_MAX));
        }
        state.tickets += 1;
        let ticket = state.tickets;
        state.worlds.insert(name.clone(), Entry::Reserved(ticket));
        Ok(Reserved { name, ticket, worlds: Arc::clone(self) })
    }

    /// What stands before the paths of the world of this name.
    pub(in crate::http) fn base_path(name: &str) -> String {
        if name == MAIN { String::new() } else { format!("{IN}{name}") }
    }

    /// The key of each API in a world, where it has keys.
    pub(in crate::http) fn keys_of(&self, name: &str, world: &World) -> Vec<WorldKey> {
        let key = |api: &Arc<dyn Api>| WorldKey::of(api, name, &world.environment.settings);
        self.apis.iter().filter_map(key).collect()
    }

    /// The name of the world whose key a request carries, which is replaced by what it stands for.
    pub(super) fn take_key(&self, request: &mut Request) -> Option<String> {
        // Most servers have one world, and every request passes here.
        let any = self.made.load(Ordering::Relaxed);
        if any { self.state().keys.take(&self.apis, request) } else { None }
    }

    /// The first world, for requests that name none.
    pub(super) fn of_no_name(&self) -> Arc<Pipeline> {
        Arc::clone(&self.first)
    }

    fn add(
        self: &Arc<Worlds>,
        name: &str,
        ticket: u64,
        time_to_live: Option<Duration>,
        world: Arc<World>,
    ) {
        let keys = self.keys_of(name, &world);
        let pipeline = self.first.of_world(world);
        let named = Named { ticket, pipeline, time_to_live, used: Instant::now(), open: true };
        let mut state = self.state();
        let entry = state.worlds.get_mut(name);
        // Whoever removed the name meanwhile removed the world.
        let Some(entry @ Entry::Reserved(_)) = entry else { return };
        if !matches!(entry, Entry::Reserved(it) if *it == ticket) {
            return;
        }
        *entry = Entry::Made(named);
        state.keys.add(name, keys);
        self.made.store(true, Ordering::Relaxed);
        let least_used = state.least_used_beyond(self.open_max);
        drop(state);
        close(least_used);
        if let (Some(time), Ok(runtime)) = (time_to_live, Handle::try_current()) {
            runtime.spawn(remove_when_over(Arc::downgrade(self), name.to_owned(), ticket, time));
        }
    }

    /// Removes the world of this name, or gives the name back; whether there was one.
    pub(in crate::http) fn remove(&self, name: &str) -> bool {
        let mut state = self.state();
        let removed = state.worlds.remove(name);
        state.keys.remove(name);
        drop(state);
        // No longer locked: to close a database takes milliseconds.
        removed.is_some()
    }

    /// All worlds by name, the first one first.
    pub(in crate::http) fn all(&self) -> Vec<(String, Arc<World>)> {
        self.remove_those_that_are_over();
        let mut state = self.state();
        let named = state.worlds.iter_mut().filter_map(|(name, it)| Some((name, it.made()?)));
        let named = named.map(|(name, it)| (name.clone(), Arc::clone(it.pipeline.world())));
        [(MAIN.to_owned(), Arc::clone(self.first()))].into_iter().chain(named).collect()
    }

    /// The world of this name. It is used now.
    pub(in crate::http) fn of_name(&self, name: &str) -> Option<Arc<Pipeline>> {
        if name == MAIN {
            return Some(Arc::clone(&self.first));
        }
        let mut state = self.state();
        let found = state.worlds.get_mut(name)?.made().filter(|it| !it.is_over())?;
        found.used = Instant::now();
        let pipeline = Arc::clone(&found.pipeline);
        if !std::mem::replace(&mut found.open, true) {
            let least_used = state.least_used_beyond(self.open_max);
            drop(state);
            close(least_used);
        }
        Some(pipeline)
    }

    fn remove_those_that_are_over(&self) {
        let mut state = self.state();
        let is_over = |it: &mut Entry| it.made().is_some_and(|it| it.is_over());
        let over: Vec<_> = state.worlds.extract_if(.., |_, it| is_over(it)).collect();
        over.iter().for_each(|(name, _)| state.keys.remove(name));
        // No longer locked when the databases are closed.
        drop(state);
        drop(over);
    }

    /// Keeps a snapshot under a name; without one the first free number. Returns its name.
    pub(in crate::http) fn keep(
        &self,
        name: Option<String>,
        snapshot: KeptSnapshot,
    ) -> Result<String, NameError> {
        let mut state = self.state();
        let name = state.free_name(name, "s")?;
        if state.snapshots.len() >= SNAPSHOTS_MAX {
            return Err(NameError::TooMany(SNAPSHOTS_MAX));
        }
        state.snapshots.insert(name.clone(), snapshot);
        Ok(name)
    }

    /// The snapshot of this name.
    pub(in crate::http) fn snapshot(&self, name: &str) -> Option<KeptSnapshot> {
        self.state().snapshots.get(name).cloned()
    }

    /// All snapshots, by name.
    pub(in crate::http) fn snapshots(&self) -> Vec<(String, KeptSnapshot)> {
        self.state().snapshots.iter().map(|(name, it)| (name.clone(), it.clone())).collect()
    }

    /// Removes the snapshot of this name; whether there was one.
    pub(in crate::http) fn remove_snapshot(&self, name: &str) -> bool {
        let removed = self.state().snapshots.remove(name);
        // No longer locked when its file goes.
        removed.is_some()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no code panics while it holds the worlds")
    }
}

impl State {
    /// `name`, if it is free; without one the first free number behind `prefix`.
    fn free_name(&self, name: Option<String>, prefix: &str) -> Result<String, NameError> {
        let is_taken =
            |name: &str| self.worlds.contains_key(name) || self.snapshots.contains_key(name);
        names::free(name, prefix, is_taken)
    }

    /// The world that was not used for longest, where more than `max` are open. It counts as
    /// closed now.
    fn least_used_beyond(&mut self, max: usize) -> Option<Arc<World>> {
        let open = || self.worlds.values().filter(|it| matches!(it, Entry::Made(it) if it.open));
        if open().count() <= max {
            return None;
        }
        let open = self.worlds.values_mut().filter_map(Entry::made).filter(|it| it.open);
        let least_used = open.min_by_key(|it| it.used)?;
        least_used.open = false;
        Some(Arc::clone(least_used.pipeline.world()))
    }
}

/// Closes the connections of a world, which takes a moment, so that nobody waits for it.
fn close(world: Option<Arc<World>>) {
    let Some(world) = world else { return };
    match Handle::try_current() {
        Ok(runtime) => drop(runtime.spawn_blocking(move || world.close_connections())),
        Err(_) => world.close_connections(),
    }
}

/// Removes a world when it was not used for its time to live.
async fn remove_when_over(worlds: Weak<Worlds>, name: String, ticket: u64, time: Duration) {
    let mut rest = time;
    loop {
        // A little longer, because it is over only then.
        tokio::time::sleep(rest + Duration::from_millis(1)).await;
        let Some(worlds) = worlds.upgrade() else { return };
        let mut state = worlds.state();
        let named = state.worlds.get_mut(&name).and_then(Entry::made);
        let Some(named) = named.filter(|it| it.ticket == ticket) else { return };
        if named.is_over() {
            drop(state);
            worlds.remove(&name);
            return;
        }
        rest = time.saturating_sub(named.used.elapsed());
    }
}

/// How many descriptors this process may have.
#[cfg(unix)]
fn descriptors() -> u64 {
    rlimit::Resource::NOFILE.get_soft().unwrap_or(OTHER_DESCRIPTORS)
}

/// How many descriptors this process may have.
#[cfg(not(unix))]
fn descriptors() -> u64 {
    u64::MAX
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::{Caller, Environment, NewWorld, Origin, WorldKind},
        http::faults::Faults,
    };

    fn worlds() -> Arc<Worlds> {
        let environment = Environment::new(WorldKind::Empty, Settings::default(), Some(7), None);
        let first = World::open(None, Vec::new(), environment).unwrap();
        Worlds::new(&[], Pipeline::new(&[], &first, Faults::default()))
    }

    /// Makes a world and returns its name.
    fn make(worlds: &Arc<Worlds>, time_to_live: Option<Duration>) -> String {
        let reserved = worlds.reserve(None).unwrap();
        let new = NewWorld {
            base_path: reserved.base_path(),
            origin: Origin::Kind(WorldKind::Empty),
            seed: None,
            clock: None,
            settings: Settings::default(),
        };
        let name = reserved.name.clone();
        reserved.add(time_to_live, worlds.first().beside(new).unwrap());
        name
    }

    #[test]
    fn there_are_only_so_many_worlds() {
        let worlds = worlds();
        let mut reserved: Vec<_> = (0..WORLDS_MAX).map(|_| worlds.reserve(None)).collect();
        assert!(reserved.iter().all(Result::is_ok));
        let why = worlds.reserve(None).err().unwrap().to_string();
        assert_eq!(why, "there are 1000 of them, which is as many as there may be; delete one");
        reserved.pop();
        assert!(worlds.reserve(None).is_ok());
    }

    #[test]
    fn a_world_whose_name_was_removed_while_it_was_made_stays_removed() {
        let worlds = worlds();
        let name = || Some("name".to_owned());
        let early = worlds.reserve(name()).unwrap();
        assert!(worlds.remove("name"));
        let late = worlds.reserve(name()).unwrap();
        early.add(None, Arc::clone(worlds.first()));
        assert!(worlds.of_name("name").is_none());
        late.add(None, Arc::clone(worlds.first()));
        assert!(worlds.of_name("name").is_some());
    }

    #[test]
    fn only_so_many_worlds_are_open_and_those_that_were_closed_answer() {
        let worlds = worlds();
        let mut few = Arc::into_inner(worlds).unwrap();
        few.open_max = 2;
        let worlds = Arc::new(few);
        let names: Vec<String> = (0..4).map(|_| make(&worlds, None)).collect();
        for name in names.iter().cycle().take(9) {
            let pipeline = worlds.of_name(name).unwrap();
            pipeline.world().read(Caller::emulator(), |_| Ok(())).unwrap();
        }
        let open = || {
            let state = worlds.state();
            state.worlds.values().filter(|it| matches!(it, Entry::Made(it) if it.open)).count()
        };
        assert_eq!(open(), 2);
    }

    #[tokio::test]
    async fn a_world_goes_away_when_nobody_uses_it_for_its_time() {
        let worlds = worlds();
        let name = make(&worlds, Some(Duration::ZERO));
        while worlds.state().worlds.contains_key(&name) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}
