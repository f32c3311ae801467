//! The tables of a world, and a database in memory where worlds are made anew.

use std::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, Ordering},
};

use rusqlite::{
    Connection,
    backup::{Backup, StepResult},
    ffi,
};
use sha2::{Digest, Sha256};

use super::connection::settle;
use crate::engine::problem::Result;

/// Marks a file as one of this program.
pub(super) const APPLICATION_ID: i32 = 0x6d6f_636b;

/// What fills the empty tables of a world.
pub struct Fill<'a> {
    /// Names what is written, where the same name stands for the same bytes.
    pub recipe: Option<String>,
    /// Writes it.
    pub rows: &'a dyn Fn(&Connection) -> Result<()>,
}

/// A database in memory, and what it holds.
struct Draft {
    db: Connection,
    recipe: Option<String>,
}

/// The tables of a world.
pub struct Schema {
    sql: String,
    /// A hash of the tables, so that any change of them makes another version.
    pub(super) version: i32,
    /// Made when it is first needed, and kept: to make the tables and to plan the statements that
    /// fill them takes longer than to run these.
    draft: Mutex<Option<Draft>>,
    /// Whether a world with these tables was begun.
    begun: AtomicBool,
}

impl Schema {
    /// The tables that `sql` makes.
    pub fn new(sql: String) -> Schema {
        let hash = Sha256::digest(&sql);
        let version = i32::from_le_bytes(hash[..4].try_into().expect("four bytes")) & i32::MAX;
        Schema { sql, version, draft: Mutex::default(), begun: AtomicBool::new(false) }
    }

    /// Makes the tables in an empty database and fills them, in one transaction.
    pub(super) fn begin(&self, db: &mut Connection, fill: &Fill) -> Result<()> {
        if self.begun.swap(true, Ordering::Relaxed) {
            return self.begin_again(db, fill);
        }
        // Most programs have one world: the first one is not made twice.
        let transaction = db.transaction()?;
        self.make_tables(&transaction)?;
        (fill.rows)(&transaction)?;
        Ok(transaction.commit()?)
    }

    /// Makes the tables in an empty database, within the transaction that is open.
    fn make_tables(&self, db: &Connection) -> rusqlite::Result<()> {
        let Schema { sql, version, .. } = self;
        db.execute_batch(&format!(
            "{sql};
             PRAGMA user_version = {version}; PRAGMA application_id = {APPLICATION_ID};"
        ))
    }

    /// Makes `db` what `fill` makes of empty tables, in one transaction. That takes as long as the
    /// new rows take, however many `db` has.
    pub(super) fn begin_again(&self, db: &mut Connection, fill: &Fill) -> Result<()> {
        // Taken, not borrowed: one that fails is not used again, and worlds do not wait for each
        // other.
        let kept = self.draft().take();
        let draft = self.filled(kept, fill)?;
        copy(&draft.db, db)?;
        *self.draft() = Some(draft);
        Ok(())
    }

    /// A draft that holds what `fill` writes, made of the one that was kept.
    fn filled(&self, kept: Option<Draft>, fill: &Fill) -> Result<Draft> {
        let db = match kept {
            Some(draft) if draft.recipe.is_some() && draft.recipe == fill.recipe => {
                return Ok(draft);
            }
            Some(Draft { db, .. }) => {
                clear(&db)?;
                db
            }
            None => {
                let db = Connection::open_in_memory()?;
                settle(&db)?;
                db.execute_batch("BEGIN")?;
                self.make_tables(&db)?;
                db
            }
        };
        (fill.rows)(&db)?;
        db.execute_batch("COMMIT")?;
        Ok(Draft { db, recipe: fill.recipe.clone() })
    }

    fn draft(&self) -> MutexGuard<'_, Option<Draft>> {
        self.draft.lock().expect("no code panics while it holds the draft")
    }
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Schema").field("version", &self.version).finish_non_exhaustive()
    }
}

/// Begins a transaction and removes all rows. Tables that were made later go first, because their
/// rows may refer to those of earlier ones.
fn clear(draft: &Connection) -> rusqlite::Result<()> {
    draft.execute_batch("BEGIN")?;
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
               ORDER BY rowid DESC";
    let mut tables = draft.prepare_cached(sql)?;
    let names = tables.query_map((), |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
    for name in names {
        draft.prepare_cached(&format!("DELETE FROM {name}"))?.execute(())?;
    }
    Ok(())
}

/// Makes `to` the same as `from`, in one transaction.
pub(super) fn copy(from: &Connection, to: &mut Connection) -> rusqlite::Result<()> {
    let all_pages = -1;
    match Backup::new(from, to)?.step(all_pages)? {
        StepResult::Done => Ok(()),
        // More is never left, so somebody else holds one of them.
        _ => Err(rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_BUSY), None)),
    }
}
