//! Where state lives: one SQLite file, one writer thread with group commit, readers that never wait
//! for it.

mod memo;
mod reader;

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
    thread::JoinHandle,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};

use reader::{Reader, Readers};

use crate::engine::problem::Problem;

pub use memo::Memo;

/// Jobs that may share one commit; bounds the latency of the first.
const BATCH_MAX: usize = 64;
/// Jobs that may wait; beyond it callers wait to enqueue.
const QUEUE_MAX: usize = 1024;
/// Prepared statements kept on each connection: every statement of every operation.
const STATEMENTS_MAX: usize = 512;
/// Marks a file as ours.
const APPLICATION_ID: i32 = 0x6d6f_636b;

/// Why a database cannot be used. The file stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Somebody else uses it.
    #[error(
        "the database {0} is in use by another process; stop that one or choose another file with --db"
    )]
    Locked(PathBuf),
    /// It is no database, or a damaged one.
    #[error(
        "{0} is not a usable SQLite database ({1}); choose another file with --db, or delete it to start afresh"
    )]
    Corrupt(PathBuf, String),
    /// It is somebody else's.
    #[error("{0} is a database of another program; choose another file with --db")]
    Foreign(PathBuf),
    /// It was made by a build with other tables.
    #[error(
        "the database {path} has schema version {found:08x}, this build needs {expected:08x}; delete it to start afresh, or use the build that made it"
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// What it is.
        found: i32,
        /// What it should be.
        expected: i32,
    },
    /// The world cannot be filled.
    #[error("the world in {0} cannot be opened: {1}")]
    Seed(PathBuf, String),
    /// The file system refuses.
    #[error("cannot open the database {0}: {1}")]
    Io(PathBuf, String),
}

/// What becomes of a job that was run: whether its writes stay, and how the caller is told once
/// they are safe.
struct Done {
    keep: bool,
    tell: Box<dyn FnOnce(bool) + Send>,
}

type Job = Box<dyn FnOnce(&Connection) -> Done + Send>;

/// An open database.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    writer: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    readers: Arc<Readers>,
    /// Held so that no second server opens the file.
    _lock: Option<File>,
    /// Removes the file at the end, where nobody asked to keep it.
    _temporary: Option<TempDir>,
}

