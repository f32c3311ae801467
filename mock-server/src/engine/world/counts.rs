//! How often things happened. Kept in memory like the journal: a write for each use would cost more
//! than the use.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
};

use foldhash::quality::RandomState;

/// Counters by the name of a table and the id of a row.
#[derive(Debug, Default)]
pub struct Counts(Mutex<HashMap<(&'static str, i64), u64, RandomState>>);

impl Counts {
    /// Counts one more.
    pub fn add(&self, table: &'static str, id: i64) {
        *self.lock().entry((table, id)).or_default() += 1;
    }

    /// How often it was counted since the server started or the world was reset.
    pub fn of(&self, table: &'static str, id: i64) -> u64 {
        self.lock().get(&(table, id)).copied().unwrap_or_default()
    }

    /// Begins again at zero.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// Counts what `other` counts.
    pub(super) fn become_like(&self, other: &Counts) {
        let counts = other.lock().clone();
        *self.lock() = counts;
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(&'static str, i64), u64, RandomState>> {
        self.0.lock().expect("no code panics while it holds the counts")
    }
}
