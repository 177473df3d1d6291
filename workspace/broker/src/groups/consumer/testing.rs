//! The clients of a consumer group, for tests.

use std::time::Duration;

use kafka_protocol::messages::{
    ConsumerGroupDescribeRequest, ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, TopicName,
    consumer_group_heartbeat_request::TopicPartitions,
};

use crate::{
    Timestamp,
    groups::classic::testing::{GROUP, text},
    testing::World,
};

/// The rebalance time-out of the tests' clients; sessions last longer.
pub(super) const SHORTEST_TIMEOUT: Duration = Duration::from_secs(30);

/// A consumer as clients are written: it takes what it is given, and gives back what it is no longer given.
#[derive(Debug, Default)]
pub(super) struct Client {
    pub(super) id: &'static str,
    pub(super) instance: Option<&'static str>,
    pub(super) assignor: Option<&'static str>,
    pub(super) epoch: i32,
    pub(super) owned: Vec<i32>,
    /// Whether it does not give back what it should.
    pub(super) keeps: bool,
    /// When it was last told that it may go on.
    pub(super) heard: Timestamp,
}

impl Client {
    pub(super) fn new(id: &'static str) -> Self {
        Self { id, ..Self::default() }
    }

    pub(super) fn request(&self, world: &World) -> ConsumerGroupHeartbeatRequest {
        let topic = world.broker.topics.topic("orders").expect("the topic").id;
        let owned = TopicPartitions::default()
            .with_topic_id(topic)
            .with_partitions(self.owned.clone());
        let joins = self.epoch == 0;
        let topics = if joins || self.owned.is_empty() {
            vec![]
        } else {
            vec![owned]
        };
        ConsumerGroupHeartbeatRequest::default()
            .with_group_id(GROUP)
            .with_member_id(text(self.id))
            .with_member_epoch(self.epoch)
            .with_instance_id(self.instance.map(text))
            .with_server_assignor(self.assignor.map(text))
            .with_rebalance_timeout_ms(if joins { SHORTEST_TIMEOUT.as_millis() as i32 } else { -1 })
            .with_subscribed_topic_names(joins.then(|| vec![TopicName(text("orders"))]))
            .with_topic_partitions(Some(topics))
    }

    pub(super) fn beat(&mut self, world: &mut World) -> i16 {
        let request = self.request(world);
        let response = world.call(request);
        self.heard = world.now;
        self.take(&response);
        response.error_code
    }

    pub(super) fn take(&mut self, response: &ConsumerGroupHeartbeatResponse) {
        if response.error_code != 0 {
            self.epoch = 0;
            self.owned.clear();
            return;
        }
        self.epoch = response.member_epoch;
        if let Some(assignment) = &response.assignment {
            let topics = assignment.topic_partitions.iter();
            let given: Vec<i32> = topics.flat_map(|topic| topic.partitions.clone()).collect();
            if self.keeps {
                self.owned.extend(given);
                self.owned.sort_unstable();
                self.owned.dedup();
            } else {
                self.owned = given;
            }
        }
    }

    pub(super) fn leave(&mut self, world: &mut World, epoch: i32) -> i16 {
        let request = self.request(world).with_member_epoch(epoch);
        self.epoch = 0;
        self.owned.clear();
        world.call(request).error_code
    }
}

pub(super) fn world(partitions: i32) -> World {
    let mut world = World::new();
    world.topic("orders", partitions);
    world
}

pub(super) fn state(world: &mut World) -> String {
    let described = world.call(ConsumerGroupDescribeRequest::default().with_group_ids(vec![GROUP]));
    described.groups[0].group_state.to_string()
}