impl Store {
    /// Opens the database at `path`, or a temporary one, and makes the tables of `schema` in a
    /// fresh one. `prepare` then fills it; it is told whether it is fresh. All of that happens, or
    /// nothing.
    pub fn open(
        path: Option<&Path>,
        schema: &str,
        prepare: impl FnOnce(&Connection, bool) -> Result<(), Problem>,
    ) -> Result<Store, OpenError> {
        let temporary = match path {
            Some(_) => None,
            None => {
                let folder = tempfile::Builder::new().prefix("mock-server-").tempdir();
                Some(
                    folder
                        .map_err(|error| OpenError::Io(std::env::temp_dir(), error.to_string()))?,
                )
            }
        };
        let path = match (path, &temporary) {
            (Some(path), _) => path.to_owned(),
            (None, Some(folder)) => folder.path().join("world.db"),
            (None, None) => unreachable!("either a path or a temporary folder"),
        };
        let lock = if temporary.is_none() { Some(lock(&path)?) } else { None };
        let explain = |error| explain(&path, error);
        let version = version(schema);
        let fresh = is_fresh(&path, version)?;
        let db = connect(&path).map_err(explain)?;
        if temporary.is_some() {
            // Nobody reads this file after a power cut.
            db.execute_batch("PRAGMA synchronous = OFF").map_err(explain)?;
        }
        db.execute_batch("BEGIN IMMEDIATE").map_err(explain)?;
        if fresh {
            let marks = format!(
                "PRAGMA user_version = {version}; PRAGMA application_id = {APPLICATION_ID};"
            );
            db.execute_batch(&format!("{schema}; {marks}")).map_err(explain)?;
        }
        let prepared = prepare(&db, fresh);
        prepared.map_err(|problem| OpenError::Seed(path.clone(), problem.message))?;
        db.execute_batch("COMMIT").map_err(explain)?;
        let (writer, jobs) = mpsc::channel(QUEUE_MAX);
        let readers = Arc::new(Readers::default());
        let thread = std::thread::Builder::new().name("writer".into()).spawn({
            let readers = Arc::clone(&readers);
            move || write_batches(&db, jobs, &readers)
        });
        let thread = thread.map_err(|error| OpenError::Io(path.clone(), error.to_string()))?;
        Ok(Store {
            path,
            writer: Some(writer),
            thread: Some(thread),
            readers,
            _lock: lock,
            _temporary: temporary,
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `job` on a reader, on this thread: a read takes microseconds, handing it over takes
    /// longer.
    pub fn read<R>(&self, job: impl FnOnce(&Connection, &Memo) -> R) -> rusqlite::Result<R> {
        let idle = self.readers.idle().pop();
        let mut reader = idle.map_or_else(|| Reader::open(&self.path), Ok)?;
        reader.see(self.readers.commits.load(Ordering::Acquire))?;
        let answer = job(&reader.db, &reader.memo);
        self.readers.idle().push(reader);
        Ok(answer)
    }

    /// Runs `job` on the writer and waits until its writes are safe. `job` says whether they stay.
    /// `None` when they could not be made safe.
    pub async fn write<R: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> (bool, R) + Send + 'static,
    ) -> Option<R> {
        let (job, answered) = boxed(job);
        self.queue().send(job).await.ok()?;
        answered.await.ok()
    }

    fn queue(&self) -> &mpsc::Sender<Job> {
        self.writer.as_ref().expect("the queue is closed only by drop")
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.readers.idle().clear();
        drop(self.writer.take());
        // The last to let go of the store may be a job of the writer itself.
        let writer =
            self.thread.take().filter(|thread| thread.thread().id() != std::thread::current().id());
        if let Some(thread) = writer {
            // A writer that panicked has said so already.
            let _ = thread.join();
        }
    }
}

fn boxed<R: Send + 'static>(
    job: impl FnOnce(&Connection) -> (bool, R) + Send + 'static,
) -> (Job, oneshot::Receiver<R>) {
    let (sender, answered) = oneshot::channel();
    let job = move |db: &Connection| {
        let (keep, answer) = job(db);
        let tell = move |safe| {
            if safe {
                // The client may have hung up.
                let _ = sender.send(answer);
            }
        };
        Done { keep, tell: Box::new(tell) }
    };
    (Box::new(job), answered)
}

/// Group commit: all waiting jobs share a transaction, a refused one undoes only itself, and nobody
/// is told before the commit.
fn write_batches(db: &Connection, mut jobs: mpsc::Receiver<Job>, readers: &Readers) {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while jobs.blocking_recv_many(&mut batch, BATCH_MAX) > 0 {
        let mut told = Vec::with_capacity(batch.len());
        let committed = write_batch(db, batch.drain(..), &mut told, readers);
        if let Err(error) = &committed {
            tracing::error!("a batch of {} writes is lost: {error}", told.len());
            let _ = db.execute_batch("ROLLBACK");
        }
        readers.outdate();
        for tell in told {
            tell(committed.is_ok());
        }
    }
}

fn write_batch(
    db: &Connection,
    jobs: impl Iterator<Item = Job>,
    told: &mut Vec<Box<dyn FnOnce(bool) + Send>>,
    readers: &Readers,
) -> rusqlite::Result<()> {
    let run = |sql| db.prepare_cached(sql)?.execute(()).map(drop);
    run("BEGIN IMMEDIATE")?;
    for job in jobs {
        run("SAVEPOINT job")?;
        let done = job(db);
        told.push(done.tell);
        if !done.keep {
            run("ROLLBACK TO job")?;
        }
        run("RELEASE job")?;
    }
    readers.let_go();
    run("COMMIT")
}

pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;
         PRAGMA temp_store = MEMORY;",
    )?;
    // Otherwise a prepared statement is planned anew for every LIMIT that is bound to it.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(db)
}

/// Any change of the tables makes another version.
fn version(schema: &str) -> i32 {
    let hash = Sha256::digest(schema);
    i32::from_le_bytes(hash[..4].try_into().expect("four bytes")) & i32::MAX
}

