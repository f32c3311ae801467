//! Connections that only read, each with the snapshot of the database that it sees.

use std::{
    path::Path,
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use rusqlite::Connection;

use super::{connection::open_reader, key_cache::KeyCache};

/// A connection that only reads.
///
/// It keeps its transaction open from request to request, as long as nothing was committed since:
/// opening and closing one costs more than most reads.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) db: Connection,
    /// How many commits its transaction sees; `None` without an open transaction.
    sees: Option<u64>,
    /// The keys that were looked up in this transaction.
    pub(super) keys: KeyCache,
}

impl Reader {
    pub(super) fn open(path: &Path) -> rusqlite::Result<Reader> {
        let db = open_reader(path)?;
        Ok(Reader { db, sees: None, keys: KeyCache::default() })
    }

    /// Makes sure that the reader sees the state after `commits` commits.
    pub(super) fn refresh(&mut self, commits: u64) -> rusqlite::Result<()> {
        if self.sees != Some(commits) {
            self.end_transaction()?;
            self.db.prepare_cached("BEGIN")?.execute(())?;
            self.sees = Some(commits);
        }
        Ok(())
    }

    fn end_transaction(&mut self) -> rusqlite::Result<()> {
        if self.sees.take().is_some() {
            self.keys.clear();
            self.db.prepare_cached("COMMIT")?.execute(())?;
        }
        Ok(())
    }
}

/// The readers that are not in use, and the number of commits.
#[derive(Debug, Default)]
pub(super) struct Readers {
    idle: Mutex<Vec<Reader>>,
    /// How many batches were committed.
    pub(super) commits: AtomicU64,
}

impl Readers {
    pub(super) fn idle(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.idle.lock().expect("no code panics while it holds the readers")
    }

    /// Before a commit: an idle reader must not pin its snapshot, or the write-ahead log could
    /// never be used again.
    pub(super) fn end_idle_transactions(&self) {
        // A reader that cannot end its transaction is of no use.
        self.idle().retain_mut(|reader| reader.end_transaction().is_ok());
    }

    /// After a commit: every reader begins a new transaction before its next read.
    pub(super) fn count_commit(&self) {
        self.commits.fetch_add(1, Ordering::Release);
    }
}
