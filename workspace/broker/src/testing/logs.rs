//! Producing to a broker and fetching from it.

use kafka_protocol::{
    messages::{
        FetchRequest, FetchResponse, ProduceRequest, TopicName, TransactionalId,
        fetch_request::{FetchPartition, FetchTopic},
        produce_request::{PartitionProduceData, TopicProduceData},
        produce_response::PartitionProduceResponse,
    },
    protocol::StrBytes,
};

use super::World;
use crate::log::samples::Sample;

impl World {
    /// A produce request of one batch in the newest version.
    pub(crate) fn producing(&self, topic: &'static str, partition: i32, sample: &Sample) -> ProduceRequest {
        let data = PartitionProduceData::default()
            .with_index(partition)
            .with_records(Some(sample.bytes()));
        let topic = TopicProduceData::default()
            .with_topic_id(
                self.broker
                    .topics
                    .topic(topic)
                    .map_or(uuid::Uuid::nil(), |topic| topic.id),
            )
            .with_partition_data(vec![data]);
        ProduceRequest::default()
            .with_acks(-1)
            .with_timeout_ms(1000)
            .with_topic_data(vec![topic])
    }

    /// Produces one batch.
    pub(crate) fn produce(&mut self, topic: &'static str, partition: i32, sample: &Sample) -> PartitionProduceResponse {
        let request = self.producing(topic, partition, sample);
        self.call(request).responses.remove(0).partition_responses.remove(0)
    }

    /// Produces one batch under a transactional id.
    pub(crate) fn produce_under(
        &mut self,
        id: &'static str,
        topic: &'static str,
        partition: i32,
        sample: &Sample,
    ) -> PartitionProduceResponse {
        let id = TransactionalId(StrBytes::from_static_str(id));
        let request = self.producing(topic, partition, sample).with_transactional_id(Some(id));
        self.call(request).responses.remove(0).partition_responses.remove(0)
    }

    /// A fetch of a topic's partitions from these offsets in the newest version, which waits for a second at most.
    pub(crate) fn fetching(&self, topic: &'static str, offsets: &[i64]) -> FetchRequest {
        let partitions = (0..)
            .zip(offsets)
            .map(|(partition, offset)| {
                FetchPartition::default()
                    .with_partition(partition)
                    .with_current_leader_epoch(-1)
                    .with_fetch_offset(*offset)
                    .with_partition_max_bytes(1 << 20)
            })
            .collect();
        let topic = FetchTopic::default()
            .with_topic(TopicName(StrBytes::from_static_str(topic)))
            .with_topic_id(
                self.broker
                    .topics
                    .topic(topic)
                    .map_or(uuid::Uuid::nil(), |topic| topic.id),
            )
            .with_partitions(partitions);
        FetchRequest::default()
            .with_max_wait_ms(1000)
            .with_min_bytes(1)
            .with_max_bytes(1 << 20)
            .with_topics(vec![topic])
    }
}

/// Bytes of records in a response, by partition.
pub(crate) fn bytes_of(response: &FetchResponse) -> Vec<usize> {
    let partitions = response.responses.iter().flat_map(|topic| &topic.partitions);
    partitions
        .map(|partition| partition.records.as_ref().map_or(0, bytes::Bytes::len))
        .collect()
}