/// Whether there is nothing in the file yet. Refuses a file that is not ours, without touching it.
fn is_fresh(path: &Path, expected: i32) -> Result<bool, OpenError> {
    if std::fs::metadata(path).map_or(true, |file| file.len() == 0) {
        return Ok(true);
    }
    let explain = |error| explain(path, error);
    let db =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(explain)?;
    // Who holds the file now holds it for long.
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
    // A file of its own, beside those of SQLite: locks on the database itself are SQLite's.
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

#[cfg(test)]
mod tests {
    use super::*;

    const SCHEMA: &str = "CREATE TABLE t (n INTEGER) STRICT;";

    fn open(path: Option<&Path>) -> Result<Store, OpenError> {
        Store::open(path, SCHEMA, |_, _| Ok(()))
    }

    fn sum(store: &Store) -> i64 {
        let sum = |db: &Connection, _: &Memo| {
            db.query_row("SELECT coalesce(sum(n), 0) FROM t", (), |row| row.get(0))
        };
        store.read(sum).unwrap().unwrap()
    }

    fn add(db: &Connection, n: i64) {
        db.execute("INSERT INTO t VALUES (?1)", [n]).unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn under_300_concurrent_jobs_a_refused_one_undoes_only_itself() {
        let store = Arc::new(open(None).unwrap());
        let jobs = (0..300).map(|i| {
            let store = store.clone();
            tokio::spawn(async move {
                let keep = i % 3 == 0;
                store.write(move |db| (keep, add(db, if keep { 1 } else { 1000 }))).await
            })
        });
        for job in jobs.collect::<Vec<_>>() {
            assert_eq!(job.await.unwrap(), Some(()));
        }
        assert_eq!(sum(&store), 100);
    }

    #[tokio::test]
    async fn a_read_after_a_write_sees_it_and_the_log_is_used_again() {
        let store = open(None).unwrap();
        for n in 1..=3000 {
            store.write(|db| (true, add(db, 1))).await.unwrap();
            assert_eq!(sum(&store), n);
        }
        let log = store.path().with_extension("db-wal").metadata().unwrap().len();
        assert!(log < 8 << 20, "the log has {log} bytes");
    }

    #[tokio::test]
    async fn what_cannot_be_committed_is_acknowledged_to_nobody_and_leaves_no_trace() {
        let orphans = "CREATE TABLE parent (n INTEGER PRIMARY KEY);
                       CREATE TABLE child (n INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED);";
        let store = Store::open(None, &format!("{SCHEMA} {orphans}"), |_, _| Ok(())).unwrap();
        let orphan = |db: &Connection| {
            add(db, 1000);
            db.execute("INSERT INTO child VALUES (7)", ()).unwrap();
        };
        assert_eq!(store.write(move |db| (true, orphan(db))).await, None);
        assert_eq!(store.write(|db| (true, add(db, 1))).await, Some(()));
        assert_eq!(sum(&store), 1);
    }

    #[test]
    fn a_reader_cannot_write() {
        let store = open(None).unwrap();
        let refused = store.read(|db, _| db.execute("INSERT INTO t VALUES (1)", ()).is_err());
        assert!(refused.unwrap());
        assert_eq!(sum(&store), 0);
    }

    #[tokio::test]
    async fn a_kept_database_is_there_again_but_only_for_one_server_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.db");
        let first = open(Some(&path)).unwrap();
        first.write(|db| (true, add(db, 7))).await.unwrap();
        assert!(matches!(open(Some(&path)), Err(OpenError::Locked(_))));
        drop(first);
        assert_eq!(sum(&open(Some(&path)).unwrap()), 7);
    }

    #[test]
    fn a_database_that_could_not_be_filled_is_fresh_the_next_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.db");
        let fails = Store::open(Some(&path), SCHEMA, |_, _| {
            Err(Problem::conflict("two rows with one key"))
        });
        assert!(matches!(fails, Err(OpenError::Seed(..))));
        let fresh = Store::open(Some(&path), SCHEMA, |db, fresh| {
            assert!(fresh);
            add(db, 3);
            Ok(())
        });
        assert_eq!(sum(&fresh.unwrap()), 3);
    }

    #[test]
    fn a_database_that_is_not_ours_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.db");
        let refused = |bytes: Vec<u8>| {
            std::fs::write(&path, &bytes).unwrap();
            let error = open(Some(&path)).unwrap_err();
            assert_eq!(std::fs::read(&path).unwrap(), bytes, "the file is untouched");
            error
        };
        assert!(matches!(
            refused(b"no database, but long enough to look at".repeat(9)),
            OpenError::Corrupt(..)
        ));

        let made = folder.path().join("made.db");
        drop(
            Store::open(Some(&made), "CREATE TABLE other (n INTEGER) STRICT;", |_, _| Ok(()))
                .unwrap(),
        );
        assert!(matches!(refused(std::fs::read(&made).unwrap()), OpenError::Version { .. }));

        let foreign = folder.path().join("foreign.db");
        Connection::open(&foreign).unwrap().execute_batch(SCHEMA).unwrap();
        assert!(matches!(refused(std::fs::read(&foreign).unwrap()), OpenError::Foreign(_)));
    }

    #[test]
    fn a_database_that_another_process_writes_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("busy.db");
        drop(open(Some(&path)).unwrap());
        let other = Connection::open(&path).unwrap();
        other.execute_batch("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE").unwrap();
        assert!(matches!(open(Some(&path)), Err(OpenError::Locked(_))));
    }
}
