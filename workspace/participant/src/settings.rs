//! What a service can be told about Kafka and its batches.

use serde::{Deserialize, Serialize};

use crate::Durability;

/// How to reach Kafka.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KafkaSettings {
    /// `host:port`, several with commas.
    pub bootstrap_servers: String,
    /// Put before every topic name and group id, so that several applications can share a cluster.
    #[serde(default)]
    pub topic_prefix: String,
}

/// What every service of this SDK can be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceSettings {
    /// The name of the service: `ce_source` of its messages and its consumer group.
    pub name: String,
    /// How to reach Kafka.
    pub kafka: KafkaSettings,
    /// The topics that it reads, without the prefix.
    pub topics: Vec<String>,
    /// Records in one batch at the most. One database transaction holds a batch.
    #[serde(default = "batch_records_max")]
    pub batch_records_max: usize,
    /// Bytes after which a batch takes no further record.
    #[serde(default = "batch_bytes_max")]
    pub batch_bytes_max: usize,
    /// What a committed database transaction survives.
    #[serde(default)]
    pub durability: Durability,
}

impl ServiceSettings {
    /// Settings with defaults for batches.
    pub fn new(name: impl Into<String>, kafka: KafkaSettings, topics: &[&str]) -> Self {
        Self {
            name: name.into(),
            kafka,
            topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
            batch_records_max: batch_records_max(),
            batch_bytes_max: batch_bytes_max(),
            durability: Durability::default(),
        }
    }

    /// The consumer group.
    pub fn group(&self) -> String {
        format!("{}{}", self.kafka.topic_prefix, self.name)
    }
}

/// Enough to make a transaction cheap a record, few enough to answer the first of them soon.
fn batch_records_max() -> usize {
    1_000
}

/// Eight records of Kafka's default largest size.
fn batch_bytes_max() -> usize {
    8 * 1024 * 1024
}
