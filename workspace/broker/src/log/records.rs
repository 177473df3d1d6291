//! The records of a batch: for what needs them (keys of compacted topics, times, markers), never on the way of a record
//! to its readers.

use bytes::{Bytes, BytesMut};
use kafka_protocol::records::{Compression, Record, RecordBatchDecoder};

use super::{batch::Batch, compression::decompressed};

/// The records cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the records of a batch at offset {offset} cannot be read: {reason}")]
pub(crate) struct Unreadable {
    offset: i64,
    reason: String,
}

/// The records of a batch, decompressed.
pub(crate) fn records_of(batch: &Batch) -> Result<Vec<Record>, Unreadable> {
    let unreadable = |reason: String| Unreadable {
        offset: batch.base_offset(),
        reason,
    };
    let mut bytes = BytesMut::with_capacity(batch.len());
    bytes.extend_from_slice(batch.header());
    bytes.extend_from_slice(batch.records());
    let count = batch.count();
    let decompress =
        |compressed: &mut Bytes, compression: Compression| Ok(decompressed(compressed, compression, count)?);
    RecordBatchDecoder::decode_with_custom_compression(&mut bytes.freeze(), Some(decompress))
        .map(|set| set.records)
        .map_err(|error| unreadable(format!("{error:#}")))
}
