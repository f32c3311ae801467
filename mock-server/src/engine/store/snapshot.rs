//! Copies of a database that nobody writes to.

use std::path::Path;

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use rusqlite::{Connection, OpenFlags};
use tempfile::TempPath;

use super::{
    database::{self, OpenError, TEMPORARY},
    schema::{Schema, copy},
};
use crate::engine::problem::{Problem, Result};

/// A copy of a database, in a temporary file that goes with it.
#[derive(Debug)]
pub struct Snapshot(TempPath);

impl Snapshot {
    /// Copies the file at `path`, which `db` alone writes to and does not write to now.
    pub(super) fn of(db: &Connection, path: &Path) -> Result<Snapshot> {
        // All that was committed comes from the log into the file, which then stays as it is until
        // `db` commits again.
        let busy: bool = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get(0))?;
        if busy {
            return Err(Problem::internal("a read keeps the database from being copied"));
        }
        let snapshot = Snapshot::empty()?;
        std::fs::copy(path, snapshot.path()).map_err(Problem::internal)?;
        Ok(snapshot)
    }

    /// An empty file, to be filled.
    pub fn empty() -> Result<Snapshot> {
        let file = tempfile::Builder::new().prefix(TEMPORARY).suffix(".db").tempfile();
        Ok(Snapshot(file.map_err(Problem::internal)?.into_temp_path()))
    }

    /// Refuses a file that holds no database with these tables.
    pub fn check(&self, schema: &Schema) -> Result<(), OpenError> {
        database::check(&self.0, schema)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// How many bytes it has.
    pub fn bytes(&self) -> u64 {
        self.0.metadata().map_or(0, |file| file.len())
    }

    /// Makes `db` the same, in one transaction.
    pub fn restore_to(&self, db: &mut Connection) -> Result<()> {
        // A file that nobody writes to needs neither locks nor a log.
        let path = percent_encode(self.0.as_os_str().as_encoded_bytes(), NON_ALPHANUMERIC);
        let uri = format!("file:{path}?immutable=1");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        Ok(copy(&Connection::open_with_flags(uri, flags)?, db)?)
    }
}
