//! The records of a batch: for what needs them (keys of compacted topics, times, markers), never on the way of a record
//! to its readers.

use bytes::{Bytes, BytesMut};
use kafka_protocol::records::{Compression, Record, RecordBatchDecoder, RecordBatchEncoder, RecordEncodeOptions};

use super::{
    batch::Batch,
    compression::{compress, decompressed},
};

/// The records cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the records of a batch at offset {offset} cannot be looked into: {reason}")]
pub(crate) struct Unreadable {
    offset: i64,
    reason: String,
}

impl Unreadable {
    fn because(batch: &Batch, reason: impl std::fmt::Display) -> Self {
        Self {
            offset: batch.base_offset(),
            reason: format!("{reason:#}"),
        }
    }
}

/// The records of a batch, decompressed.
pub(crate) fn records_of(batch: &Batch) -> Result<Vec<Record>, Unreadable> {
    if batch.count() == 0 {
        return Ok(Vec::new());
    }
    let mut bytes = BytesMut::with_capacity(batch.len());
    bytes.extend_from_slice(batch.header());
    bytes.extend_from_slice(batch.records());
    let count = batch.count();
    let decompress =
        |compressed: &mut Bytes, compression: Compression| Ok(decompressed(compressed, compression, count)?);
    RecordBatchDecoder::decode_with_custom_compression(&mut bytes.freeze(), Some(decompress))
        .map(|set| set.records)
        .map_err(|error| Unreadable::because(batch, error))
}

/// A batch like this one that holds only these of its records. Its last offset and sequence number stay.
pub(crate) fn with_records(batch: &Batch, kept: &[Record]) -> Result<Batch, Unreadable> {
    let compression = match batch.compression() {
        0 => Compression::None,
        1 => Compression::Gzip,
        2 => Compression::Snappy,
        3 => Compression::Lz4,
        4 => Compression::Zstd,
        other => return Err(Unreadable::because(batch, format!("compression {other}"))),
    };
    let options = RecordEncodeOptions {
        version: 2,
        compression,
    };
    let compressor =
        |plain: &mut BytesMut, out: &mut BytesMut, compression: Compression| Ok(compress(plain, out, compression)?);
    let mut bytes = BytesMut::with_capacity(batch.len());
    RecordBatchEncoder::encode_with_custom_compression(&mut bytes, kept, &options, Some(compressor))
        .map_err(|error| Unreadable::because(batch, error))?;
    let mut cut = Batch::new(&bytes.freeze()).ok_or_else(|| Unreadable::because(batch, "not one batch"))?;
    cut.end_as(batch);
    Ok(cut)
}
