//! DescribeLogDirs: how large partitions are.

use std::collections::BTreeMap;

use kafka_protocol::{
    messages::{
        DescribeLogDirsRequest, DescribeLogDirsResponse, TopicName,
        describe_log_dirs_response::{DescribeLogDirsPartition, DescribeLogDirsResult, DescribeLogDirsTopic},
    },
    protocol::StrBytes,
};

use crate::{Broker, Call, Reply, topics::Topic};

/// The folder that clients are told, since they expect one: where the bytes lie is the storage's own affair.
pub(super) const LOG_DIR: &str = "/palinode-sandbox";

impl Broker {
    pub(crate) fn describe_log_dirs(&mut self, _call: &Call, request: DescribeLogDirsRequest) -> Reply {
        let topics = match request.topics {
            None => self.topics.iter().map(|topic| described(topic, |_| true)).collect(),
            Some(asked) => {
                let mut wanted: BTreeMap<TopicName, Vec<i32>> = BTreeMap::new();
                for topic in asked {
                    wanted.entry(topic.topic).or_default().extend(topic.partitions);
                }
                let there = wanted.iter().filter_map(|(name, numbers)| {
                    let topic = self.topics.topic(name)?;
                    Some(described(topic, |number| numbers.contains(&number)))
                });
                there.filter(|topic| !topic.partitions.is_empty()).collect()
            }
        };
        let folder = DescribeLogDirsResult::default()
            .with_log_dir(StrBytes::from_static_str(LOG_DIR))
            .with_topics(topics);
        Reply::Now(DescribeLogDirsResponse::default().with_results(vec![folder]).into())
    }
}

fn described(topic: &Topic, is_wanted: impl Fn(i32) -> bool) -> DescribeLogDirsTopic {
    let wanted = (0..).zip(&topic.partitions).filter(|(number, _)| is_wanted(*number));
    let partitions = wanted.map(|(number, partition)| {
        DescribeLogDirsPartition::default()
            .with_partition_index(number)
            .with_partition_size(i64::try_from(partition.bytes()).unwrap_or(i64::MAX))
    });
    DescribeLogDirsTopic::default()
        .with_name(TopicName(topic.name.clone()))
        .with_partitions(partitions.collect())
}

#[cfg(test)]
mod tests {
    use kafka_protocol::messages::describe_log_dirs_request::DescribableLogDirTopic;

    use super::*;
    use crate::testing::World;

    #[test]
    fn partitions_are_told_all_or_those_asked_for() {
        // Given two topics
        let mut world = World::new();
        world.topic("orders", 3);
        world.topic("payments", 1);
        for version in 1..=4 {
            // When all are asked for, and two partitions of which one is there
            let all = world.call_at(version, DescribeLogDirsRequest::default().with_topics(None));
            let asked = DescribableLogDirTopic::default()
                .with_topic(TopicName(StrBytes::from_static_str("orders")))
                .with_partitions(vec![1, 9]);
            let some = world.call_at(
                version,
                DescribeLogDirsRequest::default().with_topics(Some(vec![asked])),
            );
            // Then those are told that are there
            let told = |response: DescribeLogDirsResponse| {
                let topics = response.results[0].topics.iter();
                topics.map(|topic| topic.partitions.len()).collect::<Vec<_>>()
            };
            assert_eq!(told(all), [3, 1]);
            assert_eq!(told(some), [1]);
        }
    }
}
