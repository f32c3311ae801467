//! The one thread that writes, with group commit.

use std::{io, sync::Arc, thread::JoinHandle};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::reader::Readers;

/// Jobs that may share one commit; bounds the latency of the first.
const BATCH_MAX: usize = 64;
/// Jobs that may wait; beyond it callers wait to enqueue.
const QUEUE_MAX: usize = 1024;

/// What becomes of a job that was run: whether its writes stay, and how the caller is told once
/// they are safe.
struct Done {
    keep: bool,
    tell: Box<dyn FnOnce(bool) + Send>,
}

type Job = Box<dyn FnOnce(&Connection) -> Done + Send>;

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

    /// Runs `job` and waits until its writes are safe. `job` says whether they stay. `None` when
    /// they could not be made safe.
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
        // The last to let go of the store may be a job of the writer itself.
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
