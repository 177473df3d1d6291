//! Questions to the broker, asked by all tasks of a node through the same two clients.

use std::time::Duration;

use rdkafka::{
    Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::KafkaError,
};

use super::{
    client,
    context::QuietContext,
    failure,
    settings::{QUERY_TIMEOUT, Settings},
};
use crate::{Application, Error, TopicPartition};

/// Errors and the like that are taken from an unpolled client's queue before each question.
const DRAIN_MAX: usize = 16;

/// The clients that ask. They belong to no group and read nothing.
pub(super) struct Queries {
    /// Its ends are those of the last decided transaction.
    committed: BaseConsumer<QuietContext>,
    /// Its ends are those of the log.
    uncommitted: BaseConsumer<QuietContext>,
}

impl Queries {
    pub(super) fn create(settings: &Settings, application: &Application) -> Result<Self, Error> {
        let make = |isolation| {
            client::queries(settings, application, isolation)
                .create_with_context(QuietContext)
                .map_err(|error| failure::environment(&error, "making a client"))
        };
        Ok(Self {
            committed: make("read_committed")?,
            uncommitted: make("read_uncommitted")?,
        })
    }

    /// The number of partitions of `topic`.
    pub(super) fn partitions(&self, topic: &str) -> Result<i32, Error> {
        drain(&self.uncommitted);
        let what = || format!("the partitions of '{topic}'");
        let metadata = match self.uncommitted.fetch_metadata(Some(topic), QUERY_TIMEOUT) {
            Ok(metadata) => metadata,
            Err(error) => return Err(about(&error, topic, &what())),
        };
        let found = metadata.topics().iter().find(|found| found.name() == topic);
        if let Some(code) = found.and_then(|found| found.error()) {
            return Err(about(&KafkaError::MetadataFetch(code.into()), topic, &what()));
        }
        match found.map_or(0, |found| found.partitions().len()) {
            0 => Err(Error::MissingTopic { topic: topic.into() }),
            partitions => Ok(i32::try_from(partitions).unwrap_or(i32::MAX)),
        }
    }

    /// The id of the cluster.
    pub(super) fn cluster_id(&self) -> Result<String, Error> {
        drain(&self.uncommitted);
        let unavailable = || Error::Unavailable {
            what: "the id of the cluster".into(),
        };
        self.uncommitted
            .client()
            .fetch_cluster_id(QUERY_TIMEOUT)
            .ok_or_else(unavailable)
    }

    /// The first offset of each.
    pub(super) fn starts(&self, inputs: &[TopicPartition]) -> Result<Vec<i64>, Error> {
        self.list(&self.uncommitted, inputs, Offset::Beginning)
    }

    /// The end of each for a read-committed reader.
    pub(super) fn committed_ends(&self, inputs: &[TopicPartition]) -> Result<Vec<i64>, Error> {
        self.list(&self.committed, inputs, Offset::End)
    }

    /// The end of each, open transactions included.
    pub(super) fn ends(&self, inputs: &[TopicPartition]) -> Result<Vec<i64>, Error> {
        self.list(&self.uncommitted, inputs, Offset::End)
    }

    /// One request to each leader; Kafka takes the special offsets in place of a time.
    fn list(
        &self,
        client: &BaseConsumer<QuietContext>,
        inputs: &[TopicPartition],
        which: Offset,
    ) -> Result<Vec<i64>, Error> {
        if inputs.is_empty() {
            return Ok(Vec::new());
        }
        drain(client);
        let mut asked = TopicPartitionList::with_capacity(inputs.len());
        for input in inputs {
            asked
                .add_partition_offset(&input.topic, input.partition, which)
                .map_err(|error| failure::environment(&error, "asking for offsets"))?;
        }
        let answered = client
            .offsets_for_times(asked, QUERY_TIMEOUT)
            .map_err(|error| self.blame(&error, inputs))?;
        inputs.iter().map(|input| offset_of(&answered, input)).collect()
    }

    /// Which topic an error means that names none.
    fn blame(&self, error: &KafkaError, inputs: &[TopicPartition]) -> Error {
        if error.rdkafka_error_code().is_some_and(failure::is_missing) {
            for input in inputs {
                match self.partitions(&input.topic) {
                    Ok(partitions) if input.partition < partitions => {}
                    Ok(_) => {
                        return Error::MissingTopic {
                            topic: input.to_string(),
                        };
                    }
                    Err(error) => return error,
                }
            }
        }
        failure::environment(error, "asking for offsets")
    }
}

fn offset_of(answered: &TopicPartitionList, input: &TopicPartition) -> Result<i64, Error> {
    let unavailable = || Error::Unavailable {
        what: format!("no offset of {input}"),
    };
    let element = answered
        .find_partition(&input.topic, input.partition)
        .ok_or_else(unavailable)?;
    element
        .error()
        .map_err(|error| about(&error, &input.topic, &format!("the offsets of {input}")))?;
    match element.offset() {
        Offset::Offset(offset) => Ok(offset),
        _ => Err(unavailable()),
    }
}

fn about(error: &KafkaError, topic: &str, what: &str) -> Error {
    if error.rdkafka_error_code().is_some_and(failure::is_missing) {
        return Error::MissingTopic { topic: topic.into() };
    }
    failure::environment(error, what)
}

fn drain(client: &BaseConsumer<QuietContext>) {
    for _ in 0..DRAIN_MAX {
        if client.poll(Duration::ZERO).is_none() {
            return;
        }
    }
}
