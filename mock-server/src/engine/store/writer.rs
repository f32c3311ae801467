//! The one connection that writes, with group commit and without a thread of its own.
//!
//! Jobs wait in a queue. A task runs them, a batch at a time, and is there only as long as jobs
//! are: a world that nobody writes to costs nothing but its connection.

use std::{
    collections::VecDeque,
    mem,
    sync::{Arc, Mutex, MutexGuard, Weak},
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::reader::Readers;

/// Jobs that may share one commit; bounds the latency of the first. Jobs are run in the order in
/// which they came, so one that comes as number `n` is committed with the `n / BATCH_MAX`-th batch
/// after the one under way.
const BATCH_MAX: usize = 64;

/// Answers the caller of a job, if its writes were committed.
type Acknowledge = Box<dyn FnOnce(bool) + Send>;

/// A job that was run and is not committed yet.
struct Pending {
    /// Whether its writes stay.
    keep: bool,
    acknowledge: Acknowledge,
}

type Job = Box<dyn FnOnce(&Connection) -> Pending + Send>;

/// The connection that writes and the queue of its jobs; dropping it does all of them.
#[derive(Debug)]
pub(super) struct Writer(Arc<Desk>);

/// What callers and the task share.
struct Desk {
    state: Mutex<State>,
    readers: Arc<Readers>,
}

struct State {
    /// The connection. Whoever takes it for a batch looks at the queue again when it is back.
    db: Option<Connection>,
    jobs: VecDeque<Job>,
    /// Whether a task is there to run them.
    attended: bool,
}

impl Writer {
    /// Writes to `db` and tells `readers` when something was committed.
    pub(super) fn new(db: Connection, readers: Arc<Readers>) -> Writer {
        let state = State { db: Some(db), jobs: VecDeque::new(), attended: false };
        Writer(Arc::new(Desk { state: Mutex::new(state), readers }))
    }

    /// Runs `job` and waits until its writes are committed. `job` says whether they stay. `None`
    /// when they could not be committed. A job whose caller does not wait is run all the same.
    pub(super) async fn run<R: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> (bool, R) + Send + 'static,
    ) -> Option<R> {
        let (job, answered) = boxed(job);
        if self.0.enqueue(job) {
            tokio::spawn(Attendant(Arc::downgrade(&self.0)).attend());
        }
        answered.await.ok()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        while self.0.write_batch() {}
        drop(self.0.state().db.take());
    }
}

/// Runs the jobs that wait. A runtime that shuts down drops it, and then it runs them at once.
///
/// It does not own the desk: a store that nobody holds any more is closed, not waited for.
struct Attendant(Weak<Desk>);

impl Attendant {
    async fn attend(self) {
        loop {
            // Requests that are ready as well queue their jobs first, and share the commit.
            tokio::task::yield_now().await;
            if !self.write_batch() {
                break;
            }
        }
    }

    fn write_batch(&self) -> bool {
        self.0.upgrade().is_some_and(|desk| desk.write_batch())
    }
}

impl Drop for Attendant {
    fn drop(&mut self) {
        while self.write_batch() {}
    }
}

impl Desk {
    /// Adds a job; whether it needs an attendant.
    fn enqueue(&self, job: Job) -> bool {
        let mut state = self.state();
        state.jobs.push_back(job);
        !mem::replace(&mut state.attended, true)
    }

    /// Group commit: jobs that wait share a transaction, a refused one undoes only itself, and none
    /// is acknowledged before the commit. Returns whether there were any, and nobody else at it.
    fn write_batch(&self) -> bool {
        // Not locked while they run: the last owner of the store may be one of them.
        let Some((db, batch)) = self.next_batch() else { return false };
        let mut acknowledgements = Vec::with_capacity(batch.len());
        let committed = self.commit(&db, batch, &mut acknowledgements);
        self.state().db = Some(db);
        for acknowledge in acknowledgements {
            acknowledge(committed);
        }
        true
    }

    /// The connection and the jobs of the next batch. Without any the attendant goes.
    fn next_batch(&self) -> Option<(Connection, Vec<Job>)> {
        let mut state = self.state();
        state.attended = !state.jobs.is_empty();
        if !state.attended {
            return None;
        }
        let db = state.db.take()?;
        let size = state.jobs.len().min(BATCH_MAX);
        Some((db, state.jobs.drain(..size).collect()))
    }

    /// Whether the jobs are committed.
    fn commit(
        &self,
        db: &Connection,
        batch: Vec<Job>,
        acknowledgements: &mut Vec<Acknowledge>,
    ) -> bool {
        let committed = transact(db, batch, acknowledgements, &self.readers);
        if let Err(error) = &committed {
            tracing::error!("a batch of {} writes is lost: {error}", acknowledgements.len());
            let _ = db.execute_batch("ROLLBACK");
        }
        self.readers.count_commit();
        committed.is_ok()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no code panics while it holds the state")
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("waiting", &self.state().jobs.len()).finish_non_exhaustive()
    }
}

fn boxed<R: Send + 'static>(
    job: impl FnOnce(&Connection) -> (bool, R) + Send + 'static,
) -> (Job, oneshot::Receiver<R>) {
    let (sender, answered) = oneshot::channel();
    let job = move |db: &Connection| {
        let (keep, answer) = job(db);
        let acknowledge = move |committed| {
            if committed {
                // The client may have hung up.
                let _ = sender.send(answer);
            }
        };
        Pending { keep, acknowledge: Box::new(acknowledge) }
    };
    (Box::new(job), answered)
}

/// Runs the jobs of a batch in one transaction and commits it.
fn transact(
    db: &Connection,
    batch: Vec<Job>,
    acknowledgements: &mut Vec<Acknowledge>,
    readers: &Readers,
) -> rusqlite::Result<()> {
    let run = |sql| db.prepare_cached(sql)?.execute(()).map(drop);
    run("BEGIN IMMEDIATE")?;
    for job in batch {
        run("SAVEPOINT job")?;
        let pending = job(db);
        acknowledgements.push(pending.acknowledge);
        if !pending.keep {
            run("ROLLBACK TO job")?;
        }
        run("RELEASE job")?;
    }
    readers.end_idle_transactions();
    run("COMMIT")
}
