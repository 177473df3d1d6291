//! Compaction: the last record of each key stays.

use std::collections::BTreeMap;

use kafka_protocol::{error::ResponseError, records::Compression};
use proptest::prelude::*;

use crate::{
    Timestamp,
    log::{
        Isolation, Marker,
        samples::{Log, NOW, Sample, batches_of, consumed},
    },
    topics::TopicConfig,
};

/// A log in which each batch is a segment of its own.
fn log() -> Log {
    Log::with(TopicConfig {
        compact: true,
        delete: false,
        segment_ms: i64::MIN,
        delete_retention_ms: 1000,
        min_cleanable_dirty_ratio: 0.0,
        ..TopicConfig::default()
    })
}

fn compact(log: &mut Log, now: i64) {
    log.now = Timestamp(now);
    log.call(|partition, store, config, now| partition.compact(store, config, now))
        .unwrap();
}

fn committed(log: &mut Log) -> Vec<(i64, String, Option<String>)> {
    let start = log.partition.log_start();
    let read = log.read(start, Isolation::Committed);
    consumed(&read)
}

fn offsets(log: &mut Log) -> Vec<i64> {
    committed(log).into_iter().map(|(offset, ..)| offset).collect()
}

#[test]
fn the_last_record_of_each_key_stays_where_it_was() {
    for compression in [
        Compression::None,
        Compression::Gzip,
        Compression::Lz4,
        Compression::Zstd,
        Compression::Snappy,
    ] {
        // Given keys that were written again, in the same batch and in later ones
        let mut log = log();
        let write = |log: &mut Log, records: &[(&str, Option<&str>)]| {
            log.append(&Sample::of(records).compressed(compression)).unwrap();
        };
        let long = "long and longer ".repeat(30);
        write(
            &mut log,
            &[("a", Some(&long)), ("b", Some("1")), ("a", Some("2")), ("c", Some("3"))],
        );
        write(&mut log, &[("b", Some("4"))]);
        write(&mut log, &[("c", Some("5"))]);
        // When the log is compacted
        compact(&mut log, NOW.0);
        // Then the older ones are gone; the last segment is left alone and does not count
        assert_eq!(offsets(&mut log), [2, 3, 4, 5], "{compression:?}");
        assert_eq!(log.partition.high_watermark(), 6);
        // And what is compacted is compacted again when more is written
        write(&mut log, &[("d", Some("6"))]);
        compact(&mut log, NOW.0);
        assert_eq!(offsets(&mut log), [2, 4, 5, 6], "{compression:?}");
    }
}

#[test]
fn tombstones_go_after_their_time() {
    let mut log = log();
    log.append(&Sample::of(&[("a", Some("1"))])).unwrap();
    log.append(&Sample::of(&[("a", None)])).unwrap();
    log.append(&Sample::of(&[("x", Some("2"))])).unwrap();
    // When the log is compacted, then the tombstone stays
    compact(&mut log, NOW.0);
    assert_eq!(offsets(&mut log), [1, 2]);
    // Until it has stood for as long as the topic says, and more was written
    log.append(&Sample::of(&[("y", Some("3"))])).unwrap();
    compact(&mut log, NOW.0 + 999);
    assert_eq!(offsets(&mut log), [1, 2, 3]);
    log.append(&Sample::of(&[("z", Some("4"))])).unwrap();
    compact(&mut log, NOW.0 + 1000);
    assert_eq!(offsets(&mut log), [2, 3, 4]);
}

