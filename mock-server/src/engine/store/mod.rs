//! Where state lives: one SQLite file, one writer at a time with group commit, readers that never
//! wait for it.

mod connection;
mod database;
mod key_cache;
mod reader;
mod schema;
mod snapshot;
mod writer;

use std::{
    path::Path,
    sync::{Arc, atomic::Ordering},
};

use rusqlite::Connection;

use crate::engine::problem::Result;
use database::DatabaseFile;
use reader::{Reader, Readers};
use writer::Writer;

pub use database::{OpenError, Source};
pub use key_cache::{KeyCache, KeyGrant};
pub use schema::{Fill, Schema};
pub use snapshot::Snapshot;

/// A database. Its connections are opened when they are needed.
#[derive(Debug)]
pub struct Store {
    // Fields are dropped in this order: the file goes after the last connection.
    writer: Writer,
    readers: Arc<Readers>,
    file: Arc<DatabaseFile>,
    schema: Arc<Schema>,
}

impl Store {
    /// Opens a database with the tables of `schema`. A fresh one becomes what `begin` makes of the
    /// empty tables, or nothing; then it is told to `go_on`, as one that was filled before, and
    /// whether it is a fresh one.
    pub fn open(
        source: Source,
        schema: Arc<Schema>,
        begin: &Fill,
        go_on: impl FnOnce(&Connection, bool) -> Result<()>,
    ) -> Result<Store, OpenError> {
        let (file, db) = database::open(source, &schema, begin, go_on)?;
        let (file, readers) = (Arc::new(file), Arc::new(Readers::default()));
        let writer = Writer::new(Arc::clone(&file), db, Arc::clone(&readers));
        Ok(Store { writer, readers, file, schema })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.file.path
    }

    /// Its tables.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// Closes the connections that nobody uses; they are opened again when they are needed.
    pub fn close_connections(&self) {
        self.readers.idle().clear();
        self.writer.close();
    }

    /// Runs `job` on a reader, on this thread: a read takes microseconds, handing it to another
    /// thread takes longer.
    pub fn read<R>(&self, job: impl FnOnce(&Connection, &KeyCache) -> R) -> rusqlite::Result<R> {
        let idle = self.readers.idle().pop();
        let mut reader = idle.map_or_else(|| Reader::open(&self.file.path), Ok)?;
        reader.refresh(self.readers.commits.load(Ordering::Acquire))?;
        let answer = job(&reader.db, &reader.keys);
        self.readers.idle().push(reader);
        Ok(answer)
    }

