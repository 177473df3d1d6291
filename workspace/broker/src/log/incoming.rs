//! What a producer sends is looked at before it is kept: sizes, counts and checksum by the header alone, so that the cost
//! does not depend on the number of records. Only topics that are compacted have their records looked into, for keys.

use bytes::Bytes;
use kafka_protocol::error::ResponseError;

use super::{
    Refusal,
    batch::{Batch, HEADER_BYTES, LENGTH_OVERHEAD, MAGIC_AT},
    records::records_of,
};
use crate::{Timestamp, topics::TimestampType, topics::TopicConfig};

/// The fewest bytes that the length field of any version of the format may say.
const LENGTH_MIN: usize = 14;
/// The version of the format that is taken.
const MAGIC: u8 = 2;
/// The fewest bytes of a record: six numbers and the attributes, of one byte each.
pub(super) const RECORD_BYTES_MIN: usize = 7;
/// The first version of Produce whose clients know zstd.
const ZSTD_SINCE: i16 = 7;
/// The number of zstd, the last compression that there is.
const ZSTD: i16 = 4;

/// The one batch of a produce request's partition.
///
/// # Errors
/// As `ProduceRequest.validateRecords` of Kafka: there is not exactly one batch, or it is not of version 2.
pub(crate) fn single_batch(sent: Option<&Bytes>, api_version: i16) -> Result<Batch, Refusal> {
    let sent = sent.map(AsRef::as_ref).zip(sent);
    let Some((slice, bytes)) = sent else {
        return Err(no_batch());
    };
    let len = first_len(slice)?.ok_or_else(no_batch)?;
    if slice[MAGIC_AT] != MAGIC {
        return Err(Refusal::because(
            ResponseError::InvalidRecord,
            "Only record batches of version 2 are taken",
        ));
    }
    if len < HEADER_BYTES {
        return Err(ResponseError::CorruptMessage.into());
    }
    if first_len(&slice[len..])?.is_some() {
        return Err(Refusal::because(
            ResponseError::InvalidRecord,
            "A partition takes exactly one record batch a request",
        ));
    }
    let batch = Batch::new(&bytes.slice(..len)).ok_or(ResponseError::CorruptMessage)?;
    if batch.compression() == ZSTD && api_version < ZSTD_SINCE {
        return Err(ResponseError::UnsupportedCompressionType.into());
    }
    Ok(batch)
}

/// The length of the first batch of these bytes; none when there is no whole one.
fn first_len(bytes: &[u8]) -> Result<Option<usize>, Refusal> {
    if bytes.len() <= MAGIC_AT {
        return Ok(None);
    }
    let mut length = [0; 4];
    length.copy_from_slice(&bytes[8..LENGTH_OVERHEAD]);
    let length = usize::try_from(i32::from_be_bytes(length)).map_err(|_| ResponseError::CorruptMessage)?;
    if length < LENGTH_MIN || bytes[MAGIC_AT] > MAGIC {
        return Err(ResponseError::CorruptMessage.into());
    }
    let len = length + LENGTH_OVERHEAD;
    Ok((len <= bytes.len()).then_some(len))
}

fn no_batch() -> Refusal {
    Refusal::because(
        ResponseError::InvalidRecord,
        "A partition takes exactly one record batch a request",
    )
}

/// Whether a topic takes a client's batch.
///
/// # Errors
/// In Kafka's order: place, size and checksum first, then what the header says of the records, then the records of a
/// compacted topic, which need keys.
pub(crate) fn check(batch: &Batch, config: &TopicConfig, now: Timestamp) -> Result<(), Refusal> {
    let invalid = |message| Err(Refusal::because(ResponseError::InvalidRecord, message));
    if batch.base_offset() != 0 {
        return invalid("The base offset of a record batch that is appended should be 0");
    }
    if batch.len() > limit(config.max_message_bytes) {
        return Err(ResponseError::MessageTooLarge.into());
    }
    if !batch.is_whole() {
        return Err(ResponseError::CorruptMessage.into());
    }
    if batch.compression() > ZSTD {
        return Err(ResponseError::UnknownServerError.into());
    }
    if batch.last_offset_delta() < 0 || batch.count() <= 0 {
        return invalid("A record batch holds one record at least");
    }
    if i64::from(batch.last_offset_delta()) + 1 != i64::from(batch.count()) {
        return invalid("The offsets of the record batch and the count of its records differ");
    }
    if batch.compression() == 0 && batch.records().len() / RECORD_BYTES_MIN < limit(batch.count()) {
        return invalid("The record batch is too short for the count of its records");
    }
    if batch.is_control() {
        return invalid("Clients are not allowed to write control records");
    }
    if batch.has_producer() && batch.base_sequence() < 0 {
        return invalid("The sequence number of an idempotent record batch should not be negative");
    }
    check_keys(batch, config)?;
    check_time(batch, config, now)?;
    if batch.len() > limit(config.segment_bytes) {
        return Err(ResponseError::RecordListTooLarge.into());
    }
    Ok(())
}

fn check_keys(batch: &Batch, config: &TopicConfig) -> Result<(), Refusal> {
    if !config.compact {
        return Ok(());
    }
    let records = records_of(batch).map_err(|_| ResponseError::InvalidRecord)?;
    let keyless: Vec<i32> = (0..)
        .zip(&records)
        .filter_map(|(at, record)| record.key.is_none().then_some(at))
        .collect();
    if keyless.is_empty() {
        Ok(())
    } else {
        Err(Refusal {
            error: ResponseError::InvalidRecord,
            message: Some("Compacted topic cannot accept message without key"),
            records: keyless,
        })
    }
}

fn check_time(batch: &Batch, config: &TopicConfig, now: Timestamp) -> Result<(), Refusal> {
    let early = now.0.saturating_sub(config.timestamp_before_max_ms);
    let late = now.0.saturating_add(config.timestamp_after_max_ms);
    let outside = |time: i64| time >= 0 && (time < early || time > late);
    let refused = match config.timestamp_type {
        TimestampType::Create => outside(batch.base_timestamp()) || outside(batch.max_timestamp()),
        TimestampType::Append => false,
    };
    if refused || batch.has_append_time() {
        return Err(Refusal::because(
            ResponseError::InvalidTimestamp,
            "One or more records have been rejected due to invalid timestamp",
        ));
    }
    Ok(())
}

fn limit(bytes: i32) -> usize {
    usize::try_from(bytes).unwrap_or_default()
}
