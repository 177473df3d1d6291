//! The one thread that writes for HTTP requests: it takes what waits, commits it in one transaction, then answers.
//!
//! A commit that reaches the disk costs the same for one order as for hundreds; what arrives during a commit is the
//! next batch. Nobody is answered before the commit.

use std::thread::{self, JoinHandle};

use metrics::{counter, histogram};
use palinode_participant::{Database, Error, HandlerError, now};
use rusqlite::Transaction;
use tokio::sync::{mpsc, oneshot};

use crate::{
    counter::{Counter, Done, Request},
    idempotency::RunningCall,
    problem::Problem,
    trace::CallIds,
};

/// Requests that wait for the writer: about a second's work. Above it callers are told to come again.
const WAITING_MAX: usize = 2_048;
/// Requests in one transaction: the commit's cost is long shared by then, and the first of them has not waited long.
const BATCH_MAX: usize = 256;

type Answer = Result<Done, Problem>;

/// A request that waits for the writer.
struct Job {
    request: Request,
    ids: CallIds,
    running: Option<RunningCall>,
    answer: oneshot::Sender<Answer>,
}

/// The way to the writer. Cheap to clone; the writer ends when all of these are gone.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    /// Starts the writer's thread.
    pub(crate) fn start(database: Database, counter: Counter) -> Result<(Self, JoinHandle<()>), Error> {
        let (jobs, waiting) = mpsc::channel(WAITING_MAX);
        let thread = thread::Builder::new()
            .name("order-writer".into())
            .spawn(move || work(waiting, &database, &counter))
            .map_err(|source| Error::Thread {
                name: "order-writer".into(),
                source,
            })?;
        Ok((Self { jobs }, thread))
    }

    /// Hands a request to the writer and waits for its answer. The request is done even when nobody waits any longer;
    /// `running` ends with it.
    pub(crate) async fn serve(&self, request: Request, ids: CallIds, running: Option<RunningCall>) -> Answer {
        let (answer, answered) = oneshot::channel();
        match self.jobs.try_send(Job {
            request,
            ids,
            running,
            answer,
        }) {
            Ok(()) => answered.await.unwrap_or(Err(Problem::Unavailable)),
            Err(mpsc::error::TrySendError::Full(_)) => Err(Problem::Full),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(Problem::Unavailable),
        }
    }
}

fn work(mut waiting: mpsc::Receiver<Job>, database: &Database, counter: &Counter) {
    let mut batch = Vec::with_capacity(BATCH_MAX);
    while waiting.blocking_recv_many(&mut batch, BATCH_MAX) > 0 {
        histogram!("shop_orders_batch_requests").record(batch.len() as f64);
        let done = database.transaction(|tx| serve_all(tx, counter, &batch));
        let answers = match done {
            Ok(answers) => answers,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    requests = batch.len(),
                    "a batch of requests was not stored"
                );
                counter!("shop_orders_batches_failed_total").increment(1);
                batch.iter().map(|_| Err(Problem::Unavailable)).collect()
            }
        };
        for (job, answer) in batch.drain(..).zip(answers) {
            drop(job.running);
            // A caller that went away finds the stored answer when it repeats its request.
            let _ = job.answer.send(answer);
        }
    }
}

/// Serves each request in a savepoint of its own, so that one that fails takes none of the others with it.
fn serve_all(tx: &Transaction<'_>, counter: &Counter, batch: &[Job]) -> Result<Vec<Answer>, HandlerError> {
    let at = now().0;
    let mut answers = Vec::with_capacity(batch.len());
    for job in batch {
        tx.execute_batch("SAVEPOINT request")?;
        let answer = counter.serve(tx, &job.request, &job.ids, at).unwrap_or_else(|error| {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                correlation_id = job.ids.correlation,
                "a request could not be served"
            );
            Err(Problem::Unavailable)
        });
        // A refusal changes nothing either: not even the count of wishes.
        tx.execute_batch(if answer.is_ok() {
            "RELEASE request"
        } else {
            "ROLLBACK TO request; RELEASE request"
        })?;
        answers.push(answer);
    }
    counter.tidy(tx, at)?;
    Ok(answers)
}
