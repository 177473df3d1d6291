//! The topic of the members' heartbeats: written and read beside everything else, by whoever asks for it.
//!
//! It is no part of any transaction. A heartbeat that cannot be sent soon is worth nothing and is dropped; one that is
//! written twice says the same twice.

use std::time::{Duration, Instant};

use bytes::Bytes;
use rdkafka::{
    Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::KafkaError,
    producer::{BaseProducer, BaseRecord},
};

use super::{client, close::drop_aside, compacted::Writes, context::QuietContext, failure, settings::Settings};
use crate::{Application, Error};

/// The topic, without the prefix. Only its first partition is used, so that all heartbeats have one order.
pub(super) const MEMBERS: &str = "palinode.members";
const PARTITION: i32 = 0;

/// A heartbeat that is not written after this time is dropped: the next one says more.
const WRITE_TIMEOUT: Duration = Duration::from_secs(1);

/// Heartbeats that one look takes at the most, so that whoever asks comes to itself again.
const TAKEN_MAX: usize = 1_000;

/// So many of the last heartbeats are read at the start: those of the last second of 250 members, so that whoever lives has
/// been heard when our own first one comes.
const LAST_HEARTBEATS: i64 = 1_000;

/// The heartbeats of all members, and our own.
pub struct Heartbeats {
    topic: String,
    member: String,
    producer: BaseProducer<Writes>,
    /// None only while it is dropped.
    consumer: Option<BaseConsumer<QuietContext>>,
}

impl Heartbeats {
    /// Begins to read a little before the present end of the topic; asks no broker yet.
    ///
    /// # Errors
    /// When a client cannot be made.
    pub fn open(settings: &Settings, application: &Application) -> Result<Self, Error> {
        settings.validate()?;
        let topic = format!("{}{MEMBERS}", application.topic_prefix);
        let producer = client::heartbeat_writer(settings, application, WRITE_TIMEOUT)
            .create_with_context(Writes::default())
            .map_err(|error| failure::environment(&error, "making the producer of heartbeats"))?;
        let consumer: BaseConsumer<QuietContext> = client::heartbeat_reader(settings, application)
            .create_with_context(QuietContext)
            .map_err(|error| failure::environment(&error, "making the consumer of heartbeats"))?;
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(&topic, PARTITION, Offset::OffsetTail(LAST_HEARTBEATS))
            .and_then(|()| consumer.assign(&list))
            .map_err(|error| failure::environment(&error, "reading heartbeats"))?;
        Ok(Self {
            topic,
            member: application.member.to_string(),
            producer,
            consumer: Some(consumer),
        })
    }

    /// Sends a heartbeat, without waiting for it.
    pub fn send(&self, value: &[u8]) {
        let record = BaseRecord::to(&self.topic)
            .partition(PARTITION)
            .key(self.member.as_str())
            .payload(value);
        if let Err((error, _)) = self.producer.send(record) {
            tracing::debug!(%error, "a heartbeat was not sent");
        }
    }

    /// Takes the heartbeats that have come, waiting at most `wait` for the first one.
    ///
    /// # Errors
    /// When they cannot be read, for example because the topic does not exist; a later call may succeed.
    pub fn poll(&self, wait: Duration) -> Result<Vec<Bytes>, Error> {
        let Some(consumer) = &self.consumer else {
            return Ok(Vec::new());
        };
        // Takes the report of the last heartbeat.
        self.producer.poll(Duration::ZERO);
        let (deadline, mut taken) = (Instant::now() + wait, Vec::new());
        while taken.len() < TAKEN_MAX {
            let patience = if taken.is_empty() {
                deadline.saturating_duration_since(Instant::now())
            } else {
                Duration::ZERO
            };
            match consumer.poll(patience) {
                Some(Ok(message)) => taken.extend(message.payload().map(Bytes::copy_from_slice)),
                Some(Err(KafkaError::PartitionEOF(_))) => {}
                Some(Err(error)) if failure::environment(&error, "").is_retriable() => {}
                Some(Err(error)) if taken.is_empty() => {
                    return Err(failure::environment(&error, &format!("reading '{}'", self.topic)));
                }
                Some(Err(_)) => break,
                None if patience.is_zero() => break,
                None => {}
            }
        }
        Ok(taken)
    }
}

impl Drop for Heartbeats {
    fn drop(&mut self) {
        if let Some(consumer) = self.consumer.take() {
            drop_aside(consumer, "close-heartbeats");
        }
    }
}
