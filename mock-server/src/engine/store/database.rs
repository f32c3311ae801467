//! The file of a store: opened by one server at a time, and only if an emulator made it.

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use tempfile::TempDir;

use super::{
    connection::settle,
    schema::{APPLICATION_ID, Fill, Schema},
};
use crate::engine::problem::{Problem, ProblemKind};

/// How the names of temporary files begin.
pub(super) const TEMPORARY: &str = "mock-server-";

/// Why a database cannot be used. The file stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process uses it.
    #[error(
        "the database {0} is in use by another process; \
         stop that one or choose another file with --db"
    )]
    Locked(PathBuf),
    /// It is no database, or a damaged one.
    #[error(
        "{0} is not a usable SQLite database ({1}); \
         choose another file with --db, or delete it to start afresh"
    )]
    Corrupt(PathBuf, String),
    /// Another program made it.
    #[error("{0} is a database of another program; choose another file with --db")]
    Foreign(PathBuf),
    /// It was made by a build with other tables.
    #[error(
        "the database {path} has schema version {found:08x}, this build needs {expected:08x}; \
         delete it to start afresh, or use the build that made it"
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// The version of its tables.
        found: i32,
        /// The version of the tables of this build.
        expected: i32,
    },
    /// The world cannot be filled.
    #[error("the world in {0} cannot be opened: {1}")]
    Seed(PathBuf, String),
    /// What the world was to begin with cannot be.
    #[error("{0}")]
    Refused(String),
    /// The file system refuses.
    #[error("cannot open the database {0}: {1}")]
    Io(PathBuf, String),
}

/// The file that a store is opened with.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// The file of a user, which is kept.
    Kept(&'a Path),
    /// A temporary file without anything in it.
    Nothing,
    /// A temporary copy of a file that nobody writes to.
    Copy(&'a Path),
}

/// The file of a store, as long as this server uses it.
#[derive(Debug)]
pub(super) struct DatabaseFile {
    pub(super) path: PathBuf,
    /// Held so that no second server opens the file.
    _lock: Option<File>,
    /// Removes a temporary file when it is dropped.
    temporary: Option<TempDir>,
}

impl DatabaseFile {
    /// The file of a user, locked, or a temporary one.
    fn claim(source: Source) -> Result<DatabaseFile, OpenError> {
        if let Source::Kept(path) = source {
            let lock = Some(lock(path)?);
            return Ok(DatabaseFile { path: path.to_owned(), _lock: lock, temporary: None });
        }
        let folder = tempfile::Builder::new().prefix(TEMPORARY).tempdir();
        let folder =
            folder.map_err(|error| OpenError::Io(std::env::temp_dir(), error.to_string()))?;
        let path = folder.path().join("world.db");
        if let Source::Copy(original) = source {
            std::fs::copy(original, &path)
                .map_err(|error| OpenError::Io(original.to_owned(), error.to_string()))?;
        }
        Ok(DatabaseFile { path, _lock: None, temporary: Some(folder) })
    }

    /// A connection that writes to it.
    pub(super) fn writer(&self) -> rusqlite::Result<Connection> {
        let db = Connection::open(&self.path)?;
        settle(&db)?;
        // Nobody reads a temporary file after a power cut.
        let synchronous = if self.temporary.is_some() { "OFF" } else { "NORMAL" };
        db.pragma_update(None, "synchronous", synchronous)?;
        Ok(db)
    }
}

/// Opens a database. A fresh one becomes what `begin` makes of the empty tables, or nothing; then
/// it is told to `go_on`, as one that was filled before, and whether it is a fresh one.
pub(super) fn open(
    source: Source,
    schema: &Schema,
    begin: &Fill,
    go_on: impl FnOnce(&Connection, bool) -> Result<(), Problem>,
) -> Result<(DatabaseFile, Connection), OpenError> {
    let file = DatabaseFile::claim(source)?;
    let explain = |error| explain(&file.path, error);
    let fails = |problem: Problem| match problem.kind {
        ProblemKind::Invalid => OpenError::Refused(problem.message),
        _ => OpenError::Seed(file.path.clone(), problem.message),
    };
    let fresh = match source {
        Source::Copy(_) => false,
        Source::Kept(_) | Source::Nothing => is_fresh(&file.path, schema.version)?,
    };
    let mut db = file.writer().map_err(explain)?;
    // The first pages of a temporary file, which is of no use if it cannot be filled, go to their
    // place and not to the log.
    let journal = if matches!(source, Source::Nothing) { "MEMORY" } else { "WAL" };
    db.pragma_update(None, "journal_mode", journal).map_err(explain)?;
    if fresh {
        schema.begin(&mut db, begin).map_err(fails)?;
    }
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate);
    let transaction = transaction.map_err(explain)?;
    go_on(&transaction, fresh).map_err(fails)?;
    transaction.commit().map_err(explain)?;
    db.pragma_update(None, "journal_mode", "WAL").map_err(explain)?;
    Ok((file, db))
}

/// Refuses a file that holds no world of this build.
pub(super) fn check(path: &Path, schema: &Schema) -> Result<(), OpenError> {
    match is_fresh(path, schema.version)? {
        true => Err(OpenError::Corrupt(path.to_owned(), "it is empty".to_owned())),
        false => Ok(()),
    }
}

/// Whether there is nothing in the file yet. Refuses a file that this build cannot use, without
/// touching it.
fn is_fresh(path: &Path, expected: i32) -> Result<bool, OpenError> {
    if std::fs::metadata(path).map_or(true, |file| file.len() == 0) {
        return Ok(true);
    }
    let explain = |error| explain(path, error);
    let db =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(explain)?;
    // A process that holds the file holds it as long as it runs: to wait is in vain.
    db.busy_timeout(std::time::Duration::ZERO).map_err(explain)?;
    let number = |pragma: &str| {
        db.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0)).map_err(explain)
    };
    let tables = db
        .query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get::<_, i64>(0))
        .map_err(explain)?;
    if tables == 0 {
        // An earlier start was cut off before it committed.
        return Ok(true);
    }
    if number("application_id")? != APPLICATION_ID {
        return Err(OpenError::Foreign(path.to_owned()));
    }
    let found = number("user_version")?;
    if found != expected {
        return Err(OpenError::Version { path: path.to_owned(), found, expected });
    }
    let verdict: String =
        db.pragma_query_value(None, "quick_check", |row| row.get(0)).map_err(explain)?;
    if verdict == "ok" { Ok(false) } else { Err(OpenError::Corrupt(path.to_owned(), verdict)) }
}

fn lock(path: &Path) -> Result<File, OpenError> {
    let failed = |error: io::Error| OpenError::Io(path.to_owned(), error.to_string());
    // A file beside those of SQLite, because locks on the database itself belong to SQLite.
    let mut name = path.as_os_str().to_owned();
    name.push("-lock");
    let file = File::options().create(true).append(true).open(name).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

fn explain(path: &Path, error: rusqlite::Error) -> OpenError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            OpenError::Locked(path.to_owned())
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            OpenError::Corrupt(path.to_owned(), error.to_string())
        }
        _ => OpenError::Io(path.to_owned(), error.to_string()),
    }
}
