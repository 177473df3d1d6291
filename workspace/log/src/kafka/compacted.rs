//! A compacted topic, of which only the last record of each key counts. Read whole and written outside of any
//! transaction: for what is known to all members and belongs to no task. All calls block.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use bytes::Bytes;
use parking_lot::Mutex;
use rdkafka::{
    ClientContext,
    config::RDKafkaLogLevel,
    error::KafkaError,
    message::DeliveryResult,
    producer::{BaseProducer, BaseRecord, Producer, ProducerContext},
};

use super::{client, exclusive::Exclusive, failure, scan, settings::Settings};
use crate::Error;

/// A write that is not confirmed after this time has failed.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long one look for confirmations takes.
const LOOK: Duration = Duration::from_millis(1);

/// A compacted topic.
#[derive(Clone, Debug)]
pub struct CompactedTopic {
    pub(super) settings: Settings,
    pub(super) name: String,
}

impl CompactedTopic {
    /// The topic `name` (its full name) at the brokers of `settings`; asks no broker yet.
    pub fn new(settings: Settings, name: impl Into<String>) -> Self {
        Self {
            settings,
            name: name.into(),
        }
    }

    /// The last value of each key. What is written meanwhile may or may not be read.
    ///
    /// # Errors
    /// When the topic does not exist or the broker does not answer.
    pub fn read(&self) -> Result<BTreeMap<Bytes, Bytes>, Error> {
        let mut last = BTreeMap::new();
        scan(&self.settings, std::slice::from_ref(&self.name), None, |record| {
            let Some(key) = record.key else { return };
            match record.value {
                Some(value) => last.insert(key, value),
                None => last.remove(&key),
            };
        })?;
        Ok(last)
    }

    /// Becomes the only one that may write under `transactional_id`, until somebody else does the same. What the others
    /// wrote before is read by [`CompactedTopic::read`] from then on.
    ///
    /// # Errors
    /// When the broker refuses or does not answer.
    pub fn exclusively(&self, transactional_id: &str) -> Result<Exclusive, Error> {
        Exclusive::take(self, transactional_id)
    }

    /// Writes a value under each key, and waits until all are written.
    ///
    /// # Errors
    /// When the broker refuses or does not answer; some may have been written then.
    pub fn write(&self, records: &[(Bytes, Bytes)]) -> Result<(), Error> {
        if records.is_empty() {
            return Ok(());
        }
        let failed = |error: &KafkaError| failure::environment(error, &format!("writing to '{}'", self.name));
        let producer: BaseProducer<Writes> = client::writer(&self.settings)
            .set("message.timeout.ms", WRITE_TIMEOUT.as_millis().to_string())
            // A record that is written twice does no harm here, and librdkafka begins idempotence half a second late.
            .set("enable.idempotence", "false")
            .set("max.in.flight.requests.per.connection", "1")
            .create_with_context(Writes::default())
            .map_err(|error| failed(&error))?;
        for (key, value) in records {
            producer
                .send(BaseRecord::to(&self.name).key(&key[..]).payload(&value[..]))
                .map_err(|(error, _)| failed(&error))?;
        }
        deliver(&producer).map_err(|error| failed(&error))?;
        match producer.context().failed.lock().take() {
            Some(error) => Err(failed(&error)),
            None => Ok(()),
        }
    }
}

/// Waits until everything is delivered. A flush of rdkafka looks for 100 ms at a time, also when all is confirmed after one.
pub(super) fn deliver(producer: &BaseProducer<Writes>) -> Result<(), KafkaError> {
    let end = Instant::now() + WRITE_TIMEOUT;
    while producer.in_flight_count() > 0 && Instant::now() < end {
        producer.poll(LOOK);
    }
    // What is still under way fails here.
    producer.flush(Duration::ZERO)
}

/// Keeps the first failure among the delivery reports.
#[derive(Default)]
pub(super) struct Writes {
    pub(super) failed: Mutex<Option<KafkaError>>,
}

impl ClientContext for Writes {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        tracing::debug!(?level, facility, message, "librdkafka");
    }

    /// What it means is said by the call that fails, and by whoever watches the brokers.
    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "a producer reports an error");
    }
}

impl ProducerContext for Writes {
    type DeliveryOpaque = ();

    fn delivery(&self, report: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = report {
            self.failed.lock().get_or_insert_with(|| error.clone());
        }
    }
}
