//! The registry's journal in a topic, as the known registries keep it: one partition, compacted.

use std::{
    error::Error as StdError,
    sync::Arc,
    time::{Duration, Instant},
};

use palinode_log::kafka::{self, scan};
use palinode_registry::{Error, Journal, Record, Result};
use parking_lot::Mutex;
use rdkafka::{
    ClientConfig, ClientContext,
    error::KafkaError,
    producer::{BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext},
};

/// A change that is not confirmed after this time has failed.
const WRITE_AT_MOST: Duration = Duration::from_secs(10);

/// How long one look for confirmations takes. A flush looks for 100 ms at a time, also when all is confirmed after one.
const LOOK: Duration = Duration::from_millis(1);

/// The journal in a topic.
pub(super) struct TopicJournal {
    settings: kafka::Settings,
    topic: String,
    producer: BaseProducer<Failures>,
    failures: Failures,
}

/// The first failure among the reports of delivery.
#[derive(Clone, Default)]
struct Failures(Arc<Mutex<Option<KafkaError>>>);

impl ClientContext for Failures {}

impl ProducerContext for Failures {
    type DeliveryOpaque = ();

    fn delivery(&self, report: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = report {
            self.0.lock().get_or_insert_with(|| error.clone());
        }
    }
}

impl TopicJournal {
    /// The journal in `topic`, which exists.
    pub(super) fn new(bootstrap: &str, topic: &str) -> anyhow::Result<Self> {
        let failures = Failures::default();
        let producer = ClientConfig::new()
            .set("bootstrap.servers", bootstrap)
            .set("enable.idempotence", "true")
            .set("linger.ms", "0")
            .set("socket.nagle.disable", "true")
            .set("message.timeout.ms", WRITE_AT_MOST.as_millis().to_string())
            .create_with_context(failures.clone())?;
        Ok(Self {
            settings: kafka::Settings::new(bootstrap),
            topic: topic.to_owned(),
            producer,
            failures,
        })
    }
}

impl Journal for TopicJournal {
    fn name(&self) -> String {
        format!("the topic '{}'", self.topic)
    }

    fn replay(&mut self, apply: &mut dyn FnMut(Record) -> Result<()>) -> Result<()> {
        let mut result = Ok(());
        let scanned = scan(&self.settings, std::slice::from_ref(&self.topic), None, |record| {
            let (Some(key), Ok(())) = (record.key, &result) else {
                return;
            };
            result = apply(Record {
                key: key.to_vec(),
                value: record.value.map(|value| value.to_vec()),
            });
        });
        scanned.map_err(failed("read"))?;
        result
    }

    fn append(&mut self, records: &[Record]) -> Result<()> {
        for Record { key, value } in records {
            let record = BaseRecord::<[u8], [u8]>::to(&self.topic).partition(0).key(key);
            let record = match value {
                Some(value) => record.payload(value),
                None => record,
            };
            self.producer
                .send(record)
                .map_err(|(error, _)| failed("write")(error))?;
        }
        let end = Instant::now() + WRITE_AT_MOST;
        while self.producer.in_flight_count() > 0 && Instant::now() < end {
            self.producer.poll(LOOK);
        }
        // What is still under way fails here.
        self.producer.flush(Duration::ZERO).map_err(failed("write"))?;
        match self.failures.0.lock().take() {
            Some(error) => Err(failed("write")(error)),
            None => Ok(()),
        }
    }
}

fn failed<E: StdError + Send + Sync + 'static>(action: &'static str) -> impl FnOnce(E) -> Error {
    move |error| Error::Journal {
        action,
        source: Box::new(error),
    }
}
