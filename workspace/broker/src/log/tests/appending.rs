//! Appending and reading; sequence numbers; times.

use kafka_protocol::{error::ResponseError, records::Compression};

use crate::{
    log::{
        Isolation, Wanted,
        samples::{Log, NOW, Sample, batches_of, consumed},
    },
    topics::{TimestampType, TopicConfig},
};

const ALL: [Compression; 5] = [
    Compression::None,
    Compression::Gzip,
    Compression::Snappy,
    Compression::Lz4,
    Compression::Zstd,
];

#[test]
fn a_batch_passes_through_as_it_came_but_for_its_place() {
    for compression in ALL {
        // Given a log that holds three records
        let mut log = Log::new();
        log.append(&Sample::count(3)).unwrap();
        // When a batch is appended and read
        let sample = Sample::count(2).compressed(compression);
        assert_eq!(log.append(&sample), Ok(3));
        let read = log.read(3, Isolation::Uncommitted).records;
        // Then its bytes are those that were sent, but for its offset and the leader's epoch
        let sent = sample.bytes();
        assert_eq!(read[..8], 3_i64.to_be_bytes());
        assert_eq!(read[8..12], sent[8..12]);
        assert_eq!(read[12..16], 0_i32.to_be_bytes());
        assert_eq!(read[16..], sent[16..]);
        assert_eq!(log.partition.high_watermark(), 5);
    }
}

#[test]
fn records_of_every_compression_can_be_looked_into() {
    for compression in ALL {
        let sample = Sample::of(&[("a", Some("1")), ("b", None)]).compressed(compression);
        let records = crate::log::records::records_of(&sample.batch()).unwrap();
        assert_eq!(records.len(), 2, "{compression:?}");
        assert_eq!(records[1].key.as_deref(), Some(b"b".as_slice()));
    }
}

#[test]
fn a_read_gives_whole_batches_up_to_its_limit_and_one_at_least_where_asked() {
    // Given three batches of equal size
    let mut log = Log::new();
    let bytes = Sample::count(2).bytes().len();
    for _ in 0..3 {
        log.append(&Sample::count(2)).unwrap();
    }
    let mut read = |offset, bytes_max, one_at_least| {
        let wanted = Wanted {
            offset,
            isolation: Isolation::Uncommitted,
            bytes_max,
            one_at_least,
        };
        log.call(|partition, store, _, _| {
            let read = partition.read(store, wanted)?;
            assert_eq!(partition.readable(wanted)?, read.records.len());
            Ok::<_, ResponseError>(
                batches_of(&read.records)
                    .iter()
                    .map(|batch| batch.base_offset())
                    .collect::<Vec<_>>(),
            )
        })
    };
    // Then limits are in batches
    assert_eq!(read(0, bytes * 2 + 1, false), Ok(vec![0, 2]));
    assert_eq!(read(1, bytes * 3, false), Ok(vec![0, 2, 4]));
    assert_eq!(read(3, 1, true), Ok(vec![2]));
    assert_eq!(read(3, 1, false), Ok(vec![]));
    assert_eq!(read(6, bytes, true), Ok(vec![]));
    assert_eq!(read(7, bytes, true), Err(ResponseError::OffsetOutOfRange));
    assert_eq!(read(-1, bytes, true), Err(ResponseError::OffsetOutOfRange));
}

#[test]
fn a_batch_that_is_sent_again_is_known_among_the_last_five() {
    // Given six batches of a producer
    let mut log = Log::new();
    for number in 0..6 {
        assert_eq!(
            log.append(&Sample::count(2).by(7, 0, number * 2)),
            Ok(i64::from(number) * 2)
        );
    }
    // When they are sent again, then each of the last five gets the offset that it has, and the first is out of order
    for number in 1..6 {
        assert_eq!(
            log.append(&Sample::count(2).by(7, 0, number * 2)),
            Ok(i64::from(number) * 2)
        );
    }
    assert_eq!(
        log.append(&Sample::count(2).by(7, 0, 0)),
        Err(ResponseError::OutOfOrderSequenceNumber)
    );
    assert_eq!(log.partition.high_watermark(), 12);
}

