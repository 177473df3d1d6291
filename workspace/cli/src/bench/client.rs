//! The plain Kafka clients of the benchmark.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use palinode_log::{Header, kafka::TRANSACTION_TIMEOUT};
use rdkafka::{
    ClientConfig, ClientContext, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::KafkaError,
    message::{Header as KafkaHeader, OwnedHeaders},
    producer::{BaseProducer, BaseRecord, DeliveryResult, Producer, ProducerContext},
    types::RDKafkaErrorCode,
};

use super::ground::PARTITIONS;

/// Everything that was handed over is delivered within this time, or the broker is not well.
const FLUSH_AT_MOST: Duration = Duration::from_secs(30);
/// How long a full queue is waited for before the next look.
const ROOM_WAIT: Duration = Duration::from_millis(5);

/// Writes records, each at least once and in order, and counts those that were refused.
pub(super) struct Writer {
    producer: BaseProducer<Deliveries>,
    refused: Arc<AtomicU64>,
}

struct Deliveries {
    refused: Arc<AtomicU64>,
}

impl ClientContext for Deliveries {}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if result.is_err() {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Writer {
    /// A writer that gathers records for `linger` before it sends them.
    pub(super) fn new(bootstrap_servers: &str, linger: Duration) -> anyhow::Result<Self> {
        let refused = Arc::new(AtomicU64::new(0));
        let producer = ClientConfig::new()
            .set("bootstrap.servers", bootstrap_servers)
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("partitioner", "murmur2")
            .set("linger.ms", linger.as_millis().to_string())
            .set("queue.buffering.max.messages", "1000000")
            .set("socket.nagle.disable", "true")
            .create_with_context(Deliveries {
                refused: Arc::clone(&refused),
            })
            .context("a producer could not be made")?;
        Ok(Self { producer, refused })
    }

    /// Hands a record over.
    pub(super) fn send(&self, topic: &str, key: &[u8], value: &[u8], headers: OwnedHeaders) -> anyhow::Result<()> {
        let mut record = BaseRecord::to(topic).key(key).payload(value).headers(headers);
        loop {
            match self.producer.send(record) {
                Ok(()) => return Ok(()),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    record = back;
                    self.producer.poll(ROOM_WAIT);
                }
                Err((error, _)) => bail!("a record for '{topic}' could not be sent: {error}"),
            }
        }
    }

    /// Takes the reports that have come.
    pub(super) fn look(&self) -> anyhow::Result<()> {
        self.producer.poll(Duration::ZERO);
        let refused = self.refused.load(Ordering::Relaxed);
        ensure!(refused == 0, "{refused} records were refused by the broker");
        Ok(())
    }

    /// Waits until everything is delivered.
    pub(super) fn flush(&self) -> anyhow::Result<()> {
        self.producer
            .flush(FLUSH_AT_MOST)
            .context("records were not delivered in time")?;
        self.look()
    }
}

/// Headers of ours as librdkafka takes them.
pub(super) fn owned(headers: &[Header]) -> OwnedHeaders {
    headers
        .iter()
        .fold(OwnedHeaders::new_with_capacity(headers.len()), |owned, header| {
            owned.insert(KafkaHeader {
                key: &header.name,
                value: Some(header.value.as_ref()),
            })
        })
}

/// A reader of all partitions of `topics` from their present end on, committed records only.
pub(super) fn reader(bootstrap_servers: &str, topics: &[String]) -> anyhow::Result<BaseConsumer> {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", bootstrap_servers)
        .set("group.id", "palinode-bench")
        .set("enable.auto.commit", "false")
        .set("isolation.level", "read_committed")
        .set("socket.nagle.disable", "true")
        // A full queue is looked at again soon.
        .set("fetch.queue.backoff.ms", "5")
        .create()
        .context("a consumer could not be made")?;
    let mut list = TopicPartitionList::new();
    for topic in topics {
        for partition in 0..PARTITIONS {
            let (_, end) = consumer
                .fetch_watermarks(topic, partition, TRANSACTION_TIMEOUT)
                .with_context(|| format!("the end of '{topic}' could not be read"))?;
            list.add_partition_offset(topic, partition, Offset::Offset(end))?;
        }
    }
    consumer.assign(&list)?;
    Ok(consumer)
}
