//! What readers see: records of committed transactions, and the group's offset.

use std::collections::BTreeSet;

use kafka_protocol::{
    messages::{
        FetchRequest, GroupId, OffsetFetchRequest, TopicName,
        fetch_request::{FetchPartition, FetchTopic},
        fetch_response::PartitionData,
        offset_fetch_request::OffsetFetchRequestTopic,
    },
    protocol::StrBytes,
    records::RecordBatchDecoder,
};

use super::client::{GROUP, TOPIC};
use crate::testing::World;

/// What a fetch from the beginning answers for a partition.
pub(super) fn fetched(world: &mut World, partition: i32, committed_only: bool) -> PartitionData {
    let partition = FetchPartition::default()
        .with_partition(partition)
        .with_fetch_offset(0)
        .with_partition_max_bytes(i32::MAX);
    let topic = FetchTopic::default()
        .with_topic(TopicName(StrBytes::from_static_str(TOPIC)))
        .with_partitions(vec![partition]);
    let request = FetchRequest::default()
        .with_max_bytes(i32::MAX)
        .with_isolation_level(i8::from(committed_only))
        .with_session_epoch(-1)
        .with_topics(vec![topic]);
    let mut response = world.call_at(12, request);
    response.responses.remove(0).partitions.remove(0)
}

/// The values that a reader of committed records gets from a partition, as a consumer finds them: it skips the records of
/// each producer whose transaction is in the list of aborted ones, until that transaction's marker.
pub(super) fn committed(world: &mut World, partition: i32) -> Vec<u32> {
    let data = fetched(world, partition, true);
    assert_eq!(data.error_code, 0);
    let mut aborted = data.aborted_transactions.unwrap_or_default();
    aborted.sort_by_key(|transaction| transaction.first_offset);
    let mut aborted = aborted.into_iter().peekable();
    let mut skipped = BTreeSet::new();
    let mut values = Vec::new();
    let mut bytes = data.records.unwrap_or_default();
    while !bytes.is_empty() {
        for record in RecordBatchDecoder::decode(&mut bytes).expect("whole batches").records {
            while let Some(transaction) = aborted.next_if(|next| next.first_offset <= record.offset) {
                skipped.insert(transaction.producer_id.0);
            }
            if record.control {
                skipped.remove(&record.producer_id);
            } else if !skipped.contains(&record.producer_id) {
                let value = record.value.expect("a value");
                values.push(u32::from_be_bytes(value[..].try_into().expect("four bytes")));
            }
        }
    }
    values
}

/// The group's committed offset of partition 0; -1 when there is none.
pub(super) fn group_offset(world: &mut World) -> i64 {
    let topic = OffsetFetchRequestTopic::default()
        .with_name(TopicName(StrBytes::from_static_str(TOPIC)))
        .with_partition_indexes(vec![0]);
    let request = OffsetFetchRequest::default()
        .with_group_id(GroupId(StrBytes::from_static_str(GROUP)))
        .with_topics(Some(vec![topic]));
    world.call_at(7, request).topics[0].partitions[0].committed_offset
}
