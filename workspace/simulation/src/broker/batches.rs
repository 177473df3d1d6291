//! Records to record batches and back, as a client does it.

use std::{collections::BTreeSet, sync::Arc};

use bytes::{Bytes, BytesMut};
use palinode_broker::{StrBytes, messages::fetch_response::PartitionData};
use palinode_log::{Consumed, Header, Produced, TopicPartition};

use kafka_protocol::{
    indexmap::IndexMap,
    records::{
        Compression, NO_PARTITION_LEADER_EPOCH, Record, RecordBatchDecoder, RecordBatchEncoder, RecordEncodeOptions,
        TimestampType,
    },
};

/// Who writes a batch: the producer id and epoch, and the sequence of the first record; all -1 for nobody in particular.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The producer id.
    pub id: i64,
    /// The producer's epoch.
    pub epoch: i16,
    /// The sequence number of the first record.
    pub sequence: i32,
    /// Whether the batch is part of a transaction.
    pub is_transactional: bool,
}

impl Sender {
    /// A producer without an id.
    pub const NOBODY: Self = Self {
        id: -1,
        epoch: -1,
        sequence: -1,
        is_transactional: false,
    };
}

/// One batch of these records.
///
/// # Panics
/// When a record cannot be encoded: none of a world's is that large.
#[must_use]
pub fn encode(sender: Sender, records: &[&Produced], timestamp: i64) -> Bytes {
    let record = |(place, produced): (usize, &&Produced)| {
        let place = i32::try_from(place).unwrap_or(i32::MAX);
        let mut headers = IndexMap::new();
        for header in &produced.headers {
            headers.insert(
                StrBytes::from_string(header.name.to_string()),
                Some(header.value.clone()),
            );
        }
        Record {
            transactional: sender.is_transactional,
            control: false,
            delete_horizon: false,
            partition_leader_epoch: NO_PARTITION_LEADER_EPOCH,
            producer_id: sender.id,
            producer_epoch: sender.epoch,
            timestamp_type: TimestampType::Creation,
            offset: i64::from(place),
            sequence: if sender.sequence < 0 {
                -1
            } else {
                sender.sequence + place
            },
            timestamp,
            key: produced.key.clone(),
            value: produced.value.clone(),
            headers,
        }
    };
    let records: Vec<Record> = records.iter().enumerate().map(record).collect();
    let options = RecordEncodeOptions {
        version: 2,
        compression: Compression::None,
    };
    let mut bytes = BytesMut::new();
    let encoded = RecordBatchEncoder::encode(&mut bytes, records.iter(), &options);
    assert!(
        encoded.is_ok(),
        "a record of the simulation can be encoded: {encoded:?}"
    );
    bytes.freeze()
}

/// The records of a partition that a consumer hands out, and the offset at which it goes on. A reader of committed
/// records skips those of each producer whose transaction is in the list of aborted ones, until that transaction's
/// marker, as every consumer does.
///
/// # Panics
/// When the bytes are no batches: the broker gives whole ones.
#[must_use]
pub fn decode(source: &TopicPartition, from: i64, data: &PartitionData) -> (Vec<Consumed>, i64) {
    let mut aborted = data.aborted_transactions.clone().unwrap_or_default();
    aborted.sort_by_key(|transaction| transaction.first_offset);
    let mut aborted = aborted.into_iter().peekable();
    let mut skipped = BTreeSet::new();
    let (mut records, mut next) = (Vec::new(), from);
    let mut bytes = data.records.clone().unwrap_or_default();
    while !bytes.is_empty() {
        let batch = RecordBatchDecoder::decode(&mut bytes);
        let Ok(batch) = batch else {
            panic!("the broker gives whole batches")
        };
        for record in batch.records {
            while let Some(transaction) = aborted.next_if(|next| next.first_offset <= record.offset) {
                skipped.insert(transaction.producer_id.0);
            }
            if record.offset < from {
                continue;
            }
            next = record.offset + 1;
            if record.control {
                skipped.remove(&record.producer_id);
            } else if !skipped.contains(&record.producer_id) {
                records.push(consumed(source, record));
            }
        }
    }
    (records, next)
}

fn consumed(source: &TopicPartition, record: Record) -> Consumed {
    let headers = record.headers.into_iter().map(|(name, value)| Header {
        name: Arc::<str>::from(name.as_str()).into(),
        value: value.unwrap_or_default(),
    });
    Consumed {
        source: source.clone(),
        offset: record.offset,
        timestamp: record.timestamp,
        key: record.key,
        value: record.value,
        headers: headers.collect(),
    }
}
