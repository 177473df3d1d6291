//! DescribeTopicPartitions: topics by name, page by page (KIP-966).

use std::collections::BTreeSet;

use kafka_protocol::{
    ResponseError,
    messages::{
        BrokerId, DescribeTopicPartitionsRequest, DescribeTopicPartitionsResponse, TopicName,
        describe_topic_partitions_response::{
            Cursor, DescribeTopicPartitionsResponsePartition, DescribeTopicPartitionsResponseTopic,
        },
    },
    protocol::StrBytes,
};

use super::operations;
use crate::{
    Broker, Call, NODE_ID, Reply,
    topics::{is_internal, name_fault},
};

/// The most partitions of one page, as Kafka's `max.request.partition.size.limit` has it.
const PARTITIONS_MAX: i32 = 2_000;

impl Broker {
    pub(crate) fn describe_topic_partitions(&mut self, _call: &Call, request: DescribeTopicPartitionsRequest) -> Reply {
        let mut names: BTreeSet<StrBytes> = if request.topics.is_empty() {
            self.topics.iter().map(|topic| topic.name.clone()).collect()
        } else {
            request.topics.into_iter().map(|topic| topic.name.0).collect()
        };
        let mut first = 0;
        if let Some(cursor) = request.cursor {
            let from = cursor.topic_name.0;
            names.retain(|name| *name >= from);
            if names.first() == Some(&from) {
                first = cursor.partition_index.max(0);
            }
        }
        let mut room = request.response_partition_limit.clamp(1, PARTITIONS_MAX);
        let mut response = DescribeTopicPartitionsResponse::default();
        for name in names {
            if room == 0 {
                response.next_cursor = Some(cursor(name, 0));
                break;
            }
            let (topic, next) = self.page_of_topic(&name, first, room);
            room -= topic.partitions.len() as i32;
            first = 0;
            response.topics.push(topic);
            if let Some(next) = next {
                response.next_cursor = Some(cursor(name, next));
                break;
            }
        }
        Reply::Now(response.into())
    }

    /// A topic with so many of its partitions as there is room for, and the first of those for which there is none.
    fn page_of_topic(
        &self,
        name: &StrBytes,
        first: i32,
        room: i32,
    ) -> (DescribeTopicPartitionsResponseTopic, Option<i32>) {
        let described = DescribeTopicPartitionsResponseTopic::default()
            .with_name(Some(TopicName(name.clone())))
            .with_is_internal(is_internal(name))
            .with_topic_authorized_operations(operations::TOPIC);
        let Some(topic) = self.topics.topic(name) else {
            let error = match name_fault(name) {
                Some(_) => ResponseError::InvalidTopicException,
                None => ResponseError::UnknownTopicOrPartition,
            };
            return (described.with_error_code(error.code()), None);
        };
        let count = topic.partitions.len() as i32;
        let end = first.saturating_add(room).min(count);
        let here = vec![BrokerId(NODE_ID)];
        let partitions = (first..end).map(|number| {
            DescribeTopicPartitionsResponsePartition::default()
                .with_partition_index(number)
                .with_leader_id(BrokerId(NODE_ID))
                .with_leader_epoch(0)
                .with_replica_nodes(here.clone())
                .with_isr_nodes(here.clone())
                .with_eligible_leader_replicas(Some(Vec::new()))
                .with_last_known_elr(Some(Vec::new()))
        });
        let described = described.with_topic_id(topic.id).with_partitions(partitions.collect());
        (described, (end < count).then_some(end))
    }
}

fn cursor(name: StrBytes, partition: i32) -> Cursor {
    Cursor::default()
        .with_topic_name(TopicName(name))
        .with_partition_index(partition)
}

#[cfg(test)]
mod tests {
    use kafka_protocol::messages::describe_topic_partitions_request as ask;

    use super::*;
    use crate::testing::World;

    #[test]
    fn pages_follow_each_other_until_all_is_told() {
        // Given two topics of three partitions
        let mut world = World::new();
        world.topic("a", 3);
        world.topic("b", 3);
        // When they are asked for in pages of two
        let mut told = Vec::new();
        let mut request = DescribeTopicPartitionsRequest::default().with_response_partition_limit(2);
        for _ in 0..3 {
            let response = world.call(request.clone());
            for topic in &response.topics {
                let name = topic.name.as_ref().expect("a name").to_string();
                told.extend(
                    topic
                        .partitions
                        .iter()
                        .map(|partition| (name.clone(), partition.partition_index)),
                );
            }
            let next = response.next_cursor.map(|next| {
                ask::Cursor::default()
                    .with_topic_name(next.topic_name)
                    .with_partition_index(next.partition_index)
            });
            request.cursor = next;
        }
        // Then three pages tell all, once, and there is no fourth
        let all = ["a", "b"]
            .iter()
            .flat_map(|name| (0..3).map(|number| ((*name).to_owned(), number)));
        assert_eq!(told, all.collect::<Vec<_>>());
        assert!(request.cursor.is_none());
    }

    #[test]
    fn an_unknown_topic_is_told_so() {
        let mut world = World::new();
        let topic = ask::TopicRequest::default().with_name(TopicName(StrBytes::from_static_str("x")));
        let response = world.call(DescribeTopicPartitionsRequest::default().with_topics(vec![topic]));
        assert_eq!(
            response.topics[0].error_code,
            ResponseError::UnknownTopicOrPartition.code()
        );
    }
}
