//! The transactions of one transactional id.
//!
//! librdkafka ends transactions in the old way, in which a delayed request can hit a later transaction; so an end that
//! is not confirmed is never tried again here: the producer is given up, and the next one begins by fencing it.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rdkafka::{
    error::KafkaError,
    message::{Header as KafkaHeader, OwnedHeaders},
    producer::{BaseProducer, BaseRecord, Producer},
    types::RDKafkaErrorCode as Code,
};

use super::{
    client,
    deliveries::{Delivered, DeliveryContext, Failure},
    failure,
    poller::Poller,
    settings::{ABORT_TIMEOUT, COMMIT_TIMEOUT, FENCE_TIMEOUT, Settings, TRANSACTION_TIMEOUT},
};
use crate::{Application, Error, Outcome, Produced, Refused, Slot};

/// How long a full queue is waited for before the next look.
const ROOM_WAIT: Duration = Duration::from_millis(10);
/// After a record's report was passed on, librdkafka still counts it for some microseconds: this often it is looked
/// at again without sleeping, and then with this sleep between.
const SPINS: usize = 200;
const SPIN_SLEEP: Duration = Duration::from_micros(50);

/// A producer whose id is initialised. Dropping it does not wait.
pub(super) struct TaskProducer {
    producer: Arc<BaseProducer<DeliveryContext>>,
    poller: Poller,
    id: String,
}

/// A record that stopped a transaction.
struct Stopped {
    record: usize,
    error: KafkaError,
}

impl TaskProducer {
    /// Makes a producer and initialises its id: older instances are fenced and their transaction is ended.
    pub(super) fn fence(
        settings: &Settings,
        application: &Application,
        journal: Arc<str>,
        task: i32,
        slot: Slot,
    ) -> Result<Self, Error> {
        let id = client::transactional_id(application, task, slot);
        let what = format!("initialising the transactional id '{id}'");
        let producer: BaseProducer<DeliveryContext> = client::producer(settings, application, task, slot)
            .create_with_context(DeliveryContext::new(Arc::clone(&journal), task))
            .map_err(|error| failure::environment(&error, &what))?;
        let producer = Arc::new(producer);
        let poller = Poller::start(Arc::clone(&producer), format!("deliver-{task}-{}", slot.as_str()))?;
        client::connect_to_leader(&*producer, &journal, task);
        producer
            .init_transactions(FENCE_TIMEOUT)
            .map_err(|error| failure::environment(&error, &what))?;
        Ok(Self { producer, poller, id })
    }

    /// Writes `records` in one transaction. After `Fenced` and `Indefinite` the producer has to be dropped.
    pub(super) fn commit(&self, records: &[Produced]) -> Outcome {
        self.poller.wake();
        let outcome = self.transact(records);
        self.poller.rest();
        outcome
    }

    fn transact(&self, records: &[Produced]) -> Outcome {
        let started = Instant::now();
        let deadline = started + COMMIT_TIMEOUT;
        let context = self.producer.context();
        context.begin(records.len());
        if let Err(error) = self.producer.begin_transaction() {
            return self.lost(&error, started);
        }
        if let Err(stopped) = self.send_all(records, deadline) {
            return self.stopped(records, stopped, started);
        }
        match context.wait(deadline) {
            Delivered::All { journal_offset } => self.end(journal_offset, started, deadline),
            Delivered::Failed(Failure { record, code }) => {
                let error = KafkaError::MessageProduction(code);
                self.stopped(records, Stopped { record, error }, started)
            }
            Delivered::TimedOut => self.abort("no delivery report came in time".into(), None, started),
        }
    }

    fn send_all(&self, records: &[Produced], deadline: Instant) -> Result<(), Stopped> {
        for (index, record) in records.iter().enumerate() {
            let mut message = BaseRecord::with_opaque_to(&record.topic, index)
                .payload(record.value.as_ref())
                .headers(headers(record));
            message.key = record.key.as_deref();
            message.partition = record.partition;
            loop {
                match self.producer.send(message) {
                    Ok(()) => break,
                    Err((KafkaError::MessageProduction(Code::QueueFull), back)) if Instant::now() < deadline => {
                        message = back;
                        self.producer.context().wait_for_room(ROOM_WAIT);
                    }
                    Err((error, _)) => return Err(Stopped { record: index, error }),
                }
            }
        }
        Ok(())
    }

