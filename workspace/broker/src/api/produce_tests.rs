use kafka_protocol::messages::{EndTxnRequest, InitProducerIdRequest, TopicName, TransactionalId};

use super::*;
use crate::{log::samples::Sample, testing::World};

fn error(response: &PartitionProduceResponse) -> Option<ResponseError> {
    ResponseError::try_from_code(response.error_code)
}

#[test]
fn every_version_appends() {
    let mut world = World::new();
    world.topic("orders", 1);
    for version in 3..=13 {
        let mut request = world.producing("orders", 0, &Sample::count(2));
        if version < TOPIC_IDS {
            request.topic_data[0].topic_id = Uuid::nil();
            request.topic_data[0].name = TopicName(StrBytes::from_static_str("orders"));
        }
        let response = world.call_at(version, request);
        let partition = &response.responses[0].partition_responses[0];
        assert_eq!(
            (error(partition), partition.base_offset),
            (None, i64::from(version - 3) * 2)
        );
        assert_eq!(partition.log_append_time_ms, -1);
    }
}

#[test]
fn each_partition_answers_for_itself() {
    // Given a topic of two partitions
    let mut world = World::new();
    world.topic("orders", 2);
    // When batches go to those, to one that is not there, and one that is no batch
    let mut request = world.producing("orders", 1, &Sample::count(1));
    let good = request.topic_data[0].partition_data[0].clone();
    request.topic_data[0].partition_data.push(good.clone().with_index(7));
    request.topic_data[0]
        .partition_data
        .push(good.clone().with_index(0).with_records(None));
    let response = world.call(request);
    // Then
    let errors: Vec<_> = response.responses[0].partition_responses.iter().map(error).collect();
    let expected = [
        None,
        Some(ResponseError::UnknownTopicOrPartition),
        Some(ResponseError::InvalidRecord),
    ];
    assert_eq!(errors, expected);
    let offsets: Vec<_> = response.responses[0]
        .partition_responses
        .iter()
        .map(|p| p.base_offset)
        .collect();
    assert_eq!(offsets, [0, -1, -1]);
}

#[test]
fn records_without_keys_are_named_where_the_version_can_say_it() {
    let mut world = World::new();
    let config = [("cleanup.policy".to_owned(), "compact".to_owned())].into();
    world.topic_with("table", 1, config);
    for version in [7, 8, 13] {
        let mut request = world.producing("table", 0, &Sample::count(2).without_keys());
        if version < TOPIC_IDS {
            request.topic_data[0].topic_id = Uuid::nil();
            request.topic_data[0].name = TopicName(StrBytes::from_static_str("table"));
        }
        let response = world.call_at(version, request);
        let partition = &response.responses[0].partition_responses[0];
        assert_eq!(error(partition), Some(ResponseError::InvalidRecord));
        assert_eq!(partition.record_errors.len(), if version < 8 { 0 } else { 2 });
    }
}

#[test]
fn a_topic_that_is_not_known_is_refused_by_name_and_by_id() {
    let mut world = World::new();
    let request = world.producing("nowhere", 0, &Sample::count(1));
    let by_id = world.call(request.clone());
    assert_eq!(
        error(&by_id.responses[0].partition_responses[0]),
        Some(ResponseError::UnknownTopicId)
    );
    let by_name = world.call_at(9, request);
    assert_eq!(
        error(&by_name.responses[0].partition_responses[0]),
        Some(ResponseError::UnknownTopicOrPartition)
    );
}

#[test]
fn who_does_not_wait_is_answered_by_silence_and_the_records_are_there() {
    let mut world = World::new();
    world.topic("orders", 1);
    let request = world.producing("orders", 0, &Sample::count(1)).with_acks(0);
    let call = world.send(0, request);
    assert!(world.is_answered(call));
    assert_eq!(world.produce("orders", 0, &Sample::count(1)).base_offset, 1);
    let request = world.producing("orders", 0, &Sample::count(1)).with_acks(2);
    let response = world.call(request);
    assert_eq!(
        error(&response.responses[0].partition_responses[0]),
        Some(ResponseError::InvalidRequiredAcks)
    );
}

#[test]
fn a_partition_that_is_not_there_is_told_before_acknowledgements_that_are_not() {
    let mut world = World::new();
    world.topic("orders", 1);
    let request = world.producing("orders", 7, &Sample::count(1)).with_acks(2);
    let response = world.call(request);
    assert_eq!(
        error(&response.responses[0].partition_responses[0]),
        Some(ResponseError::UnknownTopicOrPartition)
    );
}

#[test]
fn a_transactional_batch_joins_the_transaction_and_counts_when_it_commits() {
    // Given a transactional producer
    let mut world = World::new();
    world.topic("orders", 1);
    let id = TransactionalId(StrBytes::from_static_str("t"));
    let init = InitProducerIdRequest::default()
        .with_transactional_id(Some(id.clone()))
        .with_transaction_timeout_ms(10_000);
    let producer = world.call_at(5, init);
    let sample = |sequence| {
        Sample::count(1)
            .by(producer.producer_id.0, producer.producer_epoch, sequence)
            .in_transaction()
    };
    // Then its batch is refused without its transactional id
    let refused = world.produce("orders", 0, &sample(0));
    assert_eq!(error(&refused), Some(ResponseError::TransactionalIdAuthorizationFailed));
    // And is appended with it, unseen
    assert_eq!(world.produce_under("t", "orders", 0, &sample(0)).error_code, 0);
    let fetch = world.fetching("orders", &[0]).with_isolation_level(1);
    let waiting = world.send(1, fetch);
    assert!(!world.is_answered(waiting));
    // When it commits
    let end = EndTxnRequest::default()
        .with_transactional_id(id)
        .with_producer_id(producer.producer_id)
        .with_producer_epoch(producer.producer_epoch)
        .with_committed(true);
    assert_eq!(world.call(end).error_code, 0);
    // Then it is seen by who waits
    let response = world
        .answer::<kafka_protocol::messages::FetchRequest>(waiting)
        .expect("woken by the marker");
    let partition = &response.responses[0].partitions[0];
    assert_eq!((partition.high_watermark, partition.last_stable_offset), (2, 2));
    assert!(partition.records.as_ref().is_some_and(|records| records.len() > 61));
}
