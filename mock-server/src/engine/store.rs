//! Where state lives: one SQLite file, one writer thread with group commit, readers that never wait for it.

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
};

use rusqlite::{Connection, ErrorCode, OpenFlags};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio::sync::{mpsc, oneshot};

/// Jobs that may share one commit; bounds the latency of the first.
const BATCH_MAX: usize = 64;
/// Jobs that may wait; beyond it callers wait to enqueue.
const QUEUE_MAX: usize = 1024;
/// Prepared statements kept on each connection: every statement of every operation.
const STATEMENTS_MAX: usize = 512;
/// Readers kept open when idle.
const READERS_MAX: usize = 8;
/// Marks a file as ours.
const APPLICATION_ID: i32 = 0x6d6f_636b;

/// Why a database cannot be used. The file stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Somebody else uses it.
    #[error("the database {0} is in use by another process; stop that one or choose another file with --db")]
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
    /// The file system refuses.
    #[error("cannot open the database {0}: {1}")]
    Io(PathBuf, String),
}

/// A connection that only reads.
///
/// It keeps its transaction open from request to request, as long as nothing was committed since: opening and closing
/// one costs more than most reads.
#[derive(Debug)]
struct Reader {
    db: Connection,
    /// How many commits its transaction sees; `None` without one.
    sees: Option<u64>,
}

impl Reader {
    fn open(path: &Path) -> rusqlite::Result<Reader> {
        let db = connect(path)?;
        db.execute_batch("PRAGMA query_only = ON")?;
        Ok(Reader { db, sees: None })
    }

    /// Makes sure that the reader sees the state after `commits` commits.
    fn see(&mut self, commits: u64) -> rusqlite::Result<()> {
        if self.sees != Some(commits) {
            self.close()?;
            self.db.prepare_cached("BEGIN")?.execute(())?;
            self.sees = Some(commits);
        }
        Ok(())
    }

    fn close(&mut self) -> rusqlite::Result<()> {
        if self.sees.take().is_some() {
            self.db.prepare_cached("COMMIT")?.execute(())?;
        }
        Ok(())
    }
}

/// The readers that nobody uses at the moment.
#[derive(Debug, Default)]
struct Readers {
    idle: Mutex<Vec<Reader>>,
    /// How many batches were committed.
    commits: AtomicU64,
}

impl Readers {
    fn idle(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.idle.lock().expect("no code panics while it holds the readers")
    }

    /// After a commit: what readers see is old now. An idle reader must not pin it, or the log could not be reused.
    fn outdate(&self) {
        self.commits.fetch_add(1, Ordering::Release);
        // A reader that cannot end its transaction is of no use.
        self.idle().retain_mut(|reader| reader.close().is_ok());
    }
}

/// What becomes of a job that was run: whether its writes stay, and how the caller is told once they are safe.
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
    /// Whether the tables were made just now.
    pub fresh: bool,
    /// Held so that no second server opens the file.
    _lock: Option<File>,
    /// Removes the file at the end, where nobody asked to keep it.
    _temporary: Option<TempDir>,
}

