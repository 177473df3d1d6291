use kafka_protocol::messages::{BrokerId, MetadataRequest, TopicName, create_topics_request::CreatableTopicConfig};

use super::*;
use crate::{Settings, testing::World};

fn topic(name: &'static str) -> CreatableTopic {
    CreatableTopic::default()
        .with_name(TopicName(StrBytes::from_static_str(name)))
        .with_num_partitions(2)
        .with_replication_factor(1)
}

fn request(topics: Vec<CreatableTopic>) -> CreateTopicsRequest {
    CreateTopicsRequest::default().with_topics(topics)
}

fn with_setting(name: &'static str, value: &'static str) -> CreatableTopicConfig {
    CreatableTopicConfig::default()
        .with_name(StrBytes::from_static_str(name))
        .with_value(Some(StrBytes::from_static_str(value)))
}

fn error_of(asked: CreatableTopic) -> Option<ResponseError> {
    let mut world = World::new();
    world.topic("a.b", 1);
    let response = world.call(request(vec![asked]));
    ResponseError::try_from_code(response.topics[0].error_code)
}

#[test]
fn a_topic_comes_in_every_version_and_says_what_it_became() {
    for version in 2..=7 {
        // Given no topic
        let mut world = World::new();
        // When one is created
        let asked = topic("orders").with_configs(vec![with_setting("retention.ms", "1000")]);
        let response = world.call_at(version, request(vec![asked]));
        // Then it is there, and the response says what its version can say
        assert_eq!(response.topics[0].error_code, 0);
        let there = world.call(MetadataRequest::default().with_topics(None));
        assert_eq!(there.topics[0].partitions.len(), 2);
        if version >= SAYS_ID {
            assert_eq!(response.topics[0].topic_id, there.topics[0].topic_id);
        }
        if version >= SAYS_SETTINGS {
            let configs = response.topics[0].configs.as_ref().expect("its settings");
            let retention = configs
                .iter()
                .find(|config| &*config.name == "retention.ms")
                .expect("retention.ms");
            assert_eq!((retention.value.as_deref(), retention.config_source), (Some("1000"), 1));
        }
    }
}

#[test]
fn ids_follow_from_the_seed_and_are_never_given_twice() {
    let ids = |seed| {
        let mut world = World::with(Settings {
            seed,
            ..Settings::default()
        });
        let response = world.call(request(vec![topic("a"), topic("b")]));
        response.topics.iter().map(|topic| topic.topic_id).collect::<Vec<_>>()
    };
    assert_eq!(ids(1), ids(1));
    assert_ne!(ids(1), ids(2));
    assert_ne!(ids(1)[0], ids(1)[1]);
}

#[test]
fn what_kafka_refuses_is_refused_for_the_same_reason() {
    use ResponseError::{
        InvalidConfig, InvalidPartitions, InvalidReplicaAssignment, InvalidReplicationFactor, InvalidRequest,
        InvalidTopicException, PolicyViolation, TopicAlreadyExists,
    };
    let to = |partition, broker| {
        CreatableReplicaAssignment::default()
            .with_partition_index(partition)
            .with_broker_ids(vec![BrokerId(broker)])
    };
    let assigned = |assignments: Vec<_>| {
        topic("x")
            .with_num_partitions(-1)
            .with_replication_factor(-1)
            .with_assignments(assignments)
    };
    for (asked, expected) in [
        (topic("x"), None),
        (topic("x").with_num_partitions(-1).with_replication_factor(-1), None),
        (topic("a/b"), Some(InvalidTopicException)),
        (topic("."), Some(InvalidTopicException)),
        (topic("a_b"), Some(InvalidTopicException)),
        (topic("__consumer_offsets"), Some(InvalidTopicException)),
        (topic("a.b"), Some(TopicAlreadyExists)),
        (topic("x").with_num_partitions(0), Some(InvalidPartitions)),
        (topic("x").with_num_partitions(10_001), Some(PolicyViolation)),
        (topic("x").with_replication_factor(0), Some(InvalidReplicationFactor)),
        (topic("x").with_replication_factor(3), Some(InvalidReplicationFactor)),
        (
            topic("x").with_configs(vec![with_setting("segment.bytes", "1000")]),
            Some(InvalidConfig),
        ),
        (
            topic("x").with_configs(vec![with_setting("no.such", "1")]),
            Some(InvalidConfig),
        ),
        (assigned(vec![to(0, 1), to(1, 1)]), None),
        (assigned(vec![to(0, 2)]), Some(InvalidReplicaAssignment)),
        (assigned(vec![to(1, 1)]), Some(InvalidReplicaAssignment)),
        (assigned(vec![to(0, 1), to(0, 1)]), Some(InvalidReplicaAssignment)),
        (assigned(vec![to(0, 1)]).with_num_partitions(1), Some(InvalidRequest)),
    ] {
        let shown = format!("{asked:?}");
        assert_eq!(error_of(asked), expected, "{shown}");
    }
}

#[test]
fn a_name_twice_in_one_request_creates_nothing() {
    let mut world = World::new();
    let response = world.call(request(vec![topic("x"), topic("x")]));
    assert!(
        response
            .topics
            .iter()
            .all(|topic| topic.error_code == ResponseError::InvalidRequest.code())
    );
    assert_eq!(world.call(MetadataRequest::default().with_topics(None)).topics.len(), 0);
}

#[test]
fn validating_creates_nothing() {
    let mut world = World::new();
    let response = world.call(request(vec![topic("x")]).with_validate_only(true));
    assert_eq!(response.topics[0].error_code, 0);
    assert_eq!(world.call(MetadataRequest::default().with_topics(None)).topics.len(), 0);
}
