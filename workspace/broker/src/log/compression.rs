//! Decompression of records, within bounds.

use bytes::Bytes;
use kafka_protocol::records::Compression;

use super::incoming::RECORD_BYTES_MIN;

/// Why records cannot be decompressed.
#[derive(Debug, thiserror::Error)]
pub(super) enum CompressionError {
    /// No batch of these bytes can hold so many records.
    #[error("{bytes} bytes cannot hold {records} records")]
    Count {
        /// Bytes of all records, decompressed.
        bytes: usize,
        /// What the batch says of itself.
        records: i32,
    },
    /// The compression is not known.
    #[error("records that are compressed by {0:?} are not looked into")]
    Unknown(Compression),
}

/// The bytes of so many records.
pub(super) fn decompressed(bytes: &Bytes, compression: Compression, records: i32) -> Result<Bytes, CompressionError> {
    let plain = match compression {
        Compression::None => bytes.clone(),
        other => return Err(CompressionError::Unknown(other)),
    };
    if usize::try_from(records).is_ok_and(|records| plain.len() / RECORD_BYTES_MIN >= records) {
        Ok(plain)
    } else {
        Err(CompressionError::Count {
            bytes: plain.len(),
            records,
        })
    }
}