impl Store {
    /// Opens the database at `path`, or a temporary one; makes the tables of `schema` in a fresh one.
    pub fn open(path: Option<&Path>, schema: &str) -> Result<Store, OpenError> {
        let temporary = match path {
            Some(_) => None,
            None => {
                let folder = tempfile::Builder::new().prefix("mock-server-").tempdir();
                Some(folder.map_err(|error| OpenError::Io(std::env::temp_dir(), error.to_string()))?)
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
        let fresh = std::fs::metadata(&path).map_or(true, |it| it.len() == 0);
        if !fresh {
            inspect(&path, version)?;
        }
        let db = connect(&path).map_err(explain)?;
        if temporary.is_some() {
            // Nobody reads this file after a power cut.
            db.execute_batch("PRAGMA synchronous = OFF").map_err(explain)?;
        }
        if fresh {
            let marks = format!("PRAGMA user_version = {version}; PRAGMA application_id = {APPLICATION_ID};");
            db.execute_batch(&format!("BEGIN IMMEDIATE; {schema}; {marks} COMMIT;")).map_err(explain)?;
        }
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
            fresh,
            _lock: lock,
            _temporary: temporary,
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `job` on a reader, on this thread: a read takes microseconds, handing it over takes longer.
    pub fn read<R>(&self, job: impl FnOnce(&Connection) -> R) -> rusqlite::Result<R> {
        let idle = self.readers.idle().pop();
        let mut reader = idle.map_or_else(|| Reader::open(&self.path), Ok)?;
        reader.see(self.readers.commits.load(Ordering::Acquire))?;
        let answer = job(&reader.db);
        let mut idle = self.readers.idle();
        if idle.len() < READERS_MAX {
            idle.push(reader);
        }
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

    /// The same for a thread that may wait.
    pub fn write_blocking<R: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> (bool, R) + Send + 'static,
    ) -> Option<R> {
        let (job, answered) = boxed(job);
        self.queue().blocking_send(job).ok()?;
        answered.blocking_recv().ok()
    }

    fn queue(&self) -> &mpsc::Sender<Job> {
        self.writer.as_ref().expect("the queue is closed only by drop")
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.readers.idle().clear();
        drop(self.writer.take());
        if let Some(thread) = self.thread.take() {
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

/// Group commit: all waiting jobs share a transaction, a refused one undoes only itself, and nobody is told before
/// the commit.
fn write_batches(db: &Connection, mut jobs: mpsc::Receiver<Job>, readers: &Readers) {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while jobs.blocking_recv_many(&mut batch, BATCH_MAX) > 0 {
        let mut told = Vec::with_capacity(batch.len());
        let committed = write_batch(db, batch.drain(..), &mut told);
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
    run("COMMIT")
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;
         PRAGMA temp_store = MEMORY;",
    )?;
    db.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    Ok(db)
}

/// Any change of the tables makes another version.
fn version(schema: &str) -> i32 {
    let hash = Sha256::digest(schema);
    i32::from_le_bytes(hash[..4].try_into().expect("four bytes")) & i32::MAX
}

/// Refuses a file that is not ours, without touching it.
fn inspect(path: &Path, expected: i32) -> Result<(), OpenError> {
    let explain = |error| explain(path, error);
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(explain)?;
    // Who holds the file now holds it for long.
    db.busy_timeout(std::time::Duration::ZERO).map_err(explain)?;
    let number =
        |pragma: &str| db.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0)).map_err(explain);
    if number("application_id")? != APPLICATION_ID {
        return Err(OpenError::Foreign(path.to_owned()));
    }
    let found = number("user_version")?;
    if found != expected {
        return Err(OpenError::Version { path: path.to_owned(), found, expected });
    }
    let verdict: String = db.pragma_query_value(None, "quick_check", |row| row.get(0)).map_err(explain)?;
    if verdict == "ok" { Ok(()) } else { Err(OpenError::Corrupt(path.to_owned(), verdict)) }
}

fn lock(path: &Path) -> Result<File, OpenError> {
    let failed = |error: io::Error| OpenError::Io(path.to_owned(), error.to_string());
    let file = File::options().create(true).read(true).append(true).open(path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::Locked(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

fn explain(path: &Path, error: rusqlite::Error) -> OpenError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::Locked(path.to_owned()),
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

    fn sum(store: &Store) -> i64 {
        let sum = |db: &Connection| db.query_row("SELECT coalesce(sum(n), 0) FROM t", (), |row| row.get(0));
        store.read(sum).unwrap().unwrap()
    }

    fn add(db: &Connection, n: i64) {
        db.execute("INSERT INTO t VALUES (?1)", [n]).unwrap();
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn under_300_concurrent_jobs_a_refused_one_undoes_only_itself() {
        let store = std::sync::Arc::new(Store::open(None, SCHEMA).unwrap());
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

    #[test]
    fn what_cannot_be_committed_is_acknowledged_to_nobody_and_leaves_no_trace() {
        let schema = format!(
            "{SCHEMA} CREATE TABLE child (n INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED);"
        );
        let store =
            Store::open(None, &format!("CREATE TABLE parent (n INTEGER PRIMARY KEY); {schema}")).unwrap();
        let orphan = |db: &Connection| {
            add(db, 1000);
            db.execute("INSERT INTO child VALUES (7)", ()).unwrap();
        };
        assert_eq!(store.write_blocking(move |db| (true, orphan(db))), None);
        assert_eq!(store.write_blocking(|db| (true, add(db, 1))), Some(()));
        assert_eq!(sum(&store), 1);
    }

    #[test]
    fn a_reader_cannot_write() {
        let store = Store::open(None, SCHEMA).unwrap();
        let refused = store.read(|db| db.execute("INSERT INTO t VALUES (1)", ()).is_err());
        assert!(refused.unwrap());
        assert_eq!(sum(&store), 0);
    }

    #[test]
    fn a_kept_database_is_there_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.db");
        let first = Store::open(Some(&path), SCHEMA).unwrap();
        first.write_blocking(|db| (true, add(db, 7))).unwrap();
        assert!(matches!(Store::open(Some(&path), SCHEMA), Err(OpenError::Locked(_))));
        drop(first);
        assert_eq!(sum(&Store::open(Some(&path), SCHEMA).unwrap()), 7);
    }

    #[test]
    fn a_database_that_is_not_ours_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.db");
        let refused = |bytes: Vec<u8>| {
            std::fs::write(&path, &bytes).unwrap();
            let error = Store::open(Some(&path), SCHEMA).unwrap_err();
            assert_eq!(std::fs::read(&path).unwrap(), bytes, "the file is untouched");
            error
        };
        assert!(matches!(
            refused(b"no database, but long enough to look at".repeat(9)),
            OpenError::Corrupt(..)
        ));

        let made = folder.path().join("made.db");
        drop(Store::open(Some(&made), "CREATE TABLE other (n INTEGER) STRICT;").unwrap());
        assert!(matches!(refused(std::fs::read(&made).unwrap()), OpenError::Version { .. }));

        let foreign = folder.path().join("foreign.db");
        Connection::open(&foreign).unwrap().execute_batch(SCHEMA).unwrap();
        assert!(matches!(refused(std::fs::read(&foreign).unwrap()), OpenError::Foreign(_)));
    }

    #[test]
    fn a_database_that_another_process_writes_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("busy.db");
        drop(Store::open(Some(&path), SCHEMA).unwrap());
        let other = Connection::open(&path).unwrap();
        other.execute_batch("PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE").unwrap();
        assert!(matches!(Store::open(Some(&path), SCHEMA), Err(OpenError::Locked(_))));
    }
}
