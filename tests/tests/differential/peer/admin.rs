//! Topics, and what a broker says of itself.

use std::io;
use std::thread::sleep;
use std::time::{Duration, Instant};

use kafka_protocol::{
    messages::{
        ApiVersionsRequest, CreateTopicsRequest, DeleteTopicsRequest, FindCoordinatorRequest, MetadataRequest,
        MetadataResponse, TopicName,
        create_topics_request::{CreatableTopic, CreatableTopicConfig},
        delete_topics_request::DeleteTopicState,
        metadata_request::MetadataRequestTopic,
    },
    protocol::StrBytes,
};
use uuid::Uuid;

use super::{Peer, state::PARTITIONS};
use crate::{
    aliases::error,
    steps::{Asked, NewTopic},
};

/// How long a new topic may take to have leaders.
const TOPIC_TIME_MAX: Duration = Duration::from_secs(20);
pub(super) const MISSING: &str = "there-is-no-such-topic";
pub(super) const BAD_NAME: &str = "not a/name";

impl Peer {
    /// The topic that a sequence works on.
    pub(super) fn create_own_topic(&mut self) -> Uuid {
        let topic = CreatableTopic::default()
            .with_name(self.topic.clone())
            .with_num_partitions(PARTITIONS as i32)
            .with_replication_factor(1);
        let request = CreateTopicsRequest::default()
            .with_topics(vec![topic])
            .with_timeout_ms(10_000);
        let created = self.connection.call(7, &request).expect("an answer");
        assert_eq!(error(created.topics[0].error_code), "ok", "creating {:?}", self.topic);
        let end = Instant::now() + TOPIC_TIME_MAX;
        loop {
            let told = self
                .ask_metadata(Some(self.topic.clone()), Uuid::nil())
                .expect("an answer");
            let topic = &told.topics[0];
            let led = topic
                .partitions
                .iter()
                .filter(|partition| partition.error_code == 0)
                .count();
            let id = topic.topic_id;
            if topic.error_code == 0 && led == PARTITIONS && self.has_leaders() {
                return id;
            }
            assert!(Instant::now() < end, "{:?} has no leaders: {told:?}", self.topic);
            sleep(Duration::from_millis(5));
        }
    }

    pub(super) fn create_topic(&mut self, what: NewTopic) -> io::Result<String> {
        let fresh = || TopicName(StrBytes::from_string(format!("{}-{what:?}", self.topic.as_str())));
        let config = |name: &'static str, value: &'static str| {
            vec![
                CreatableTopicConfig::default()
                    .with_name(StrBytes::from_static_str(name))
                    .with_value(Some(StrBytes::from_static_str(value))),
            ]
        };
        let topic = CreatableTopic::default()
            .with_name(fresh())
            .with_num_partitions(1)
            .with_replication_factor(1);
        let topic = match what {
            NewTopic::Again => topic.with_name(self.topic.clone()),
            NewTopic::BadName => topic.with_name(TopicName(StrBytes::from_static_str(BAD_NAME))),
            NewTopic::NoPartitions => topic.with_num_partitions(0),
            NewTopic::TwoReplicas => topic.with_replication_factor(2),
            NewTopic::UnknownConfig => topic.with_configs(config("no.such.setting", "1")),
            NewTopic::BadConfig => topic.with_configs(config("retention.ms", "soon")),
            NewTopic::OnlyChecked => topic,
        };
        let request = CreateTopicsRequest::default()
            .with_topics(vec![topic])
            .with_timeout_ms(10_000)
            .with_validate_only(matches!(what, NewTopic::OnlyChecked));
        let answer = self.connection.call(7, &request)?;
        let told = &answer.topics[0];
        Ok(format!(
            "{} partitions {} replicas {}",
            error(told.error_code),
            told.num_partitions,
            told.replication_factor
        ))
    }

    pub(super) fn delete_missing_topic(&mut self) -> io::Result<String> {
        let topic = DeleteTopicState::default().with_name(Some(TopicName(StrBytes::from_static_str(MISSING))));
        let request = DeleteTopicsRequest::default()
            .with_topics(vec![topic])
            .with_timeout_ms(10_000);
        let answer = self.connection.call(6, &request)?;
        Ok(error(answer.responses[0].error_code))
    }

    pub(super) fn metadata(&mut self, asked: Asked) -> io::Result<String> {
        let name = |name| Some(TopicName(StrBytes::from_static_str(name)));
        let told = match asked {
            Asked::Own => self.ask_metadata(Some(self.topic.clone()), Uuid::nil())?,
            Asked::Missing => self.ask_metadata(name(MISSING), Uuid::nil())?,
            Asked::MissingId => self.ask_metadata(None, Uuid::from_u128(77))?,
            Asked::BadName => self.ask_metadata(name(BAD_NAME), Uuid::nil())?,
            Asked::Internal => self.ask_metadata(name("__consumer_offsets"), Uuid::nil())?,
        };
        let topic = &told.topics[0];
        let partitions = topic.partitions.iter().map(|partition| {
            let error = error(partition.error_code);
            let number = partition.partition_index;
            let (leader, epoch) = (partition.leader_id.0, partition.leader_epoch);
            let (replicas, insync) = (partition.replica_nodes.len(), partition.isr_nodes.len());
            format!("{number}: {error} leader {leader} epoch {epoch} replicas {replicas} in sync {insync}")
        });
        let mut partitions: Vec<String> = partitions.collect();
        partitions.sort();
        Ok(format!(
            "{} internal {} named {} {partitions:?}",
            error(topic.error_code),
            topic.is_internal,
            topic.name.is_some()
        ))
    }

    pub(super) fn ask_metadata(&mut self, name: Option<TopicName>, id: Uuid) -> io::Result<MetadataResponse> {
        let topic = MetadataRequestTopic::default().with_name(name).with_topic_id(id);
        let request = MetadataRequest::default()
            .with_topics(Some(vec![topic]))
            .with_allow_auto_topic_creation(true);
        self.connection.call(12, &request)
    }

    pub(super) fn api_versions(&mut self) -> io::Result<String> {
        let request = ApiVersionsRequest::default()
            .with_client_software_name(StrBytes::from_static_str("differential"))
            .with_client_software_version(StrBytes::from_static_str("1"));
        let answer = self.connection.call(3, &request)?;
        let mut offered: Vec<String> = answer
            .api_keys
            .iter()
            .map(|api| format!("{}:{}-{}", api.api_key, api.min_version, api.max_version))
            .collect();
        offered.sort();
        Ok(format!("{} {}", error(answer.error_code), offered.join(" ")))
    }

    pub(super) fn find_coordinator(&mut self, kind: i8) -> io::Result<String> {
        let key = if kind == 1 {
            self.id.0.clone()
        } else {
            self.group.0.clone()
        };
        let request = FindCoordinatorRequest::default()
            .with_key_type(kind)
            .with_coordinator_keys(vec![key]);
        let code = |answer: &kafka_protocol::messages::FindCoordinatorResponse| {
            answer.coordinators.first().map_or(0, |found| found.error_code)
        };
        let answer = self.ask(4, &request, code)?;
        let found = answer.coordinators.iter();
        let found: Vec<String> = found
            .map(|found| format!("{} node {}", error(found.error_code), found.node_id.0))
            .collect();
        Ok(format!("{} {found:?}", error(answer.error_code)))
    }
}
