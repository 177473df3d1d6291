//! Topics come, are described, grow and go, as librdkafka's admin client asks.

use std::time::Duration;

use rdkafka::{
    admin::{AdminOptions, AlterConfig, NewPartitions, NewTopic, ResourceSpecifier, TopicReplication},
    consumer::{BaseConsumer, Consumer},
    types::RDKafkaErrorCode,
};

use crate::client::{admin, config, create_topic, server, wait};

fn partitions(consumer: &BaseConsumer, topic: &str) -> Option<usize> {
    let metadata = consumer.fetch_metadata(None, Duration::from_secs(10)).unwrap();
    metadata
        .topics()
        .iter()
        .find(|found| found.name() == topic)
        .map(|found| found.partitions().len())
}

#[test]
fn a_topic_comes_grows_and_goes() {
    // Given a broker
    let server = server();
    let consumer: BaseConsumer = config(&server, &[("group.id", "g")]).create().unwrap();
    let (admin, options) = (admin(&server), AdminOptions::new());
    // When a topic is created, grows and is deleted
    create_topic(&server, "orders", 3);
    assert_eq!(partitions(&consumer, "orders"), Some(3));
    wait(admin.create_partitions(&[NewPartitions::new("orders", 5)], &options)).unwrap()[0]
        .as_ref()
        .unwrap();
    assert_eq!(partitions(&consumer, "orders"), Some(5));
    wait(admin.delete_topics(&["orders"], &options)).unwrap()[0]
        .as_ref()
        .unwrap();
    // Then each is seen, and it is gone
    assert_eq!(partitions(&consumer, "orders"), None);
}

#[test]
fn what_is_refused_has_kafkas_error() {
    let server = server();
    create_topic(&server, "orders", 1);
    let admin = admin(&server);
    let refused = |topic: NewTopic<'_>| {
        wait(admin.create_topics(&[topic], &AdminOptions::new()))
            .unwrap()
            .remove(0)
            .unwrap_err()
            .1
    };
    let topic = |name| NewTopic::new(name, 1, TopicReplication::Fixed(1));
    assert_eq!(refused(topic("orders")), RDKafkaErrorCode::TopicAlreadyExists);
    assert_eq!(refused(topic("or ders")), RDKafkaErrorCode::InvalidTopic);
    assert_eq!(
        refused(topic("x").set("segment.bytes", "1")),
        RDKafkaErrorCode::InvalidConfig
    );
    assert_eq!(
        refused(NewTopic::new("x", 1, TopicReplication::Fixed(3))),
        RDKafkaErrorCode::InvalidReplicationFactor
    );
}

#[test]
fn settings_are_changed_and_shown() {
    // Given a topic
    let server = server();
    create_topic(&server, "orders", 1);
    let (admin, options) = (admin(&server), AdminOptions::new());
    // When its settings are replaced
    let change = AlterConfig::new(ResourceSpecifier::Topic("orders")).set("retention.ms", "1234");
    wait(admin.alter_configs(&[change], &options)).unwrap()[0]
        .as_ref()
        .unwrap();
    // Then they are shown, beside those of the node
    let resources = [ResourceSpecifier::Topic("orders"), ResourceSpecifier::Broker(1)];
    let shown = wait(admin.describe_configs(&resources, &options)).unwrap();
    let value = |resource: usize, name: &str| {
        let resource = shown[resource].as_ref().unwrap();
        resource
            .get(name)
            .unwrap_or_else(|| panic!("{name} is missing"))
            .value
            .clone()
            .unwrap()
    };
    assert_eq!(value(0, "retention.ms"), "1234");
    assert_eq!(value(0, "cleanup.policy"), "delete");
    assert_eq!(value(1, "unclean.leader.election.enable"), "false");
}

#[test]
fn two_brokers_are_told_apart() {
    let id = |server: &_| {
        let consumer: BaseConsumer = config(server, &[("group.id", "g")]).create().unwrap();
        consumer.client().fetch_cluster_id(Duration::from_secs(10)).unwrap()
    };
    let (one, other) = (server(), server());
    assert_ne!(id(&one), id(&other));
}
