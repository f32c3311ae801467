//! The one thread that writes, with group commit.

use std::{io, sync::Arc, thread::JoinHandle};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::reader::Readers;

/// Jobs that may share one commit; bounds the latency of the first.
const BATCH_MAX: usize = 64;
/// Jobs that may wait; beyond it callers wait to enqueue.
const QUEUE_MAX: usize = 1024;

/// Answers the caller of a job, if its writes were committed.
type Acknowledge = Box<dyn FnOnce(bool) + Send>;

/// A job that was run and is not committed yet.
struct Pending {
    /// Whether its writes stay.
    keep: bool,
    acknowledge: Acknowledge,
}

type Job = Box<dyn FnOnce(&Connection) -> Pending + Send>;

/// The writer thread and the queue of its jobs; dropping it waits until all of them are done.
#[derive(Debug)]
pub(super) struct Writer {
    queue: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts a thread that writes to `db` and tells `readers` when something was committed.
    pub(super) fn start(db: Connection, readers: Arc<Readers>) -> io::Result<Writer> {
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let run = move || write_batches(&db, jobs, &readers);
        let thread = std::thread::Builder::new().name("writer".into()).spawn(run)?;
        Ok(Writer { queue: Some(queue), thread: Some(thread) })
    }

    /// Runs `job` and waits until its writes are committed. `job` says whether they stay. `None`
    /// when they could not be committed.
    pub(super) async fn run<R: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> (bool, R) + Send + 'static,
    ) -> Option<R> {
        let (job, answered) = boxed(job);
        let queue = self.queue.as_ref().expect("the queue is closed only by drop");
        queue.send(job).await.ok()?;
        answered.await.ok()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        // The last owner of the store may be a job on this very thread, which cannot join itself.
        let thread =
            self.thread.take().filter(|thread| thread.thread().id() != std::thread::current().id());
        if let Some(thread) = thread {
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

/// Group commit: all waiting jobs share a transaction, a refused one undoes only itself, and none
/// is acknowledged before the commit.
fn write_batches(db: &Connection, mut jobs: mpsc::Receiver<Job>, readers: &Readers) {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while jobs.blocking_recv_many(&mut batch, BATCH_MAX) > 0 {
        let mut acknowledgements = Vec::with_capacity(batch.len());
        let committed = write_batch(db, batch.drain(..), &mut acknowledgements, readers);
        if let Err(error) = &committed {
            tracing::error!("a batch of {} writes is lost: {error}", acknowledgements.len());
            let _ = db.execute_batch("ROLLBACK");
        }
        readers.count_commit();
        for acknowledge in acknowledgements {
            acknowledge(committed.is_ok());
        }
    }
}

fn write_batch(
    db: &Connection,
    jobs: impl Iterator<Item = Job>,
    acknowledgements: &mut Vec<Acknowledge>,
    readers: &Readers,
) -> rusqlite::Result<()> {
    let run = |sql| db.prepare_cached(sql)?.execute(()).map(drop);
    run("BEGIN IMMEDIATE")?;
    for job in jobs {
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