#[test]
fn aborted_records_go_and_do_not_supersede() {
    // Given a record, and one of its key that was aborted
    let mut log = log();
    log.append(&Sample::of(&[("a", Some("1"))])).unwrap();
    log.append(&Sample::of(&[("a", Some("2"))]).by(1, 0, 0).in_transaction())
        .unwrap();
    log.end(1, 0, Marker::Abort);
    log.append(&Sample::of(&[("b", Some("3"))]).by(1, 0, 1).in_transaction())
        .unwrap();
    log.end(1, 0, Marker::Commit);
    log.append(&Sample::count(1)).unwrap();
    // When the log is compacted, now and after the markers' time
    for now in [NOW.0, NOW.0 + 1000] {
        compact(&mut log, now);
        // Then the first record stands, and so does the committed one
        assert_eq!(offsets(&mut log)[..2], [0, 3]);
        log.append(&Sample::count(1)).unwrap();
    }
    // And the marker of the aborted one is gone, with what was told of it
    let read = log.read(0, Isolation::Committed);
    let bases: Vec<i64> = batches_of(&read.records)
        .iter()
        .map(|batch| batch.base_offset())
        .collect();
    assert_eq!(bases[..3], [0, 3, 4]);
    assert!(read.aborted.is_empty());
}

#[test]
fn an_open_transaction_is_not_compacted() {
    let mut log = log();
    log.append(&Sample::of(&[("a", Some("1"))])).unwrap();
    log.append(&Sample::of(&[("a", Some("2"))]).by(1, 0, 0).in_transaction())
        .unwrap();
    log.append(&Sample::of(&[("a", Some("3"))])).unwrap();
    compact(&mut log, NOW.0);
    assert_eq!(consumed(&log.read(0, Isolation::Uncommitted)).len(), 3);
}

#[test]
fn a_producer_goes_on_after_its_records_were_compacted_and_the_log_restored() {
    // Given a producer all of whose records are superseded
    let mut log = log();
    log.append(&Sample::of(&[("a", Some("1")), ("a", Some("2"))]).by(1, 0, 0))
        .unwrap();
    log.append(&Sample::of(&[("a", Some("3"))])).unwrap();
    log.append(&Sample::count(1)).unwrap();
    compact(&mut log, NOW.0);
    assert_eq!(offsets(&mut log), [2, 3]);
    // When the log is restored from its batches
    log.partition = log.restored();
    // Then the producer's next number is still known
    assert_eq!(
        log.append(&Sample::count(1).by(1, 0, 3)),
        Err(ResponseError::OutOfOrderSequenceNumber)
    );
    assert_eq!(log.append(&Sample::count(1).by(1, 0, 2)), Ok(4));
}

#[test]
fn young_records_wait() {
    let mut log = log();
    log.config.min_compaction_lag_ms = 1000;
    for _ in 0..3 {
        log.append(&Sample::of(&[("a", Some("1"))])).unwrap();
    }
    compact(&mut log, NOW.0 + 999);
    assert_eq!(offsets(&mut log), [0, 1, 2]);
    compact(&mut log, NOW.0 + 1000);
    assert_eq!(offsets(&mut log), [1, 2]);
}

proptest! {
    #[test]
    fn a_table_made_of_a_log_is_the_same_before_and_after(
        writes in proptest::collection::vec((0_u8..6, any::<bool>(), 0_i64..4, any::<bool>()), 1..40),
        later in 0_i64..3000,
    ) {
        let table = |log: &mut Log| {
            let mut table = BTreeMap::new();
            for (_, key, value) in committed(log) {
                table.insert(key, value);
            }
            table.retain(|_, value| value.is_some());
            table
        };
        let mut log = log();
        let mut sequences = BTreeMap::<i64, i32>::new();
        for (number, (key, is_tombstone, producer, commits)) in writes.into_iter().enumerate() {
            let (key, value) = (key.to_string(), number.to_string());
            let sample = Sample::of(&[(&key, (!is_tombstone).then_some(value.as_str()))]);
            if producer == 0 {
                log.append(&sample).unwrap();
            } else {
                let sequence = sequences.entry(producer).or_default();
                log.append(&sample.by(producer, 0, *sequence).in_transaction()).unwrap();
                *sequence += 1;
                log.end(producer, 0, if commits { Marker::Commit } else { Marker::Abort });
            }
            let before = table(&mut log);
            let now = log.now.0.max(NOW.0);
            compact(&mut log, now + later);
            prop_assert_eq!(&table(&mut log), &before);
            log.partition = log.restored();
            prop_assert_eq!(&table(&mut log), &before);
        }
    }
}