    /// Runs `job` on the writer and waits until its writes are committed. `job` says whether they
    /// stay. `None` when they could not be committed.
    pub async fn write<R: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> (bool, R) + Send + 'static,
    ) -> Option<R> {
        self.writer.run(job).await
    }

    /// Runs `step` on the writer's connection between two batches, to its end, also if the caller
    /// leaves. The next write begins after it.
    pub async fn alone<R: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Connection) -> R + Send + 'static,
    ) -> Option<R> {
        self.writer.alone(step).await
    }

    /// Makes `db`, the connection of a step, what `begin` makes of empty tables, in one
    /// transaction. It costs what the new rows cost, however many there were.
    pub fn begin_again(&self, db: &mut Connection, begin: &Fill) -> Result<()> {
        self.schema.begin_again(db, begin)
    }

    /// Copies what `db`, the connection of a step, is connected to.
    pub fn snapshot(&self, db: &Connection) -> Result<Snapshot> {
        Snapshot::of(db, self.path())
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Before the writer closes the last connection, which folds the log into the database.
        self.readers.idle().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::problem::Problem;

    const SCHEMA: &str = "CREATE TABLE t (n INTEGER) STRICT;";

    fn open(path: Option<&Path>) -> Result<Store, OpenError> {
        open_with(path, SCHEMA, |_| Ok(()))
    }

    fn filling(rows: &dyn Fn(&Connection) -> Result<()>) -> Fill<'_> {
        Fill { recipe: None, rows }
    }

    /// Opens a store whose tables `sql` makes.
    fn open_with(
        path: Option<&Path>,
        sql: &str,
        begin: impl Fn(&Connection) -> Result<()>,
    ) -> Result<Store, OpenError> {
        let (source, schema) =
            (path.map_or(Source::Nothing, Source::Kept), Schema::new(sql.to_owned()));
        Store::open(source, Arc::new(schema), &filling(&begin), |_, _| Ok(()))
    }

    fn sum(store: &Store) -> i64 {
        let sum = |db: &Connection, _: &KeyCache| {
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
    async fn writes_are_done_in_the_order_in_which_they_came() {
        let store = open(None).unwrap();
        let jobs = (1..=300).map(|n| store.write(move |db| (true, add(db, n))));
        futures_util::future::join_all(jobs).await;
        let in_order = |db: &Connection, _: &KeyCache| {
            db.query_row("SELECT sum(n = rowid) FROM t", (), |row| row.get::<_, i64>(0))
        };
        assert_eq!(store.read(in_order).unwrap().unwrap(), 300);
    }

    #[tokio::test]
    async fn a_step_is_done_between_two_batches_and_the_next_write_begins_after_it() {
        let store = Arc::new(open(None).unwrap());
        let before = store.write(|db| (true, add(db, 1000)));
        let again = Arc::clone(&store);
        let begin = |db: &Connection| {
            add(db, 7);
            Ok(())
        };
        let step = store.alone(move |db| again.begin_again(db, &filling(&begin)).unwrap());
        let after = store.write(|db| (true, add(db, 1)));
        assert_eq!(tokio::join!(before, step, after), (Some(()), Some(()), Some(())));
        assert_eq!(sum(&store), 8);
    }

    #[tokio::test]
    async fn what_cannot_begin_again_stays_as_it_is() {
        let store = Arc::new(open(None).unwrap());
        store.write(|db| (true, add(db, 3))).await.unwrap();
        let again = Arc::clone(&store);
        let fails = |_: &Connection| Err(Problem::conflict("two rows with one key"));
        let step = store.alone(move |db| again.begin_again(db, &filling(&fails)).is_err());
        assert_eq!(step.await, Some(true));
        assert_eq!(sum(&store), 3);
    }

    #[test]
    fn a_beginning_that_panics_does_not_spoil_the_next_one() {
        let schema = Schema::new(SCHEMA.to_owned());
        let mut db = Connection::open_in_memory().unwrap();
        let mut begin = |fill: fn(&Connection)| {
            let fill = |db: &Connection| {
                fill(db);
                Ok(())
            };
            let begin = || schema.begin_again(&mut db, &filling(&fill)).is_ok();
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(begin)).is_ok_and(|it| it)
        };
        assert!(!begin(|_| panic!("in the middle of the rows")));
        assert!(begin(|db| add(db, 1)));
    }

    /// Polls a write once, so that it waits for the writer, and leaves.
    async fn write_and_leave(store: &Store) {
        let write = std::pin::pin!(store.write(|db| (true, add(db, 1))));
        assert!(futures_util::future::poll_immediate(write).await.is_none());
    }

    #[tokio::test]
    async fn a_write_that_nobody_waits_for_is_done_all_the_same() {
        let store = open(None).unwrap();
        write_and_leave(&store).await;
        while sum(&store) == 0 {
            tokio::task::yield_now().await;
        }
    }

    #[test]
    fn a_runtime_that_shuts_down_does_what_was_begun() {
        let store = open(None).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(write_and_leave(&store));
        assert_eq!(sum(&store), 0);
        drop(runtime);
        assert_eq!(sum(&store), 1);
    }

    #[tokio::test]
    async fn a_store_that_is_dropped_does_what_was_begun() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.db");
        let store = open(Some(&path)).unwrap();
        write_and_leave(&store).await;
        drop(store);
        assert_eq!(sum(&open(Some(&path)).unwrap()), 1);
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
        let orphans = "
            CREATE TABLE parent (n INTEGER PRIMARY KEY);
            CREATE TABLE child (
                n INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED
            );";
        let store = open_with(None, &format!("{SCHEMA} {orphans}"), |_| Ok(())).unwrap();
        let orphan = |db: &Connection| {
            add(db, 1000);
            db.execute("INSERT INTO child VALUES (7)", ()).unwrap();
        };
        assert_eq!(store.write(move |db| (true, orphan(db))).await, None);
        assert_eq!(store.write(|db| (true, add(db, 1))).await, Some(()));
        assert_eq!(sum(&store), 1);
    }

    #[tokio::test]
    async fn closed_connections_are_opened_again_and_nothing_is_lost() {
        let store = open(None).unwrap();
        for n in 1..=3 {
            store.write(|db| (true, add(db, 1))).await.unwrap();
            assert_eq!(sum(&store), n);
            store.close_connections();
            assert!(!store.path().with_extension("db-wal").exists());
        }
        assert_eq!(sum(&store), 3);
    }

    #[tokio::test]
    async fn connections_that_cannot_be_opened_again_lose_the_write_and_not_the_store() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.db");
        let store = open(Some(&path)).unwrap();
        store.close_connections();
        let away = folder.path().join("away");
        std::fs::rename(&path, &away).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert_eq!(store.write(|db| (true, add(db, 1))).await, None);
        std::fs::remove_dir(&path).unwrap();
        std::fs::rename(&away, &path).unwrap();
        assert_eq!(store.write(|db| (true, add(db, 1))).await, Some(()));
        assert_eq!(sum(&store), 1);
    }

    #[tokio::test]
    async fn a_snapshot_is_what_was_committed_and_stays_so() {
        let store = Arc::new(open(None).unwrap());
        store.write(|db| (true, add(db, 7))).await.unwrap();
        let copied = Arc::clone(&store);
        let snapshot = store.alone(move |db| copied.snapshot(db)).await.unwrap().unwrap();
        store.write(|db| (true, add(db, 1000))).await.unwrap();
        let copy = Store::open(
            Source::Copy(snapshot.path()),
            Arc::clone(store.schema()),
            &filling(&|_| panic!("it is filled")),
            |_, fresh| if fresh { Err(Problem::conflict("a fresh one")) } else { Ok(()) },
        );
        assert_eq!(sum(&copy.unwrap()), 7);
        let restored = Arc::clone(&store);
        let restore = move |db: &mut Connection| snapshot.restore_to(db).map(|()| drop(restored));
        store.alone(restore).await.unwrap().unwrap();
        assert_eq!(sum(&store), 7);
    }

    #[test]
    fn what_a_recipe_names_is_written_once() {
        let schema = Schema::new(SCHEMA.to_owned());
        let times = std::cell::Cell::new(0);
        let rows = |db: &Connection| {
            times.set(times.get() + 1);
            add(db, 7);
            Ok(())
        };
        let mut db = Connection::open_in_memory().unwrap();
        for (recipe, expected) in [("a", 1), ("a", 1), ("b", 2), ("a", 3)] {
            let fill = Fill { recipe: Some(recipe.to_owned()), rows: &rows };
            schema.begin_again(&mut db, &fill).unwrap();
            let sum = db.query_row("SELECT sum(n) FROM t", (), |row| row.get::<_, i64>(0));
            assert_eq!((times.get(), sum.unwrap()), (expected, 7));
        }
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
        let fails =
            open_with(Some(&path), SCHEMA, |_| Err(Problem::conflict("two rows with one key")));
        assert!(matches!(fails, Err(OpenError::Seed(..))));
        let fresh = open_with(Some(&path), SCHEMA, |db| {
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
        let other = "CREATE TABLE other (n INTEGER) STRICT;";
        drop(open_with(Some(&made), other, |_| Ok(())).unwrap());
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
