//! Publishes a run of messages and waits for the broker's word on each.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::{Condvar, Mutex};
use rdkafka::{
    ClientContext, Message,
    config::FromClientConfigAndContext,
    error::{KafkaError, RDKafkaErrorCode},
    message::{Header, OwnedHeaders},
    producer::{BaseRecord, DeliveryResult, Producer as _, ProducerContext, ThreadedProducer},
};

use crate::{Error, KafkaSettings, OutMessage, Stop, client};

/// An idempotent producer. It waits on the delivery reports themselves, not on the client's flush, which waits in
/// slices of 100 ms.
pub(crate) struct Producer {
    kafka: KafkaSettings,
    client: ThreadedProducer<Reports>,
    run: u32,
}

/// Counts the delivery reports of a run.
#[derive(Clone, Default)]
struct Reports {
    inner: Arc<(Mutex<Run>, Condvar)>,
}

#[derive(Default)]
struct Run {
    number: u32,
    outstanding: usize,
    failed: Option<(usize, KafkaError)>,
}

impl Producer {
    /// # Errors
    /// When the client refuses its settings.
    pub(crate) fn new(kafka: &KafkaSettings) -> Result<Self, Error> {
        Ok(Self {
            kafka: kafka.clone(),
            client: connect(kafka)?,
            run: 0,
        })
    }

    /// Publishes `messages` in order and waits until the broker has them all, or `stop` was asked for some time ago.
    /// Gives how many of them, from the first on, are acknowledged without a gap, and the error of the first that is
    /// not.
    pub(crate) fn publish(&mut self, messages: &[(i64, OutMessage)], stop: &Stop) -> (usize, Option<Error>) {
        self.run = self.run.wrapping_add(1);
        let reports = self.client.context().clone();
        reports.begin(self.run);
        let mut refused = None;
        for (index, (_, message)) in messages.iter().enumerate() {
            reports.expect_one();
            if let Err(error) = self.send(index, message) {
                reports.report(self.run, index, Some(error.clone()));
                refused = Some(index);
                break;
            }
        }
        let failed = reports.wait(stop);
        if self.client.client().fatal_error().is_some()
            && let Ok(client) = connect(&self.kafka)
        {
            self.client = client;
        }
        match failed {
            None => (refused.unwrap_or(messages.len()), None),
            Some((index, source)) => {
                let topic = messages.get(index).map_or("", |(_, message)| &*message.topic);
                (
                    index,
                    Some(Error::Kafka {
                        what: format!("a message to '{topic}'"),
                        source,
                    }),
                )
            }
        }
    }

    fn send(&self, index: usize, message: &OutMessage) -> Result<(), KafkaError> {
        let topic = format!("{}{}", self.kafka.topic_prefix, message.topic);
        let mut headers = OwnedHeaders::new_with_capacity(message.headers.len());
        for (name, value) in &message.headers {
            headers = headers.insert(Header {
                key: name,
                value: Some(value.as_slice()),
            });
        }
        let opaque = Box::new((self.run, index));
        let mut record: BaseRecord<'_, [u8], [u8], Box<(u32, usize)>> =
            BaseRecord::with_opaque_to(&topic, opaque).headers(headers);
        if let Some(key) = &message.key {
            record = record.key(key);
        }
        if let Some(value) = &message.value {
            record = record.payload(value);
        }
        self.client.send(record).map_err(|(error, _)| error)
    }
}

fn connect(kafka: &KafkaSettings) -> Result<ThreadedProducer<Reports>, Error> {
    ThreadedProducer::from_config_and_context(&client::producer(kafka), Reports::default()).map_err(|source| {
        Error::Kafka {
            what: "the producer's settings".into(),
            source,
        }
    })
}

impl Reports {
    fn begin(&self, number: u32) {
        *self.inner.0.lock() = Run {
            number,
            outstanding: 0,
            failed: None,
        };
    }

    fn expect_one(&self) {
        self.inner.0.lock().outstanding += 1;
    }

    fn report(&self, number: u32, index: usize, error: Option<KafkaError>) {
        let mut run = self.inner.0.lock();
        if run.number != number {
            return;
        }
        run.outstanding -= 1;
        if let Some(error) = error
            && run.failed.as_ref().is_none_or(|(first, _)| index < *first)
        {
            run.failed = Some((index, error));
        }
        if run.outstanding == 0 {
            self.inner.1.notify_one();
        }
    }

    /// Waits for the last report: every message is acknowledged, refused, or given up by the client after its own
    /// time-out. After `stop` a run that is not done in time counts as failed from its first message on.
    fn wait(&self, stop: &Stop) -> Option<(usize, KafkaError)> {
        let mut run = self.inner.0.lock();
        let mut until = None;
        while run.outstanding > 0 {
            self.inner.1.wait_for(&mut run, LOOK_AGAIN);
            if stop.is_requested() && Instant::now() > *until.get_or_insert_with(|| Instant::now() + LAST_WORDS) {
                *run = Run::default();
                return Some((0, KafkaError::MessageProduction(RDKafkaErrorCode::MessageTimedOut)));
            }
        }
        run.failed.take()
    }
}

impl ClientContext for Reports {}

impl ProducerContext for Reports {
    type DeliveryOpaque = Box<(u32, usize)>;

    fn delivery(&self, result: &DeliveryResult<'_>, opaque: Self::DeliveryOpaque) {
        let (number, index) = *opaque;
        let error = result.as_ref().err().map(|(error, message)| {
            tracing::debug!(topic = message.topic(), %error, "a message was not delivered");
            error.clone()
        });
        self.report(number, index, error);
    }
}

/// A report wakes the waiting thread; this is for the wish to stop.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// How long a stopping service still waits for the broker; what is left is sent at its next start.
pub(crate) const LAST_WORDS: Duration = Duration::from_secs(2);
