use std::time::Duration;

use kafka_protocol::messages::fetch_request::ReplicaState;

use super::*;
use crate::{
    log::samples::Sample,
    testing::{World, bytes_of},
};

fn world(partitions: i32) -> World {
    let mut world = World::new();
    world.topic("orders", partitions);
    world
}

fn first_error(response: &FetchResponse) -> Option<ResponseError> {
    ResponseError::try_from_code(response.responses[0].partitions[0].error_code)
}

#[test]
fn every_version_reads() {
    let mut world = world(1);
    world.produce("orders", 0, &Sample::count(2));
    let bytes = Sample::count(2).bytes().len();
    for version in 4..=18 {
        let mut request = world.fetching("orders", &[0]);
        if version < TOPIC_IDS {
            request.topics[0].topic_id = uuid::Uuid::nil();
        } else {
            request.topics[0].topic = Default::default();
        }
        let response = world.call_at(version, request);
        assert_eq!(bytes_of(&response), [bytes], "version {version}");
        assert_eq!(response.session_id, 0);
        assert_eq!(response.responses[0].partitions[0].high_watermark, 2);
    }
}

#[test]
fn a_fetch_waits_for_records_until_its_time_is_up() {
    // Given a fetch at the end of two partitions
    let mut world = world(2);
    let request = world.fetching("orders", &[0, 0]);
    let call = world.send(1, request.clone());
    assert!(!world.is_answered(call));
    // When its time is up, then it is answered with nothing, for all of its partitions
    world.advance(Duration::from_millis(999));
    assert!(!world.is_answered(call));
    world.advance(Duration::from_millis(1));
    let response = world.answer::<FetchRequest>(call).expect("its time is up");
    assert_eq!(bytes_of(&response), [0, 0]);
    // When another waits and a record comes, then it is answered at once
    let call = world.send(1, request);
    world.produce("orders", 1, &Sample::count(1));
    let response = world.answer::<FetchRequest>(call).expect("a record came");
    assert_eq!(bytes_of(&response), [0, Sample::count(1).bytes().len()]);
}

#[test]
fn a_fetch_waits_for_as_many_bytes_as_it_wants() {
    let mut world = world(2);
    let bytes = Sample::count(1).bytes().len();
    let request = world.fetching("orders", &[0, 0]).with_min_bytes(2 * bytes as i32);
    let call = world.send(1, request);
    world.produce("orders", 0, &Sample::count(1));
    assert!(!world.is_answered(call));
    world.produce("orders", 1, &Sample::count(1));
    let response = world.answer::<FetchRequest>(call).expect("enough came");
    assert_eq!(bytes_of(&response), [bytes, bytes]);
}

#[test]
fn the_fetch_of_a_connection_that_went_is_forgotten() {
    let mut world = world(1);
    let request = world.fetching("orders", &[0]);
    let call = world.send(1, request);
    world.disconnect(1);
    world.produce("orders", 0, &Sample::count(1));
    world.advance(Duration::from_secs(2));
    assert!(!world.is_answered(call));
}

#[test]
fn limits_hold_for_a_partition_and_for_all() {
    // Given two batches in each of two partitions
    let mut world = world(2);
    let bytes = Sample::count(1).bytes().len();
    for partition in [0, 1, 0, 1] {
        world.produce("orders", partition, &Sample::count(1));
    }
    let mut read = |all: usize, each: usize| {
        let mut request = world.fetching("orders", &[0, 0]).with_max_bytes(all as i32);
        for partition in &mut request.topics[0].partitions {
            partition.partition_max_bytes = each as i32;
        }
        bytes_of(&world.call(request))
    };
    // Then whole batches are given, one at least, and no more than asked for
    assert_eq!(read(4 * bytes, 4 * bytes), [2 * bytes, 2 * bytes]);
    assert_eq!(read(3 * bytes, 4 * bytes), [2 * bytes, bytes]);
    assert_eq!(read(4 * bytes, bytes), [bytes, bytes]);
    assert_eq!(read(1, 1), [bytes, 0]);
}

#[test]
fn what_is_wrong_is_said_at_once() {
    let mut world = world(1);
    let good = world.fetching("orders", &[0]);
    let mut error = |change: fn(&mut FetchRequest)| {
        let mut request = good.clone();
        change(&mut request);
        first_error(&world.call(request))
    };
    assert_eq!(
        error(|request| request.topics[0].partitions[0].fetch_offset = 1),
        Some(ResponseError::OffsetOutOfRange)
    );
    assert_eq!(
        error(|request| request.topics[0].partitions[0].current_leader_epoch = 1),
        Some(ResponseError::UnknownLeaderEpoch)
    );
    assert_eq!(
        error(|request| request.topics[0].partitions[0].partition = 1),
        Some(ResponseError::UnknownTopicOrPartition)
    );
    assert_eq!(
        error(|request| request.topics[0].topic_id = uuid::Uuid::from_u128(99)),
        Some(ResponseError::UnknownTopicId)
    );
    assert_eq!(
        error(|request| request.replica_state = ReplicaState::default().with_replica_id(BrokerId(2))),
        Some(ResponseError::NotLeaderOrFollower)
    );
    let session = good.clone().with_session_id(5).with_session_epoch(1);
    let code = world.call(session).error_code;
    assert_eq!(code, ResponseError::FetchSessionIdNotFound.code());
}
