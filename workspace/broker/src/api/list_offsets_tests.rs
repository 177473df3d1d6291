use std::collections::BTreeMap;

use kafka_protocol::messages::{
    DeleteRecordsRequest, DescribeProducersRequest, OffsetForLeaderEpochRequest, TopicName,
    delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic},
    describe_producers_request::TopicRequest,
    list_offsets_request::ListOffsetsTopic,
    offset_for_leader_epoch_request::{OffsetForLeaderPartition, OffsetForLeaderTopic},
};
use kafka_protocol::protocol::StrBytes;

use super::*;
use crate::{
    log::samples::{NOW, Sample},
    testing::World,
};

const TOPIC: TopicName = TopicName(StrBytes::from_static_str("orders"));

fn list(world: &mut World, version: i16, time: i64) -> (Option<ResponseError>, i64, i64) {
    let partition = ListOffsetsPartition::default()
        .with_current_leader_epoch(-1)
        .with_timestamp(time);
    let topic = ListOffsetsTopic::default()
        .with_name(TOPIC)
        .with_partitions(vec![partition]);
    let request = ListOffsetsRequest::default()
        .with_replica_id((-1).into())
        .with_topics(vec![topic]);
    let response = world.call_at(version, request);
    let partition = &response.topics[0].partitions[0];
    let error = ResponseError::try_from_code(partition.error_code);
    (error, partition.offset, partition.timestamp)
}

fn delete(world: &mut World, offset: i64) -> (Option<ResponseError>, i64) {
    let partition = DeleteRecordsPartition::default().with_offset(offset);
    let topic = DeleteRecordsTopic::default()
        .with_name(TOPIC)
        .with_partitions(vec![partition]);
    let response = world.call(DeleteRecordsRequest::default().with_topics(vec![topic]));
    let partition = &response.topics[0].partitions[0];
    (
        ResponseError::try_from_code(partition.error_code),
        partition.low_watermark,
    )
}

#[test]
fn ends_and_times_are_found() {
    let mut world = World::new();
    world.topic("orders", 1);
    world.produce("orders", 0, &Sample::count(3).at(NOW.0));
    for version in 1..=10 {
        assert_eq!(list(&mut world, version, LATEST), (None, 3, -1));
        assert_eq!(list(&mut world, version, EARLIEST), (None, 0, -1));
        assert_eq!(list(&mut world, version, NOW.0 + 1), (None, 1, NOW.0 + 1));
        assert_eq!(list(&mut world, version, NOW.0 + 3), (None, -1, -1));
    }
    assert_eq!(list(&mut world, 7, MAX_TIMESTAMP), (None, 2, NOW.0 + 2));
    assert_eq!(list(&mut world, 8, EARLIEST_LOCAL), (None, 0, -1));
    assert_eq!(list(&mut world, 9, LATEST_TIERED), (None, -1, -1));
    let unsupported = Some(ResponseError::UnsupportedVersion);
    assert_eq!(list(&mut world, 6, MAX_TIMESTAMP), (unsupported, -1, -1));
    assert_eq!(list(&mut world, 10, -99), (unsupported, -1, -1));
}

#[test]
fn deleted_records_are_gone_for_readers() {
    let mut world = World::new();
    world.topic("orders", 1);
    world.produce("orders", 0, &Sample::count(3));
    assert_eq!(delete(&mut world, 2), (None, 2));
    assert_eq!(delete(&mut world, 1), (None, 2), "nothing comes back");
    assert_eq!(delete(&mut world, 4), (Some(ResponseError::OffsetOutOfRange), -1));
    assert_eq!(delete(&mut world, -2), (Some(ResponseError::OffsetOutOfRange), -1));
    assert_eq!(list(&mut world, 5, EARLIEST).1, 2);
    assert_eq!(list(&mut world, 5, 0).1, 2);
    assert_eq!(delete(&mut world, -1), (None, 3));
    assert_eq!(world.produce("orders", 0, &Sample::count(1)).base_offset, 3);
}

#[test]
fn records_of_a_topic_that_is_only_compacted_are_not_deleted() {
    let mut world = World::new();
    let config = BTreeMap::from([("cleanup.policy".to_owned(), "compact".to_owned())]);
    world.topic_with("orders", 1, config);
    assert_eq!(delete(&mut world, -1), (Some(ResponseError::PolicyViolation), -1));
}

#[test]
fn there_is_one_epoch_of_the_leader_and_it_goes_on() {
    let mut world = World::new();
    world.topic("orders", 1);
    world.produce("orders", 0, &Sample::count(3));
    for (epoch, end) in [(0, (0, 3)), (1, (-1, -1))] {
        let partition = OffsetForLeaderPartition::default()
            .with_current_leader_epoch(-1)
            .with_leader_epoch(epoch);
        let topic = OffsetForLeaderTopic::default()
            .with_topic(TOPIC)
            .with_partitions(vec![partition]);
        let response = world.call(OffsetForLeaderEpochRequest::default().with_topics(vec![topic]));
        let partition = &response.topics[0].partitions[0];
        assert_eq!((partition.leader_epoch, partition.end_offset), end);
    }
}

#[test]
fn producers_of_a_partition_are_told() {
    let mut world = World::new();
    world.topic("orders", 1);
    world.produce("orders", 0, &Sample::count(3).by(7, 2, 5));
    let topic = TopicRequest::default()
        .with_name(TOPIC)
        .with_partition_indexes(vec![0, 1]);
    let response = world.call(DescribeProducersRequest::default().with_topics(vec![topic]));
    let partitions = &response.topics[0].partitions;
    let producer = &partitions[0].active_producers[0];
    assert_eq!(
        (producer.producer_id.0, producer.producer_epoch, producer.last_sequence),
        (7, 2, 7)
    );
    assert_eq!(producer.current_txn_start_offset, -1);
    assert_eq!(partitions[1].error_code, ResponseError::UnknownTopicOrPartition.code());
}

#[test]
fn old_records_go_with_time() {
    // Given a topic that keeps records for an hour, in segments of a minute
    let mut world = World::new();
    let config = BTreeMap::from([
        ("retention.ms".to_owned(), "3600000".to_owned()),
        ("segment.ms".to_owned(), "60000".to_owned()),
    ]);
    world.topic_with("orders", 1, config);
    world.produce("orders", 0, &Sample::count(2).at(world.now.0));
    // When two hours go by
    world.advance(std::time::Duration::from_secs(7200));
    // Then its records are gone
    assert_eq!(list(&mut world, 5, EARLIEST).1, 2);
}
