//! DescribeProducers: who writes to a partition, and whose transaction holds its readers back.

use kafka_protocol::{
    error::ResponseError,
    messages::{
        DescribeProducersRequest, DescribeProducersResponse, ProducerId,
        describe_producers_response::{PartitionResponse, ProducerState, TopicResponse},
    },
};

use crate::{Broker, Call, Reply, log::Partition};

impl Broker {
    pub(crate) fn describe_producers(&mut self, _call: &Call, request: DescribeProducersRequest) -> Reply {
        let topics = request
            .topics
            .into_iter()
            .map(|topic| {
                let partitions = topic
                    .partition_indexes
                    .iter()
                    .map(|number| {
                        let response = PartitionResponse::default().with_partition_index(*number);
                        match self.topics.partition(&topic.name, *number) {
                            Some(partition) => response.with_active_producers(producers(partition)),
                            None => response.with_error_code(ResponseError::UnknownTopicOrPartition.code()),
                        }
                    })
                    .collect();
                TopicResponse::default()
                    .with_name(topic.name)
                    .with_partitions(partitions)
            })
            .collect();
        Reply::Now(DescribeProducersResponse::default().with_topics(topics).into())
    }
}

fn producers(partition: &Partition) -> Vec<ProducerState> {
    partition
        .producers()
        .map(|(id, producer)| {
            ProducerState::default()
                .with_producer_id(ProducerId(id))
                .with_producer_epoch(i32::from(producer.epoch))
                .with_last_sequence(producer.last_sequence())
                .with_last_timestamp(producer.last_timestamp)
                .with_coordinator_epoch(producer.coordinator_epoch)
                .with_current_txn_start_offset(producer.open.unwrap_or(-1))
        })
        .collect()
}