#[test]
fn a_producer_goes_on_where_it_was_or_with_a_new_epoch_at_zero() {
    let mut log = Log::new();
    // A producer that is not known may begin anywhere.
    assert_eq!(log.append(&Sample::count(1).by(7, 3, 40)), Ok(0));
    assert_eq!(
        log.append(&Sample::count(1).by(7, 3, 42)),
        Err(ResponseError::OutOfOrderSequenceNumber)
    );
    assert_eq!(
        log.append(&Sample::count(1).by(7, 2, 41)),
        Err(ResponseError::InvalidProducerEpoch)
    );
    assert_eq!(
        log.append(&Sample::count(1).by(7, 4, 41)),
        Err(ResponseError::OutOfOrderSequenceNumber)
    );
    assert_eq!(log.append(&Sample::count(1).by(7, 4, 0)), Ok(1));
}

#[test]
fn sequence_numbers_begin_again_after_the_largest() {
    let mut log = Log::new();
    log.append(&Sample::count(2).by(7, 0, i32::MAX)).unwrap();
    // The second record has the number 0, so 1 follows.
    assert_eq!(
        log.append(&Sample::count(1).by(7, 0, 0)),
        Err(ResponseError::OutOfOrderSequenceNumber)
    );
    assert_eq!(log.append(&Sample::count(1).by(7, 0, 1)), Ok(2));
}

#[test]
fn a_topic_of_append_time_gives_its_own_time_and_a_right_checksum() {
    // Given a topic whose records carry the broker's time
    let mut log = Log::with(TopicConfig {
        timestamp_type: TimestampType::Append,
        ..TopicConfig::default()
    });
    // When a batch of long ago is appended
    log.append(&Sample::count(2).at(1000)).unwrap();
    // Then it carries the time of the append, and its checksum is right
    let read = log.read(0, Isolation::Uncommitted);
    let batch = &batches_of(&read.records)[0];
    assert!(batch.is_whole() && batch.has_append_time());
    assert_eq!(batch.max_timestamp(), NOW.0);
    let timed = log
        .call(|partition, store, _, _| partition.first_since(store, 2000))
        .unwrap()
        .unwrap();
    assert_eq!((timed.offset, timed.timestamp), (0, NOW.0));
}

#[test]
fn offsets_are_found_by_time_within_batches() {
    for compression in ALL {
        let mut log = Log::new();
        log.append(&Sample::count(3).at(NOW.0).compressed(compression)).unwrap();
        log.append(&Sample::count(3).at(NOW.0 + 10).compressed(compression))
            .unwrap();
        let mut since = |time| {
            log.call(|partition, store, _, _| partition.first_since(store, time))
                .unwrap()
                .map(|timed| (timed.offset, timed.timestamp - NOW.0))
        };
        assert_eq!(since(0), Some((0, 0)));
        assert_eq!(since(NOW.0 + 2), Some((2, 2)));
        assert_eq!(since(NOW.0 + 3), Some((3, 10)));
        assert_eq!(since(NOW.0 + 12), Some((5, 12)));
        assert_eq!(since(NOW.0 + 13), None);
        let latest = log.call(|partition, store, _, _| partition.latest_by_time(store));
        assert_eq!(latest.unwrap().map(|timed| timed.offset), Some(5));
    }
}

#[test]
fn a_log_that_begins_later_is_empty_before() {
    let mut log = Log::new();
    log.append(&Sample::of(&[("a", Some("1")), ("b", Some("2"))])).unwrap();
    log.append(&Sample::of(&[("c", Some("3"))])).unwrap();
    // When it begins at the second record
    log.partition.start_at(1);
    log.call(|partition, store, _, _| partition.trim(store)).unwrap();
    // Then its batch is still read, and when it begins behind it no longer
    assert_eq!(consumed(&log.read(1, Isolation::Uncommitted)).len(), 3);
    log.partition.start_at(2);
    log.call(|partition, store, _, _| partition.trim(store)).unwrap();
    assert_eq!(consumed(&log.read(2, Isolation::Uncommitted)).len(), 1);
    // And when nothing is left, the next record goes where it would have gone
    log.partition.start_at(3);
    log.call(|partition, store, _, _| partition.trim(store)).unwrap();
    assert!(log.partition.is_empty());
    assert_eq!(log.restored().high_watermark(), 3);
    assert_eq!(log.append(&Sample::count(1)), Ok(3));
}
