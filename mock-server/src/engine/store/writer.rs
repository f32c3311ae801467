//! The one connection that writes, with group commit and without a thread of its own.
//!
//! Jobs wait in a queue. A task runs them, a batch at a time, and is there only as long as they
//! are: a world that nobody writes to costs nothing but its connection.

use std::{
    collections::VecDeque,
    mem,
    sync::{Arc, Mutex, MutexGuard, Weak},
};

use rusqlite::Connection;
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    sync::oneshot,
};

use super::{database::DatabaseFile, reader::Readers};

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

/// A step, which acknowledges itself.
type Step = Box<dyn FnOnce(&mut Connection) + Send>;

/// What waits for the writer.
enum Work {
    /// Shares a transaction with its neighbours.
    Job(Job),
    /// Is done alone, and makes transactions of its own.
    Step(Step),
}

/// The connection that writes and the queue of its jobs; dropping it does all of them.
#[derive(Debug)]
pub(super) struct Writer(Arc<Desk>);

/// What callers and the task share.
struct Desk {
    file: Arc<DatabaseFile>,
    state: Mutex<State>,
    readers: Arc<Readers>,
}

struct State {
    db: Place,
    queue: VecDeque<Work>,
    /// Whether a task is there to do it.
    attended: bool,
}

/// Where the connection is.
enum Place {
    Here(Connection),
    /// Whoever took it looks at the queue again when it is back.
    AtWork,
    /// It is opened for the next job.
    Closed,
}

/// What is taken from the queue at once.
enum Next {
    Batch(Vec<Job>),
    Step(Step),
}

impl Writer {
    /// Writes to `db`, a connection to `file`, and tells `readers` when something was committed.
    pub(super) fn new(file: Arc<DatabaseFile>, db: Connection, readers: Arc<Readers>) -> Writer {
        let state = State { db: Place::Here(db), queue: VecDeque::new(), attended: false };
        Writer(Arc::new(Desk { file, state: Mutex::new(state), readers }))
    }

    /// Closes the connection, unless there is something to do. The next job opens it again.
    pub(super) fn close(&self) {
        let mut state = self.0.state();
        if let (Place::Here(_), true) = (&state.db, state.queue.is_empty()) {
            let db = mem::replace(&mut state.db, Place::Closed);
            drop(state);
            // No longer locked: to fold the log into the database takes a moment.
            drop(db);
        }
    }

    /// Runs `job` and waits until its writes are committed. `job` says whether they stay. `None`
    /// when they could not be committed. A job whose caller does not wait is run all the same.
    pub(super) async fn run<R: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> (bool, R) + Send + 'static,
    ) -> Option<R> {
        let (job, answered) = boxed(job);
        self.enqueue(Work::Job(job));
        answered.await.ok()
    }

    /// Runs `step` between two batches, and waits for it.
    pub(super) async fn alone<R: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Connection) -> R + Send + 'static,
    ) -> Option<R> {
        let (sender, answered) = oneshot::channel();
        let readers = Arc::clone(&self.0.readers);
        let step = move |db: &mut Connection| {
            readers.end_idle_transactions();
            let answer = step(db);
            readers.count_commit();
            // The client may have hung up.
            let _ = sender.send(answer);
        };
        self.enqueue(Work::Step(Box::new(step)));
        answered.await.ok()
    }

    fn enqueue(&self, work: Work) {
        if self.0.enqueue(work) {
            tokio::spawn(Attendant(Arc::downgrade(&self.0)).attend());
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        while self.0.work(at_once) {}
        self.close();
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
            if !self.work(give_way) {
                break;
            }
        }
    }

    fn work(&self, run: RunStep) -> bool {
        self.0.upgrade().is_some_and(|desk| desk.work(run))
    }
}

impl Drop for Attendant {
    fn drop(&mut self) {
        while self.work(at_once) {}
    }
}

impl Desk {
    /// Adds to the queue; whether that needs an attendant.
    fn enqueue(&self, work: Work) -> bool {
        let mut state = self.state();
        state.queue.push_back(work);
        !mem::replace(&mut state.attended, true)
    }

    /// Does what is next: a step, or the jobs of a batch. Returns whether there was anything, and
    /// nobody else at it.
    fn work(&self, run: RunStep) -> bool {
        // Not locked meanwhile: the last owner of the store may be one of the jobs.
        let Some((mut db, next)) = self.next() else { return false };
        match next {
            Next::Step(step) => {
                run(step, &mut db);
                self.state().db = Place::Here(db);
            }
            Next::Batch(batch) => self.write_batch(db, batch),
        }
        true
    }

    /// The connection and what is next. Without anything the attendant goes.
    fn next(&self) -> Option<(Connection, Next)> {
        let mut state = self.state();
        state.attended = !state.queue.is_empty();
        if !state.attended {
            return None;
        }
        let db = match mem::replace(&mut state.db, Place::AtWork) {
            Place::Here(db) => db,
            Place::AtWork => return None,
            Place::Closed => {
                drop(state);
                let opened = self.file.writer();
                state = self.state();
                match opened {
                    Ok(db) => db,
                    Err(error) => {
                        tracing::error!("{} writes are lost: {error}", state.queue.len());
                        state.db = Place::Closed;
                        state.attended = false;
                        // Their callers are told, once it is no longer locked.
                        let lost = mem::take(&mut state.queue);
                        drop(state);
                        drop(lost);
                        return None;
                    }
                }
            }
        };
        Some((db, state.take_next()))
    }

    /// Group commit: jobs that wait share a transaction, a refused one undoes only itself, and none
    /// is acknowledged before the commit.
    fn write_batch(&self, db: Connection, batch: Vec<Job>) {
        let mut acknowledgements = Vec::with_capacity(batch.len());
        let committed = self.commit(&db, batch, &mut acknowledgements);
        self.state().db = Place::Here(db);
        for acknowledge in acknowledgements {
            acknowledge(committed);
        }
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

impl State {
    /// Takes a step, or the jobs of a batch, from the queue.
    fn take_next(&mut self) -> Next {
        let mut batch = Vec::new();
        while batch.len() < BATCH_MAX {
            match self.queue.pop_front() {
                Some(Work::Job(job)) => batch.push(job),
                Some(Work::Step(step)) if batch.is_empty() => return Next::Step(step),
                Some(step) => {
                    self.queue.push_front(step);
                    break;
                }
                None => break,
            }
        }
        Next::Batch(batch)
    }
}

/// How a step is run.
type RunStep = fn(Step, &mut Connection);

fn at_once(step: Step, db: &mut Connection) {
    step(db);
}

/// A step takes milliseconds: meanwhile another thread goes on with the requests of this worker.
fn give_way(step: Step, db: &mut Connection) {
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::MultiThread => tokio::task::block_in_place(|| step(db)),
        _ => step(db),
    }
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("waiting", &self.state().queue.len()).finish_non_exhaustive()
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
