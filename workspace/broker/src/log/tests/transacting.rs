//! Transactions in a partition: what readers of committed records see.

use kafka_protocol::error::ResponseError;

use crate::log::{
    End, Isolation, Marker,
    samples::{Log, Sample, batches_of, consumed},
};

fn values(log: &mut Log, from: i64) -> Vec<i64> {
    let read = log.read(from, Isolation::Committed);
    consumed(&read).into_iter().map(|(offset, ..)| offset).collect()
}

fn in_transaction(id: i64, sequence: i32) -> Sample {
    Sample::count(1).by(id, 0, sequence).in_transaction()
}

#[test]
fn committed_readers_stop_before_the_first_open_transaction() {
    // Given a record, an open transaction, and a record behind it
    let mut log = Log::new();
    log.append(&Sample::count(1)).unwrap();
    log.append(&in_transaction(1, 0)).unwrap();
    log.append(&Sample::count(1)).unwrap();
    // Then only the first is seen
    assert!(!log.partition.needs_verification(&in_transaction(1, 1).batch()));
    assert_eq!(log.partition.last_stable_offset(), 1);
    assert_eq!(values(&mut log, 0), [0]);
    // When it commits, then all are
    assert_eq!(log.end(1, 0, Marker::Commit), 3);
    assert!(log.partition.needs_verification(&in_transaction(1, 1).batch()));
    assert_eq!(log.partition.last_stable_offset(), 4);
    assert_eq!(values(&mut log, 0), [0, 1, 2]);
}

#[test]
fn aborted_records_are_told_and_skipped() {
    // Given two transactions that cross, of which the one that began first ends last and is aborted
    let mut log = Log::new();
    log.append(&in_transaction(1, 0)).unwrap();
    log.append(&in_transaction(2, 0)).unwrap();
    log.end(2, 0, Marker::Abort);
    log.append(&in_transaction(2, 1)).unwrap();
    log.end(2, 0, Marker::Commit);
    assert_eq!(log.partition.last_stable_offset(), 0);
    log.end(1, 0, Marker::Abort);
    // Then only the committed one is seen, from wherever one reads
    assert_eq!(values(&mut log, 0), [3]);
    assert_eq!(values(&mut log, 1), [3]);
    assert_eq!(values(&mut log, 3), [3]);
    let told = |log: &mut Log, from| log.read(from, Isolation::Committed).aborted.len();
    assert_eq!((told(&mut log, 0), told(&mut log, 3), told(&mut log, 6)), (2, 1, 0));
    assert!(log.read(0, Isolation::Uncommitted).aborted.is_empty());
}

#[test]
fn a_marker_says_who_ended_what() {
    let mut log = Log::new();
    log.append(&in_transaction(1, 0)).unwrap();
    log.end(1, 5, Marker::Commit);
    let read = log.read(1, Isolation::Uncommitted);
    let batch = &batches_of(&read.records)[0];
    assert!(batch.is_whole() && batch.is_control() && batch.is_transactional());
    assert_eq!(
        End::of(batch),
        Some(End {
            producer_id: 1,
            producer_epoch: 5,
            coordinator_epoch: 0,
            marker: Marker::Commit
        })
    );
}

#[test]
fn what_is_older_than_the_last_end_is_refused() {
    // Given a transaction that was ended by a newer epoch and a newer coordinator
    let mut log = Log::new();
    log.append(&in_transaction(1, 0)).unwrap();
    let end = |producer_epoch, coordinator_epoch| End {
        producer_id: 1,
        producer_epoch,
        coordinator_epoch,
        marker: Marker::Abort,
    };
    let mut mark = |end| log.call(|partition, store, config, now| partition.append_marker(store, end, config, now));
    assert_eq!(mark(end(1, 2)), Ok(1));
    // Then older markers and older batches are refused
    assert_eq!(mark(end(0, 2)), Err(ResponseError::InvalidProducerEpoch));
    assert_eq!(mark(end(1, 1)), Err(ResponseError::TransactionCoordinatorFenced));
    assert_eq!(
        log.append(&in_transaction(1, 1)),
        Err(ResponseError::InvalidProducerEpoch)
    );
}

#[test]
fn a_batch_outside_of_its_producers_open_transaction_is_refused() {
    let mut log = Log::new();
    log.append(&in_transaction(1, 0)).unwrap();
    assert_eq!(
        log.append(&Sample::count(1).by(1, 0, 1)),
        Err(ResponseError::InvalidTxnState)
    );
}

#[test]
fn while_a_first_batch_is_verified_none_behind_it_is_taken() {
    for bumps_epochs in [false, true] {
        // Given a producer whose first batch is under verification
        let mut log = Log::new();
        let (first, second) = (in_transaction(1, 0), in_transaction(1, 1));
        assert!(log.partition.needs_verification(&first.batch()));
        log.partition.verifying(&first.batch(), bumps_epochs, log.now).unwrap();
        log.partition.verifying(&second.batch(), bumps_epochs, log.now).unwrap();
        // When the second comes before the first was taken, then it is out of order
        assert_eq!(log.append(&second), Err(ResponseError::OutOfOrderSequenceNumber));
        assert_eq!(log.append(&first), Ok(0));
        assert!(!log.partition.needs_verification(&second.batch()));
        assert_eq!(log.append(&second), Ok(1));
    }
}
