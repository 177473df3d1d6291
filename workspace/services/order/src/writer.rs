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

#[cfg(test)]
mod tests {
    use std::{sync::Arc, sync::mpsc as std_mpsc, time::Duration};

    use palinode_participant::{Codec, Composer, LocalSchemas, Outbox};
    use tokio::task::JoinSet;

    use super::*;
    use crate::{
        Item, Placement, Wish,
        idempotency::{Fingerprint, IdempotencyKey},
        tables,
        trace::Traceparent,
    };

    fn counter() -> Counter {
        let codec = Codec::new(Arc::new(LocalSchemas::default()));
        Counter::new(Composer::new("order", codec), Duration::from_secs(3_600))
    }

    fn database() -> Database {
        let database = Database::in_memory().unwrap();
        database.transaction(|tx| tables::create(tx)).unwrap();
        database
    }

    fn ids() -> CallIds {
        CallIds {
            traceparent: Traceparent::random(),
            correlation: "call".into(),
        }
    }

    fn place(key: &str, customer: &str) -> Request {
        let placement = Placement {
            customer_id: customer.into(),
            customer_name: "Ada".into(),
            items: vec![Item {
                sku: "tea".into(),
                quantity: 1,
            }],
            total_minor: 100,
            currency: "EUR".into(),
        };
        let fingerprint = Fingerprint::of(&placement);
        Request::Place {
            placement,
            key: IdempotencyKey::parse(key).unwrap(),
            fingerprint,
        }
    }

    fn job(request: Request) -> Job {
        Job {
            request,
            ids: ids(),
            running: None,
            answer: oneshot::channel().0,
        }
    }

    #[test]
    fn a_request_that_fails_takes_no_neighbour_of_its_batch_with_it() {
        let database = database();
        let trigger = "CREATE TRIGGER picky BEFORE INSERT ON orders WHEN NEW.customer_id = 'c-bad'
                       BEGIN SELECT RAISE(ABORT, 'not this one'); END";
        database.transaction(|tx| tx.execute_batch(trigger)).unwrap();
        let batch = [
            job(place("k-1", "c-1")),
            job(place("k-2", "c-bad")),
            job(place("k-3", "c-3")),
        ];
        let answers = database.transaction(|tx| serve_all(tx, &counter(), &batch)).unwrap();
        assert!(matches!(answers[0], Ok(Done::Placed { .. })) && matches!(answers[2], Ok(Done::Placed { .. })));
        assert_eq!(answers[1], Err(Problem::Unavailable));
        assert_eq!(database.read(Outbox::depth).unwrap(), 2);
    }

    #[test]
    fn a_repeat_in_the_same_batch_gets_the_same_answer() {
        let database = database();
        let batch = [
            job(place("k-1", "c-1")),
            job(place("k-1", "c-1")),
            job(place("k-1", "c-2")),
        ];
        let answers = database.transaction(|tx| serve_all(tx, &counter(), &batch)).unwrap();
        let [
            Ok(Done::Placed { body, .. }),
            Ok(Done::Repeated { body: again, .. }),
            Err(Problem::KeyReused),
        ] = &answers[..]
        else {
            panic!("{answers:?}");
        };
        assert_eq!(body, again);
        assert_eq!(database.read(Outbox::depth).unwrap(), 1);
    }

    #[test]
    fn a_refused_wish_leaves_no_trace() {
        let database = database();
        let answers = database
            .transaction(|tx| serve_all(tx, &counter(), &[job(place("k-1", "c-1"))]))
            .unwrap();
        let Ok(Done::Placed { order_id, .. }) = &answers[0] else {
            panic!()
        };
        let wishes = || {
            database
                .read(|connection| connection.query_row("SELECT wishes FROM orders", [], |row| row.get::<_, i64>(0)))
        };
        let wish = || {
            [job(Request::Wish {
                order_id: order_id.clone(),
                wish: Wish::Pay,
            })]
        };
        database.transaction(|tx| serve_all(tx, &counter(), &wish())).unwrap()[0]
            .as_ref()
            .unwrap();
        assert_eq!(wishes(), Ok(1));
        database
            .transaction(|tx| tx.execute_batch("UPDATE orders SET status = 'completed'"))
            .unwrap();
        let answers = database.transaction(|tx| serve_all(tx, &counter(), &wish())).unwrap();
        assert!(matches!(&answers[0], Err(Problem::OrderEnded { status }) if status == "completed"));
        assert_eq!(wishes(), Ok(1));
    }

    #[tokio::test]
    async fn when_too_many_wait_the_next_is_told_to_come_again_and_the_others_are_served() {
        let database = database();
        let (held, release) = (std_mpsc::channel::<()>(), std_mpsc::channel::<()>());
        let holder = thread::spawn({
            let database = database.clone();
            move || {
                database.transaction(|_| {
                    held.0.send(()).unwrap();
                    release.1.recv().unwrap();
                    Ok::<_, rusqlite::Error>(())
                })
            }
        });
        held.1.recv().unwrap();
        let (writer, thread) = Writer::start(database, counter()).unwrap();
        let mut waiting = JoinSet::new();
        for _ in 0..=WAITING_MAX + BATCH_MAX {
            let writer = writer.clone();
            let request = Request::Wish {
                order_id: "o-none".into(),
                wish: Wish::Pay,
            };
            waiting.spawn(async move { writer.serve(request, ids(), None).await });
        }
        assert_eq!(
            waiting.join_next().await.unwrap().unwrap(),
            Err(Problem::Full),
            "one more than there is room for"
        );
        release.0.send(()).unwrap();
        let answers = waiting.join_all().await;
        let served = answers
            .iter()
            .filter(|answer| **answer == Err(Problem::UnknownOrder))
            .count();
        let full = answers.iter().filter(|answer| **answer == Err(Problem::Full)).count();
        assert!(
            served >= WAITING_MAX && served + full == answers.len(),
            "{served} served, {full} too many"
        );
        holder.join().unwrap().unwrap();
        drop(writer);
        thread.join().unwrap();
    }
}
