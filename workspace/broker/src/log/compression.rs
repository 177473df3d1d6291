//! Compression of records, for those who look into them; within bounds, because a few bytes can stand for very many.

use std::io::{self, Read, Write};

use bytes::{Bytes, BytesMut};
use flate2::{read::GzDecoder, write::GzEncoder};
use kafka_protocol::records::Compression;
use lz4_flex::frame::{FrameDecoder, FrameEncoder};

use super::incoming::RECORD_BYTES_MIN;

/// The most bytes that the records of one batch may have, decompressed: 64 times the largest batch that a topic takes by
/// default. A batch of more is passed through, but not looked into.
const PLAIN_BYTES_MAX: usize = 64 * 1024 * 1024;

/// How snappy's framing of the Java library begins; without it there is one block and no frame.
const SNAPPY_MAGIC: &[u8] = b"\x82SNAPPY\x00";
/// Bytes of that beginning, with the two versions that follow.
const SNAPPY_HEADER_BYTES: usize = 16;

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
    /// There are more bytes than are looked into.
    #[error("the records have more than {PLAIN_BYTES_MAX} bytes when decompressed")]
    Size,
    /// The bytes are not of the compression that the batch names.
    #[error("the records cannot be decompressed")]
    Format(#[from] io::Error),
    /// The bytes are not of snappy, which the batch names.
    #[error("the records cannot be decompressed")]
    Snappy(#[from] snap::Error),
}

/// The bytes of so many records.
pub(super) fn decompressed(bytes: &Bytes, compression: Compression, records: i32) -> Result<Bytes, CompressionError> {
    let plain = match compression {
        Compression::None => bytes.clone(),
        Compression::Gzip => bounded(GzDecoder::new(bytes.as_ref()))?,
        Compression::Snappy => snappy(bytes)?,
        Compression::Lz4 => bounded(FrameDecoder::new(bytes.as_ref()))?,
        Compression::Zstd => bounded(zstd::stream::read::Decoder::with_buffer(bytes.as_ref())?)?,
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

fn bounded(reader: impl Read) -> Result<Bytes, CompressionError> {
    let mut plain = Vec::new();
    reader.take(PLAIN_BYTES_MAX as u64 + 1).read_to_end(&mut plain)?;
    if plain.len() > PLAIN_BYTES_MAX {
        return Err(CompressionError::Size);
    }
    Ok(plain.into())
}

fn snappy(bytes: &[u8]) -> Result<Bytes, CompressionError> {
    if !bytes.starts_with(SNAPPY_MAGIC) {
        let mut plain = Vec::new();
        snappy_block(bytes, &mut plain)?;
        return Ok(plain.into());
    }
    let cut = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let mut rest = bytes.get(SNAPPY_HEADER_BYTES..).ok_or_else(cut)?;
    let mut plain = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| cut())?;
        let (block, after) = after.split_at_checked(length).ok_or_else(cut)?;
        snappy_block(block, &mut plain)?;
        rest = after;
    }
    Ok(plain.into())
}

fn snappy_block(block: &[u8], plain: &mut Vec<u8>) -> Result<(), CompressionError> {
    let length = snap::raw::decompress_len(block)?;
    let end = plain
        .len()
        .checked_add(length)
        .filter(|end| *end <= PLAIN_BYTES_MAX)
        .ok_or(CompressionError::Size)?;
    let begin = plain.len();
    plain.resize(end, 0);
    snap::raw::Decoder::new().decompress(block, &mut plain[begin..])?;
    Ok(())
}

/// Puts records behind `out`, compressed.
pub(super) fn compress(plain: &[u8], out: &mut BytesMut, compression: Compression) -> Result<(), CompressionError> {
    let bytes = match compression {
        Compression::None => {
            out.extend_from_slice(plain);
            return Ok(());
        }
        Compression::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(plain)?;
            encoder.finish()?
        }
        Compression::Snappy => snap::raw::Encoder::new().compress_vec(plain)?,
        Compression::Lz4 => {
            let mut encoder = FrameEncoder::new(Vec::new());
            encoder.write_all(plain)?;
            encoder.finish().map_err(io::Error::other)?
        }
        Compression::Zstd => zstd::stream::encode_all(plain, 0)?,
    };
    out.extend_from_slice(&bytes);
    Ok(())
}
