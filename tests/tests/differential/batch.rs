//! Batches as producers send them, right and wrong, and what is read of them.

use std::io::{Read, Write};

use bytes::{Buf, Bytes, BytesMut};
use flate2::{read::GzDecoder, write::GzEncoder};
use kafka_protocol::{
    indexmap::IndexMap,
    records::{Compression, Record, RecordBatchDecoder, RecordBatchEncoder, RecordEncodeOptions, TimestampType},
};
use lz4_flex::frame::{FrameDecoder, FrameEncoder};

use crate::steps::Form;

/// Where the checksum's cover begins in a batch, and where its fields stand.
const CHECKED_FROM: usize = 21;
const MAGIC_AT: usize = 16;
const COUNT_AT: usize = 57;
const HEADER_BYTES: usize = 61;
/// More than a topic takes by default.
const TOO_LARGE: usize = 1_100_000;
/// Further ahead than a topic takes by default (an hour).
const FUTURE_MS: i64 = 2 * 3_600_000;
/// What zstd uses by default.
const ZSTD_LEVEL: i32 = 3;

/// A batch to be.
pub(crate) struct Draft {
    pub(crate) producer: (i64, i16),
    pub(crate) sequence: i32,
    pub(crate) keys: Vec<String>,
    pub(crate) transactional: bool,
    pub(crate) time: i64,
    pub(crate) form: Form,
}

impl Draft {
    /// The bytes as they are sent.
    pub(crate) fn bytes(&self) -> Bytes {
        let mut bytes = self.right();
        match self.form {
            Form::Right | Form::Compressed(_) | Form::TooLarge | Form::InTheFuture => {}
            Form::Mislabelled => bytes[CHECKED_FROM + 1] |= Compression::Gzip as u8,
            Form::BadChecksum => *bytes.last_mut().expect("a byte") ^= 1,
            Form::Garbage => bytes[HEADER_BYTES..].fill(0xff),
            Form::BadCount => bytes[COUNT_AT + 3] += 1,
            Form::Control => bytes[CHECKED_FROM + 1] |= 1 << 5,
            Form::TwoBatches => bytes.extend_from_slice(&bytes.clone()),
            Form::CutShort => bytes.truncate(bytes.len() - 3),
            Form::OldMagic => bytes[MAGIC_AT] = 1,
        }
        if matches!(
            self.form,
            Form::Garbage | Form::BadCount | Form::Control | Form::Mislabelled
        ) {
            let checksum = crc32c::crc32c(&bytes[CHECKED_FROM..]);
            bytes[CHECKED_FROM - 4..CHECKED_FROM].copy_from_slice(&checksum.to_be_bytes());
        }
        bytes.freeze()
    }

    fn right(&self) -> BytesMut {
        let value = match self.form {
            Form::TooLarge => vec![b'x'; TOO_LARGE],
            _ => b"value".to_vec(),
        };
        let later = if self.form == Form::InTheFuture { FUTURE_MS } else { 0 };
        let record = |(offset, key): (i64, &String)| Record {
            transactional: self.transactional,
            control: false,
            delete_horizon: false,
            partition_leader_epoch: -1,
            producer_id: self.producer.0,
            producer_epoch: self.producer.1,
            timestamp_type: TimestampType::Creation,
            offset,
            sequence: self.sequence.wrapping_add(offset as i32),
            timestamp: self.time + later + offset,
            key: Some(Bytes::from(key.clone())),
            value: Some(Bytes::from(value.clone())),
            headers: IndexMap::new(),
        };
        let records: Vec<Record> = (0..).zip(&self.keys).map(record).collect();
        let options = RecordEncodeOptions {
            version: 2,
            compression: match self.form {
                Form::Compressed(compression) => compression,
                _ => Compression::None,
            },
        };
        let mut bytes = BytesMut::new();
        RecordBatchEncoder::encode_with_custom_compression(&mut bytes, &records, &options, Some(compress))
            .expect("a batch");
        bytes
    }
}

/// The records of what was fetched.
pub(crate) fn records(mut fetched: Bytes) -> Vec<Record> {
    let mut records = Vec::new();
    while fetched.has_remaining() {
        let batch = RecordBatchDecoder::decode_with_custom_compression(&mut fetched, Some(decompress));
        records.extend(batch.expect("a whole batch").records);
    }
    records
}

fn compress(plain: &mut BytesMut, into: &mut BytesMut, compression: Compression) -> anyhow::Result<()> {
    let packed = match compression {
        Compression::None => plain.to_vec(),
        Compression::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
            encoder.write_all(plain)?;
            encoder.finish()?
        }
        Compression::Lz4 => {
            let mut encoder = FrameEncoder::new(Vec::new());
            encoder.write_all(plain)?;
            encoder.finish()?
        }
        Compression::Zstd => zstd::encode_all(plain.as_ref(), ZSTD_LEVEL)?,
        other => anyhow::bail!("{other:?} is not among the forms"),
    };
    into.extend_from_slice(&packed);
    Ok(())
}

fn decompress(packed: &mut Bytes, compression: Compression) -> anyhow::Result<Bytes> {
    let mut plain = Vec::new();
    match compression {
        Compression::None => return Ok(packed.clone()),
        Compression::Gzip => GzDecoder::new(packed.as_ref()).read_to_end(&mut plain)?,
        Compression::Lz4 => FrameDecoder::new(packed.as_ref()).read_to_end(&mut plain)?,
        Compression::Zstd => zstd::Decoder::new(packed.as_ref())?.read_to_end(&mut plain)?,
        other => anyhow::bail!("{other:?} is not among the forms"),
    };
    Ok(plain.into())
}
