//! Retention by time and by size, in whole segments.

use crate::{
    Timestamp,
    log::samples::{Log, NOW, Sample},
    topics::TopicConfig,
};

fn log(config: TopicConfig) -> Log {
    // Given five segments of one batch each, an hour apart
    let mut log = Log::with(TopicConfig {
        segment_ms: 1000,
        timestamp_after_max_ms: i64::MAX,
        ..config
    });
    for hour in 0..5 {
        log.append(&Sample::count(1).at(NOW.0 + hour * 3_600_000)).unwrap();
    }
    log
}

fn expired(log: &Log, hours: i64) -> Option<i64> {
    log.partition
        .expired_to(&log.config, Timestamp(NOW.0 + hours * 3_600_000 + 1))
}

#[test]
fn segments_go_when_their_newest_record_is_too_old() {
    let log = log(TopicConfig {
        retention_ms: 2 * 3_600_000,
        ..TopicConfig::default()
    });
    assert_eq!(expired(&log, 1), None);
    assert_eq!(expired(&log, 2), Some(1));
    assert_eq!(expired(&log, 4), Some(3));
    assert_eq!(expired(&log, 100), Some(5), "the last one too");
}

#[test]
fn the_oldest_segments_go_when_there_are_too_many_bytes() {
    let bytes = Sample::count(1).bytes().len() as i64;
    let of = |retention_bytes| {
        log(TopicConfig {
            retention_ms: -1,
            retention_bytes,
            ..TopicConfig::default()
        })
    };
    assert_eq!(expired(&of(-1), 1000), None);
    assert_eq!(expired(&of(5 * bytes), 0), None);
    assert_eq!(expired(&of(3 * bytes), 0), Some(2));
    assert_eq!(
        expired(&of(3 * bytes - 1), 0),
        Some(2),
        "a segment goes only if enough is left"
    );
}

#[test]
fn what_is_only_compacted_does_not_expire() {
    let log = log(TopicConfig {
        compact: true,
        delete: false,
        retention_ms: 1,
        ..TopicConfig::default()
    });
    assert_eq!(expired(&log, 100), None);
}

#[test]
fn a_log_that_expired_begins_behind_and_lets_its_batches_go() {
    let mut log = log(TopicConfig {
        retention_ms: 2 * 3_600_000,
        ..TopicConfig::default()
    });
    let start = expired(&log, 4).unwrap();
    log.partition.start_at(start);
    log.call(|partition, store, _, _| partition.trim(store)).unwrap();
    assert_eq!((log.partition.log_start(), log.partition.high_watermark()), (3, 5));
    assert_eq!(log.partition.bytes(), 2 * Sample::count(1).bytes().len() as u64);
    assert_eq!(expired(&log, 4), None);
}
