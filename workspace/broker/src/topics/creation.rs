//! How topics come, grow, change and go.

use std::collections::BTreeMap;

use kafka_protocol::ResponseError;
use uuid::Uuid;

use super::{Change, Refusal, config, name};
use crate::{Broker, Change as BrokerChange};

/// The most partitions that one request may make, as in Kafka.
const PARTITIONS_PER_REQUEST_MAX: i32 = 10_000;
/// The most partitions of the broker: each takes memory even when it is empty, and a client could ask for ever more.
const PARTITIONS_MAX: usize = 50_000;

/// A topic to be.
pub(crate) struct NewTopic {
    pub(crate) name: String,
    pub(crate) partitions: i32,
    pub(crate) config: BTreeMap<String, String>,
}

impl Broker {
    /// Checks that a topic may come into being.
    pub(crate) fn check_new_topic(&self, topic: &NewTopic) -> Result<(), Refusal> {
        self.check_new_name(&topic.name)?;
        if topic.partitions <= 0 {
            return Err(Refusal::new(
                ResponseError::InvalidPartitions,
                "Number of partitions was set to an invalid non-positive value.",
            ));
        }
        self.check_room(topic.partitions)?;
        config::validate(&topic.config)
    }

    /// Checks that a topic may have this name.
    pub(crate) fn check_new_name(&self, wanted: &str) -> Result<(), Refusal> {
        let invalid = |message| Refusal::new(ResponseError::InvalidTopicException, message);
        if let Some(fault) = name::fault(wanted) {
            return Err(invalid(fault));
        }
        if name::is_internal(wanted) {
            return Err(invalid(format!(
                "'{wanted}' is what the broker keeps itself, and no topic here"
            )));
        }
        if self.topics.topic(wanted).is_some() {
            return Err(Refusal::new(
                ResponseError::TopicAlreadyExists,
                format!("Topic '{wanted}' already exists."),
            ));
        }
        match self.topics.colliding(wanted) {
            Some(other) => Err(invalid(format!(
                "Topic '{wanted}' collides with existing topic: {other}"
            ))),
            None => Ok(()),
        }
    }

    /// Checks that so many partitions more may come.
    pub(crate) fn check_room(&self, partitions: i32) -> Result<(), Refusal> {
        if partitions > PARTITIONS_PER_REQUEST_MAX {
            return Err(Refusal::new(
                ResponseError::PolicyViolation,
                "Excessively large number of partitions per request.",
            ));
        }
        let more = usize::try_from(partitions).unwrap_or_default();
        if self.topics.partition_count() + more > PARTITIONS_MAX {
            return Err(Refusal::new(
                ResponseError::PolicyViolation,
                format!("this broker keeps {PARTITIONS_MAX} partitions at most"),
            ));
        }
        Ok(())
    }

    /// Creates a topic that was checked.
    pub(crate) fn create_topic(&mut self, topic: NewTopic) -> Result<Uuid, Refusal> {
        let id = self.next_topic_id();
        self.change(BrokerChange::Topics(Change::Created {
            name: topic.name,
            id,
            partitions: topic.partitions,
            config: topic.config,
        }))?;
        Ok(id)
    }

    /// The id of the next topic: another seed gives other ids, and the same seed the same.
    pub(crate) fn next_topic_id(&self) -> Uuid {
        let namespace = Uuid::from_u64_pair(self.settings.seed, 0);
        Uuid::new_v5(&namespace, &self.topics.created().to_be_bytes())
    }
}