    /// All records are delivered: decides the transaction.
    fn end(&self, journal_offset: Option<i64>, started: Instant, deadline: Instant) -> Outcome {
        self.settle(deadline);
        match self.producer.commit_transaction(remaining(deadline)) {
            Ok(()) => Outcome::Committed { journal_offset },
            // Whatever else the client says about a commit that it has sent, it may stand.
            Err(error) => self.lost(&error, started),
        }
    }

    /// Waits until the client itself counts no record as under way; rdkafka's commit would wait for that in slices of
    /// 100 ms.
    fn settle(&self, deadline: Instant) {
        for turn in 0.. {
            if self.producer.in_flight_count() == 0 || Instant::now() >= deadline {
                return;
            }
            if turn < SPINS {
                thread::yield_now()
            } else {
                thread::sleep(SPIN_SLEEP)
            }
        }
    }

    /// A record was refused or not delivered, and no commit was sent: aborts, and finds out who is to blame.
    fn stopped(&self, records: &[Produced], stopped: Stopped, started: Instant) -> Outcome {
        if self.producer.client().fatal_error().is_some() {
            return self.lost(&stopped.error, started);
        }
        let code = stopped.error.rdkafka_error_code();
        if matches!(stopped.error, KafkaError::Nul(_)) || code.is_some_and(failure::is_refusal) {
            let topic = Arc::clone(&records[stopped.record].topic);
            let reason = format!("'{topic}' refused a record: {}", stopped.error);
            return self.abort(
                reason,
                Some(Refused {
                    topic,
                    record: Some(stopped.record),
                }),
                started,
            );
        }
        let (reason, refused) = self.cause(&stopped.error);
        self.abort(reason, refused, started)
    }

    /// Why the client threw records away. A commit of a failed transaction is refused with the cause, before anything
    /// is sent.
    fn cause(&self, error: &KafkaError) -> (String, Option<Refused>) {
        match self.producer.commit_transaction(ABORT_TIMEOUT) {
            Err(cause) if cause.rdkafka_error_code().is_some_and(failure::is_refusal) => {
                let refused = self
                    .producer
                    .context()
                    .blamed()
                    .map(|topic| Refused { topic, record: None });
                (cause.to_string(), refused)
            }
            Err(cause) => (format!("{error}; {cause}"), None),
            Ok(()) => (error.to_string(), None),
        }
    }

    fn abort(&self, reason: String, refused: Option<Refused>, started: Instant) -> Outcome {
        match self.producer.abort_transaction(ABORT_TIMEOUT) {
            Ok(()) => Outcome::Aborted { reason, refused },
            Err(error) => self.lost(&error, started),
        }
    }

    /// The producer is of no more use: tells whether another one has its id.
    fn lost(&self, error: &KafkaError, started: Instant) -> Outcome {
        let fatal = self.producer.client().fatal_error();
        let code = fatal.as_ref().map(|(code, _)| *code).or(error.rdkafka_error_code());
        let words = fatal.map_or_else(|| error.to_string(), |(_, words)| words);
        if !code.is_some_and(failure::is_fenced) {
            return Outcome::Indefinite {
                reason: format!("'{}': {words}", self.id),
            };
        }
        // The broker refuses an instance whose transaction it timed out in the same words as one that was replaced.
        if started.elapsed() >= TRANSACTION_TIMEOUT {
            let reason = format!("'{}' was silent longer than a transaction may take: {words}", self.id);
            return Outcome::Indefinite { reason };
        }
        Outcome::Fenced
    }
}

fn headers(record: &Produced) -> OwnedHeaders {
    let mut headers = OwnedHeaders::new_with_capacity(record.headers.len());
    for header in &record.headers {
        headers = headers.insert(KafkaHeader {
            key: &header.name,
            value: Some(header.value.as_ref()),
        });
    }
    headers
}

fn remaining(deadline: Instant) -> Duration {
    deadline
        .saturating_duration_since(Instant::now())
        .max(Duration::from_millis(1))
}
