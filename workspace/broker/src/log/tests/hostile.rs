//! What is not a batch, or not one that the topic takes, gets an error code and leaves the log as it was.

use bytes::{Bytes, BytesMut};
use kafka_protocol::{error::ResponseError, records::Compression};
use proptest::prelude::*;

use crate::{
    Timestamp,
    log::{
        Batch, incoming,
        samples::{Log, NOW, Sample},
        single_batch,
    },
    topics::TopicConfig,
};

fn refused(bytes: Bytes, config: &TopicConfig) -> Option<ResponseError> {
    single_batch(Some(&bytes), 13)
        .and_then(|batch| incoming::check(&batch, config, NOW))
        .err()
        .map(|refusal| refusal.error)
}

/// A batch with some bytes changed, and a right checksum again.
fn changed(at: usize, bytes: &[u8]) -> Bytes {
    let mut batch = BytesMut::from(Sample::count(3).by(1, 0, 0).bytes().as_ref());
    batch[at..at + bytes.len()].copy_from_slice(bytes);
    let checksum = crc32c::crc32c(&batch[21..]);
    batch[17..21].copy_from_slice(&checksum.to_be_bytes());
    batch.freeze()
}

#[test]
fn what_a_header_says_must_fit() {
    let config = TopicConfig::default();
    let refused = |bytes| refused(bytes, &config);
    let batch = Sample::count(3).bytes();
    assert_eq!(refused(batch.clone()), None);
    assert_eq!(
        refused(changed(0, &1_i64.to_be_bytes())),
        Some(ResponseError::InvalidRecord),
        "base offset"
    );
    assert_eq!(
        refused(changed(23, &3_i32.to_be_bytes())),
        Some(ResponseError::InvalidRecord),
        "last offset"
    );
    assert_eq!(
        refused(changed(23, &(-1_i32).to_be_bytes())),
        Some(ResponseError::InvalidRecord),
        "negative"
    );
    assert_eq!(
        refused(changed(57, &0_i32.to_be_bytes())),
        Some(ResponseError::InvalidRecord),
        "count"
    );
    assert_eq!(
        refused(changed(53, &(-1_i32).to_be_bytes())),
        Some(ResponseError::InvalidRecord),
        "sequence"
    );
    assert_eq!(
        refused(changed(21, &0x20_i16.to_be_bytes())),
        Some(ResponseError::InvalidRecord),
        "control"
    );
    assert_eq!(
        refused(changed(21, &0x08_i16.to_be_bytes())),
        Some(ResponseError::InvalidTimestamp),
        "append time"
    );
    assert_eq!(
        refused(changed(21, &0x05_i16.to_be_bytes())),
        Some(ResponseError::UnknownServerError),
        "compression"
    );
    assert_eq!(
        refused(changed(16, &[1])),
        Some(ResponseError::InvalidRecord),
        "version 1"
    );
    assert_eq!(
        refused(changed(16, &[3])),
        Some(ResponseError::CorruptMessage),
        "version 3"
    );
    assert_eq!(
        refused(changed(8, &0_i32.to_be_bytes())),
        Some(ResponseError::CorruptMessage),
        "length"
    );
    assert_eq!(
        refused(changed(8, &(-5_i32).to_be_bytes())),
        Some(ResponseError::CorruptMessage),
        "negative length"
    );
    assert_eq!(
        refused(batch.slice(..batch.len() - 1)),
        Some(ResponseError::InvalidRecord),
        "cut short"
    );
    assert_eq!(refused(Bytes::new()), Some(ResponseError::InvalidRecord), "nothing");
    let two = [batch.as_ref(), batch.as_ref()].concat();
    assert_eq!(refused(two.into()), Some(ResponseError::InvalidRecord), "two batches");
    let mut corrupt = BytesMut::from(batch.as_ref());
    corrupt[70] ^= 1;
    assert_eq!(
        refused(corrupt.freeze()),
        Some(ResponseError::CorruptMessage),
        "checksum"
    );
}

#[test]
fn a_count_beyond_the_bytes_is_refused() {
    let mut batch = BytesMut::from(changed(57, &i32::MAX.to_be_bytes()).as_ref());
    batch[23..27].copy_from_slice(&(i32::MAX - 1).to_be_bytes());
    let checksum = crc32c::crc32c(&batch[21..]);
    batch[17..21].copy_from_slice(&checksum.to_be_bytes());
    let batch = batch.freeze();
    assert_eq!(
        refused(batch.clone(), &TopicConfig::default()),
        Some(ResponseError::InvalidRecord)
    );
    assert!(crate::log::records::records_of(&Batch::new(&batch).unwrap()).is_err());
}

#[test]
fn a_topic_has_limits() {
    let of = |config: TopicConfig, sample: &Sample| refused(sample.bytes(), &config);
    let small = TopicConfig {
        max_message_bytes: 80,
        ..TopicConfig::default()
    };
    assert_eq!(of(small, &Sample::count(9)), Some(ResponseError::MessageTooLarge));
    let segment = TopicConfig {
        segment_bytes: 80,
        ..TopicConfig::default()
    };
    assert_eq!(of(segment, &Sample::count(9)), Some(ResponseError::RecordListTooLarge));
    let late = Sample::count(1).at(NOW.0 + 3_600_001);
    assert_eq!(of(TopicConfig::default(), &late), Some(ResponseError::InvalidTimestamp));
    let compacted = TopicConfig {
        compact: true,
        ..TopicConfig::default()
    };
    let keyless = Sample::count(2).without_keys().compressed(Compression::Zstd);
    assert_eq!(of(compacted.clone(), &keyless), Some(ResponseError::InvalidRecord));
    assert_eq!(of(compacted, &Sample::count(2).compressed(Compression::Zstd)), None);
}

#[test]
fn few_bytes_that_stand_for_very_many_are_not_looked_into() {
    // Given a batch whose one record has more bytes than are looked into, compressed to few
    let value = "x".repeat(70 * 1024 * 1024);
    let sample = Sample::of(&[("a", Some(&value))]).compressed(Compression::Zstd);
    assert!(sample.bytes().len() < 100_000);
    // Then it passes through, but its records are not read
    let mut log = Log::new();
    assert_eq!(log.append(&sample), Ok(0));
    assert!(crate::log::records::records_of(&sample.batch()).is_err());
}

proptest! {
    #[test]
    fn no_bytes_break_the_log(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let bytes = Bytes::from(bytes);
        if let Ok(batch) = single_batch(Some(&bytes), 13) {
            let _ = incoming::check(&batch, &TopicConfig::default(), Timestamp(0));
            let _ = crate::log::records::records_of(&batch);
        }
    }

    #[test]
    fn no_change_of_a_batch_breaks_the_log(at in 0_usize..61, byte in any::<u8>()) {
        let config = TopicConfig { compact: true, ..TopicConfig::default() };
        let mut log = Log::with(config);
        if let Ok(batch) = single_batch(Some(&changed(at, &[byte])), 13) {
            let appended = log.call(|partition, store, config, now| partition.append(store, batch, config, (now, now)));
            prop_assert_eq!(appended.is_ok(), log.partition.high_watermark() > 0);
        }
    }
}
