//! CreateTopics.

use std::collections::{BTreeMap, BTreeSet};

use kafka_protocol::{
    ResponseError,
    messages::{
        CreateTopicsRequest, CreateTopicsResponse,
        create_topics_request::{CreatableReplicaAssignment, CreatableTopic},
        create_topics_response::{CreatableTopicConfigs, CreatableTopicResult},
    },
    protocol::StrBytes,
};
use uuid::Uuid;

use super::{config_entry, repeated};
use crate::{
    Broker, Call, NODE_ID, Reply,
    topics::{KEYS, NewTopic, Refusal},
};

/// The first version that says what a topic has become.
const SAYS_SETTINGS: i16 = 5;
/// The first version that says the topic's id.
const SAYS_ID: i16 = 7;
/// What a client writes that leaves a number to the broker.
const DEFAULT: i32 = -1;
/// How many copies there are on one node.
const REPLICAS: i16 = 1;

impl Broker {
    pub(crate) fn create_topics(&mut self, call: &Call, request: CreateTopicsRequest) -> Reply {
        let repeated = repeated(request.topics.iter().map(|topic| topic.name.0.clone()));
        let mut results = Vec::with_capacity(request.topics.len());
        for asked in request.topics {
            let name = asked.name.clone();
            let created = if repeated.contains(&name.0) {
                Err(Refusal::new(ResponseError::InvalidRequest, "Duplicate topic name."))
            } else {
                self.create_asked(asked, request.validate_only)
            };
            let result = match created {
                Ok(result) => described(result, call.version),
                Err(refusal) => CreatableTopicResult::default()
                    .with_error_code(refusal.code())
                    .with_error_message(refusal.text())
                    .with_num_partitions(DEFAULT)
                    .with_replication_factor(-1),
            };
            results.push(result.with_name(name));
        }
        Reply::Now(CreateTopicsResponse::default().with_topics(results).into())
    }

    fn create_asked(&mut self, asked: CreatableTopic, validate_only: bool) -> Result<Created, Refusal> {
        self.check_new_name(&asked.name)?;
        let topic = NewTopic {
            partitions: partitions(&asked, self.settings.partitions)?,
            config: settings(&asked)?,
            name: asked.name.to_string(),
        };
        self.check_new_topic(&topic)?;
        let (partitions, config) = (topic.partitions, topic.config.clone());
        let id = if validate_only {
            Uuid::nil()
        } else {
            self.create_topic(topic)?
        };
        Ok(Created { id, partitions, config })
    }
}

struct Created {
    id: Uuid,
    partitions: i32,
    config: BTreeMap<String, String>,
}

fn described(created: Created, version: i16) -> CreatableTopicResult {
    let mut result = CreatableTopicResult::default();
    if version >= SAYS_SETTINGS {
        let configs = KEYS.iter().map(|key| {
            let set = created.config.get(key.name);
            CreatableTopicConfigs::default()
                .with_name(StrBytes::from_static_str(key.name))
                .with_value(Some(config_entry::value(key, set)))
                .with_config_source(config_entry::source(set))
        });
        result = result
            .with_num_partitions(created.partitions)
            .with_replication_factor(REPLICAS)
            .with_configs(Some(configs.collect()));
    }
    if version >= SAYS_ID {
        result = result.with_topic_id(created.id);
    }
    result
}

/// How many partitions are asked for.
fn partitions(asked: &CreatableTopic, default: i32) -> Result<i32, Refusal> {
    if !asked.assignments.is_empty() {
        return assigned(asked);
    }
    match asked.replication_factor {
        -1 | REPLICAS => {}
        replicas if replicas < 1 => {
            return Err(Refusal::new(
                ResponseError::InvalidReplicationFactor,
                "Replication factor must be larger than 0, or -1 to use the default value.",
            ));
        }
        replicas => {
            return Err(Refusal::new(
                ResponseError::InvalidReplicationFactor,
                format!(
                    "Unable to replicate the partition {replicas} time(s): The target replication factor of {replicas} \
                     cannot be reached because only 1 broker(s) are registered."
                ),
            ));
        }
    }
    Ok(match asked.num_partitions {
        DEFAULT => default,
        partitions => partitions,
    })
}

/// How many partitions are assigned, each to the only node.
fn assigned(asked: &CreatableTopic) -> Result<i32, Refusal> {
    for (given, what) in [
        (i32::from(asked.replication_factor), "replication factor"),
        (asked.num_partitions, "numPartitions"),
    ] {
        if given != DEFAULT {
            return Err(Refusal::new(
                ResponseError::InvalidRequest,
                format!("A manual partition assignment was specified, but {what} was not set to -1."),
            ));
        }
    }
    let invalid = |message: &str| Refusal::new(ResponseError::InvalidReplicaAssignment, message);
    let numbers: BTreeSet<i32> = asked
        .assignments
        .iter()
        .map(|partition| partition.partition_index)
        .collect();
    if numbers.len() < asked.assignments.len() {
        return Err(invalid("Found multiple manual partition assignments for one partition"));
    }
    if !numbers.iter().copied().eq((0..).take(numbers.len())) {
        return Err(invalid("partitions should be a consecutive 0-based integer sequence."));
    }
    let here = |partition: &CreatableReplicaAssignment| partition.broker_ids.iter().map(|id| id.0).eq([NODE_ID]);
    if !asked.assignments.iter().all(here) {
        return Err(invalid(
            "The manual partition assignment includes another broker than the only one, 1.",
        ));
    }
    i32::try_from(numbers.len()).map_err(|_| invalid("too many partitions"))
}

fn settings(asked: &CreatableTopic) -> Result<BTreeMap<String, String>, Refusal> {
    let mut settings = BTreeMap::new();
    for config in &asked.configs {
        let Some(value) = &config.value else {
            return Err(Refusal::new(
                ResponseError::InvalidConfig,
                format!("Null value not supported for topic configs: {}", config.name),
            ));
        };
        settings.insert(config.name.to_string(), value.to_string());
    }
    Ok(settings)
}

#[cfg(test)]
#[path = "create_topics_tests.rs"]
mod tests;
