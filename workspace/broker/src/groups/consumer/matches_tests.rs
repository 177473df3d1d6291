//! Members that subscribe to an expression, as they see it.

use kafka_protocol::{
    ResponseError,
    messages::{
        ConsumerGroupDescribeRequest, ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse,
        DeleteTopicsRequest, TopicName, delete_topics_request::DeleteTopicState,
    },
};

use super::testing::SHORTEST_TIMEOUT;
use crate::{
    groups::classic::testing::{GROUP, text},
    testing::World,
};

fn join(regex: &'static str) -> ConsumerGroupHeartbeatRequest {
    ConsumerGroupHeartbeatRequest::default()
        .with_group_id(GROUP)
        .with_member_id(text("a"))
        .with_rebalance_timeout_ms(SHORTEST_TIMEOUT.as_millis() as i32)
        .with_subscribed_topic_regex(Some(text(regex)))
        .with_topic_partitions(Some(vec![]))
}

fn beat(epoch: i32) -> ConsumerGroupHeartbeatRequest {
    ConsumerGroupHeartbeatRequest::default()
        .with_group_id(GROUP)
        .with_member_id(text("a"))
        .with_member_epoch(epoch)
        .with_rebalance_timeout_ms(-1)
        .with_topic_partitions(Some(vec![]))
}

/// The names of the topics that an answer gives partitions of.
fn given(world: &World, response: &ConsumerGroupHeartbeatResponse) -> Vec<String> {
    assert_eq!(response.error_code, 0, "{:?}", response.error_message);
    let assignment = response.assignment.as_ref().expect("an assignment");
    let topics = assignment.topic_partitions.iter();
    let mut names: Vec<String> = topics
        .map(|topic| {
            world
                .broker
                .topics
                .name_of(topic.topic_id)
                .expect("a topic")
                .to_string()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn whole_names_match_and_topics_come_and_go() {
    // Given topics of which two match an expression as a whole
    let mut world = World::new();
    for name in ["orders-1", "orders-2", "old-orders-1", "orders-12"] {
        world.topic(name, 1);
    }
    // When a member subscribes to it
    let first = world.call(join("orders-[0-9]"));
    // Then it gets those two
    assert_eq!(given(&world, &first), ["orders-1", "orders-2"]);
    // And when one comes and one goes, its next answer says so
    world.topic("orders-3", 1);
    let gone = DeleteTopicState::default().with_name(Some(TopicName(text("orders-1"))));
    world.call(DeleteTopicsRequest::default().with_topics(vec![gone]));
    let second = world.call(beat(first.member_epoch));
    assert_eq!(given(&world, &second), ["orders-2", "orders-3"]);
}

#[test]
fn names_and_an_expression_add_up_and_the_empty_one_ends_it() {
    let mut world = World::new();
    for name in ["orders", "payments"] {
        world.topic(name, 1);
    }
    // Given a member that names a topic which its expression matches, too, and another
    let names = vec![TopicName(text("orders"))];
    let first = world.call(join("orders|payments").with_subscribed_topic_names(Some(names)));
    assert_eq!(given(&world, &first), ["orders", "payments"]);
    let described = world.call(ConsumerGroupDescribeRequest::default().with_group_ids(vec![GROUP]));
    let member = &described.groups[0].members[0];
    assert_eq!(member.subscribed_topic_regex, Some(text("orders|payments")));
    // When it takes the expression back
    let second = world.call(beat(first.member_epoch).with_subscribed_topic_regex(Some(text(""))));
    // Then it keeps what it names
    assert_eq!(given(&world, &second), ["orders"]);
}

#[test]
fn what_is_no_expression_or_takes_too_much_is_refused() {
    let mut world = World::new();
    for regex in [
        "orders-[",
        "a)(?:b",
        "(a{1000}){1000}",
        "((((((x{100}){100}){100})))){9}",
    ] {
        let response = world.call(join(regex));
        assert_eq!(
            response.error_code,
            ResponseError::InvalidRegularExpression.code(),
            "{regex}"
        );
        assert!(response.error_message.expect("a reason").contains("not a valid"));
    }
}
