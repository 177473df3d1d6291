//! Records that are written past the services.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use palinode_log::Consumed;
use palinode_participant::{Codec, Record, Registry};
use palinode_sandbox::shop::Settings;
use palinode_wire::partition_of;
use rdkafka::{
    ClientConfig,
    message::{Header, OwnedHeaders},
    producer::{BaseProducer, BaseRecord, Producer as _},
};

use super::World;

/// A record to write.
#[derive(Clone, Debug, Default)]
pub(crate) struct Raw {
    /// The topic, without the shop's prefix.
    pub(crate) topic: String,
    /// The partition; none: the one that the key belongs to.
    pub(crate) partition: Option<i32>,
    pub(crate) key: Option<Bytes>,
    pub(crate) value: Bytes,
    pub(crate) headers: Vec<(String, Bytes)>,
}

/// Writes records and Avro.
pub(super) struct Producer {
    kafka: BaseProducer,
    codec: Codec,
}

impl Producer {
    pub(super) fn new(settings: &Settings) -> Self {
        let kafka = ClientConfig::new()
            .set("bootstrap.servers", settings.bootstrap_servers.as_str())
            .set("linger.ms", "0")
            .create()
            .expect("a producer");
        let registry = Registry::new(&settings.registry).expect("a registry");
        Self {
            kafka,
            codec: Codec::new(Arc::new(registry)),
        }
    }
}

impl World<'_> {
    /// A value in the Confluent format.
    pub(crate) fn encode<T: Record>(&self, value: &T) -> Bytes {
        self.producer.codec.encode(value).expect("it fits its schema").into()
    }

    /// A plain record: a key and a value, and nothing else.
    pub(crate) fn plain<T: Record>(&self, topic: &str, key: &str, value: &T) -> Raw {
        Raw {
            topic: topic.into(),
            key: Some(Bytes::copy_from_slice(key.as_bytes())),
            value: self.encode(value),
            ..Raw::default()
        }
    }

    /// The partition that a key belongs to.
    pub(crate) fn home(&self, key: &str) -> i32 {
        partition_of(key.as_bytes(), self.settings.partitions)
    }

    /// Writes records, in order.
    pub(crate) fn produce(&self, records: &[Raw]) {
        let kafka = &self.producer.kafka;
        for record in records {
            let topic = self.topic(&record.topic);
            let partitions = self.settings.partitions;
            let home = record.key.as_ref().map_or(0, |key| partition_of(key, partitions));
            let mut headers = OwnedHeaders::new();
            for (name, value) in &record.headers {
                headers = headers.insert(Header {
                    key: name,
                    value: Some(&value[..]),
                });
            }
            let mut message: BaseRecord<'_, [u8], [u8]> = BaseRecord::to(&topic)
                .partition(record.partition.unwrap_or(home))
                .payload(&record.value[..])
                .headers(headers);
            if let Some(key) = &record.key {
                message = message.key(&key[..]);
            }
            kafka
                .send(message)
                .map_err(|(error, _)| error)
                .expect("the record is taken");
        }
        kafka.flush(Duration::from_secs(30)).expect("the records are written");
    }

    /// The same record again, byte by byte, on the same partition.
    pub(crate) fn copy_of(&self, topic: &str, record: &Consumed) -> Raw {
        Raw {
            topic: topic.into(),
            partition: Some(record.source.partition),
            key: record.key.clone(),
            value: record.value.clone().unwrap_or_default(),
            headers: headers_of(record),
        }
    }
}

/// The headers of a record.
fn headers_of(record: &Consumed) -> Vec<(String, Bytes)> {
    record
        .headers
        .iter()
        .map(|header| (header.name.to_string(), header.value.clone()))
        .collect()
}
