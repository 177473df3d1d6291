use kafka_protocol::{
    messages::{
        AlterConfigsRequest, DescribeConfigsRequest,
        alter_configs_request::{AlterConfigsResource as Replaced, AlterableConfig as ReplacedConfig},
        describe_configs_request::DescribeConfigsResource,
    },
    protocol::StrBytes,
};

use super::*;
use crate::testing::World;

const TOPIC: i8 = 2;
const BROKER: i8 = 4;

fn text(text: &'static str) -> StrBytes {
    StrBytes::from_static_str(text)
}

fn world() -> World {
    let mut world = World::new();
    world.topic("orders", 1);
    world
}

fn alter(world: &mut World, kind: i8, name: &'static str, changes: &[(&'static str, i8, &'static str)]) -> i16 {
    let configs = changes.iter().map(|(name, operation, value)| {
        AlterableConfig::default()
            .with_name(text(name))
            .with_config_operation(*operation)
            .with_value(Some(text(value)))
    });
    let resource = AlterConfigsResource::default()
        .with_resource_type(kind)
        .with_resource_name(text(name))
        .with_configs(configs.collect());
    world
        .call(IncrementalAlterConfigsRequest::default().with_resources(vec![resource]))
        .responses[0]
        .error_code
}

/// The value, where it comes from, and the names of its synonyms.
fn described(world: &mut World, kind: i8, name: &'static str, key: &'static str) -> Option<(String, i8, Vec<String>)> {
    let resource = DescribeConfigsResource::default()
        .with_resource_type(kind)
        .with_resource_name(text(name))
        .with_configuration_keys(Some(vec![text(key)]));
    let request = DescribeConfigsRequest::default()
        .with_resources(vec![resource])
        .with_include_synonyms(true);
    let mut response = world.call(request);
    let config = response.results.remove(0).configs.pop()?;
    let synonyms = config.synonyms.iter().map(|synonym| synonym.name.to_string());
    Some((config.value?.to_string(), config.config_source, synonyms.collect()))
}

#[test]
fn a_setting_is_set_shown_and_taken_back() {
    // Given a topic
    let mut world = world();
    let shown = |world: &mut World| described(world, TOPIC, "orders", "retention.ms").expect("the setting");
    let default = ("604800000".to_owned(), 5, vec![]);
    assert_eq!(shown(&mut world), default);
    let bytes = described(&mut world, TOPIC, "orders", "retention.bytes");
    assert_eq!(
        bytes,
        Some(("-1".to_owned(), 5, vec!["log.retention.bytes".to_owned()]))
    );
    // When a setting is set
    assert_eq!(alter(&mut world, TOPIC, "orders", &[("retention.ms", SET, "1000")]), 0);
    // Then it is shown with what it would be otherwise, and taken back it is the default again
    let names = vec!["retention.ms".to_owned()];
    assert_eq!(shown(&mut world), ("1000".to_owned(), 1, names));
    assert_eq!(
        world
            .broker
            .topics
            .topic("orders")
            .map(|topic| topic.config.retention_ms),
        Some(1000)
    );
    assert_eq!(alter(&mut world, TOPIC, "orders", &[("retention.ms", DELETE, "")]), 0);
    assert_eq!(shown(&mut world), default);
}

#[test]
fn words_come_to_lists_and_go() {
    let mut world = world();
    let policy = |world: &mut World| described(world, TOPIC, "orders", "cleanup.policy").map(|shown| shown.0);
    assert_eq!(
        alter(&mut world, TOPIC, "orders", &[("cleanup.policy", APPEND, "compact")]),
        0
    );
    assert_eq!(policy(&mut world).as_deref(), Some("delete,compact"));
    assert_eq!(
        alter(&mut world, TOPIC, "orders", &[("cleanup.policy", SUBTRACT, "delete")]),
        0
    );
    assert_eq!(policy(&mut world).as_deref(), Some("compact"));
}

#[test]
fn a_refused_change_changes_nothing() {
    use ResponseError::{InvalidConfig, InvalidRequest, UnknownTopicOrPartition};
    let mut world = world();
    for (kind, name, key, operation, value, error) in [
        (TOPIC, "orders", "segment.bytes", SET, "100", InvalidConfig),
        (TOPIC, "orders", "retention.ms", APPEND, "1", InvalidConfig),
        (TOPIC, "orders", "no.such", SET, "1", InvalidConfig),
        (TOPIC, "orders", "retention.ms", 9, "1", InvalidRequest),
        (TOPIC, "nothing", "retention.ms", SET, "1", UnknownTopicOrPartition),
        (BROKER, "1", "num.partitions", SET, "1", InvalidConfig),
        (BROKER, "2", "num.partitions", SET, "1", InvalidRequest),
        (99, "x", "y", SET, "1", InvalidRequest),
    ] {
        let changes = [("max.message.bytes", SET, "7"), (key, operation, value)];
        assert_eq!(alter(&mut world, kind, name, &changes), error.code(), "{key} of {name}");
    }
    assert_eq!(
        world.broker.topics.topic("orders").map(|topic| topic.overrides.len()),
        Some(0)
    );
}

#[test]
fn replacing_drops_what_is_not_named() {
    // Given a topic with a setting
    let mut world = world();
    assert_eq!(alter(&mut world, TOPIC, "orders", &[("retention.ms", SET, "1000")]), 0);
    for version in 0..=2 {
        // When its settings are replaced by another one
        let config = ReplacedConfig::default()
            .with_name(text("segment.ms"))
            .with_value(Some(text("5")));
        let resource = Replaced::default()
            .with_resource_type(TOPIC)
            .with_resource_name(text("orders"))
            .with_configs(vec![config]);
        let response = world.call_at(version, AlterConfigsRequest::default().with_resources(vec![resource]));
        assert_eq!(response.responses[0].error_code, 0);
        // Then that is the only one
        let topic = world.broker.topics.topic("orders").expect("the topic");
        assert_eq!(topic.overrides.keys().collect::<Vec<_>>(), ["segment.ms"]);
    }
}

#[test]
fn the_nodes_settings_are_shown_in_every_version() {
    let mut world = world();
    for version in 1..=4 {
        let resource = DescribeConfigsResource::default()
            .with_resource_type(BROKER)
            .with_resource_name(text("1"))
            .with_configuration_keys(None);
        let request = DescribeConfigsRequest::default().with_resources(vec![resource]);
        let response = world.call_at(version, request);
        assert!(response.results[0].configs.len() > 30, "version {version}");
    }
    let unclean = described(&mut world, BROKER, "1", "unclean.leader.election.enable");
    assert_eq!(unclean.map(|shown| shown.0).as_deref(), Some("false"));
}
