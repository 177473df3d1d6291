//! The transactions of one transactional id.
//!
//! librdkafka ends transactions in the old way, in which a delayed request can hit a later transaction. So an end that
//! is not confirmed is never tried again here: the producer is given up, and the next one begins by fencing it. And since
//! librdkafka itself asks again when a connection fails or a request hangs, a producer whose end may have been asked for
//! twice begins no further transaction, however well that end was confirmed.

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
    known_topics::KnownTopics,
    poller::Poller,
    settings::{
        ABORT_TIMEOUT, ASKED_AGAIN_AFTER, COMMIT_TIMEOUT, FENCE_TIMEOUT, REQUEST_TIMEOUT, Settings, TRANSACTION_TIMEOUT,
    },
};
use crate::{Application, Error, Outcome, Produced, Refused, Slot};

/// How long a full queue is waited for before the next look.
const ROOM_WAIT: Duration = Duration::from_millis(10);
/// After a record's report was passed on, librdkafka still counts it for some microseconds: this often it is looked
/// at again without sleeping, and then with this sleep between.
const SPINS: usize = 200;
const SPIN_SLEEP: Duration = Duration::from_micros(50);
/// A line of librdkafka that says the same as one of this time before is left out.
const SAME_LINE_LEFT_OUT: Duration = Duration::from_secs(31);

/// A producer whose id is initialised. Dropping it does not wait.
pub(super) struct TaskProducer {
    producer: Arc<BaseProducer<DeliveryContext>>,
    poller: Poller,
    id: String,
    topics: KnownTopics,
    /// The end before may have been asked for twice.
    is_in_doubt: bool,
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
        Ok(Self {
            producer,
            poller,
            id,
            topics: KnownTopics::new(journal, task),
            is_in_doubt: false,
        })
    }

    /// Writes `records` in one transaction. After `Fenced` and `Indefinite` the producer has to be dropped.
    pub(super) fn commit(&mut self, records: &[Produced]) -> Outcome {
        if self.is_in_doubt {
            let id = &self.id;
            return Outcome::Indefinite {
                reason: format!("'{id}': the end before may have been asked for twice, and could end this transaction"),
            };
        }
        self.poller.wake();
        let outcome = self.transact(records);
        self.poller.rest();
        outcome
    }

    fn transact(&mut self, records: &[Produced]) -> Outcome {
        let started = Instant::now();
        let deadline = started + COMMIT_TIMEOUT;
        self.producer.context().begin(records.len());
        if let Err(error) = self.producer.begin_transaction() {
            return self.lost(&error, None, started);
        }
        match self.write(records, deadline) {
            Ok(Delivered::All { journal_offset }) => {
                let outcome = self.end(journal_offset, started, deadline);
                if matches!(outcome, Outcome::Committed { .. }) {
                    self.topics.learn(records);
                }
                outcome
            }
            Ok(Delivered::Failed(Failure { record, code })) => {
                let error = KafkaError::MessageProduction(code);
                self.stopped(records, Stopped { record, error }, started)
            }
            Ok(Delivered::TimedOut) => self.abort("no delivery report came in time".into(), None, started),
            Err(stopped) => self.stopped(records, stopped, started),
        }
    }

    /// Writes the records and waits for their reports.
    ///
    /// A topic that refuses the transaction before it is open would cost the producer: librdkafka ends it all the same,
    /// and is told that there is nothing to end. So the journal opens it before a topic is tried for the first time.
    fn write(&self, records: &[Produced], deadline: Instant) -> Result<Delivered, Stopped> {
        let context = self.producer.context();
        if let Some(others) = self.topics.journal_first(records) {
            self.send_all(records, |record| self.topics.is_journal(record), deadline)?;
            match context.wait(others, deadline) {
                Delivered::All { .. } => {}
                failed => return Ok(failed),
            }
            self.send_all(records, |record| !self.topics.is_journal(record), deadline)?;
        } else {
            self.send_all(records, |_| true, deadline)?;
        }
        Ok(context.wait(0, deadline))
    }

    fn send_all(
        &self,
        records: &[Produced],
        which: impl Fn(&Produced) -> bool,
        deadline: Instant,
    ) -> Result<(), Stopped> {
        for (index, record) in records.iter().enumerate().filter(|(_, record)| which(record)) {
            let mut message = BaseRecord::with_opaque_to(&record.topic, index).headers(headers(record));
            message.payload = record.value.as_deref();
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
    fn end(&mut self, journal_offset: Option<i64>, started: Instant, deadline: Instant) -> Outcome {
        self.settle(deadline);
        let asked = Instant::now();
        match self.producer.commit_transaction(remaining(deadline)) {
            Ok(()) => {
                self.doubt(asked);
                Outcome::Committed { journal_offset }
            }
            // Whatever else the client says about a commit that it has sent, it may stand.
            Err(error) => self.lost(&error, None, started),
        }
    }

    /// An end that was asked for at `asked` is confirmed: was it asked for once?
    fn doubt(&mut self, asked: Instant) {
        let took = asked.elapsed();
        let reconnected = || self.producer.context().has_lost_connection(SAME_LINE_LEFT_OUT);
        self.is_in_doubt = took >= REQUEST_TIMEOUT || took >= ASKED_AGAIN_AFTER && reconnected();
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
    fn stopped(&mut self, records: &[Produced], stopped: Stopped, started: Instant) -> Outcome {
        if self.producer.client().fatal_error().is_some() {
            return self.lost(&stopped.error, None, started);
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

    /// Why the client threw records away. To begin another transaction within one that has failed is refused with the
    /// cause, and within any other one as well.
    fn cause(&self, error: &KafkaError) -> (String, Option<Refused>) {
        match self.producer.begin_transaction() {
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

    fn abort(&mut self, reason: String, refused: Option<Refused>, started: Instant) -> Outcome {
        let asked = Instant::now();
        match self.producer.abort_transaction(ABORT_TIMEOUT) {
            Ok(()) => {
                self.doubt(asked);
                Outcome::Aborted { reason, refused }
            }
            Err(error) => self.lost(&error, Some(reason), started),
        }
    }

    /// The producer is of no more use: tells whether another one has its id, and why the transaction was to be aborted.
    fn lost(&self, error: &KafkaError, aborted: Option<String>, started: Instant) -> Outcome {
        let fatal = self.producer.client().fatal_error();
        let code = fatal.as_ref().map(|(code, _)| *code).or(error.rdkafka_error_code());
        let mut words = fatal.map_or_else(|| error.to_string(), |(_, words)| words);
        if let Some(reason) = aborted {
            words = format!("{reason}; and the abort failed: {words}");
        }
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
