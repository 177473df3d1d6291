//! The control record that ends a transaction in a partition.

use bytes::{Buf, BufMut, Bytes, BytesMut};
use kafka_protocol::{
    indexmap::IndexMap,
    messages::EndTxnMarker,
    protocol::{Decodable, Encodable},
    records::{
        Compression, NO_PARTITION_LEADER_EPOCH, NO_SEQUENCE, Record, RecordBatchEncoder, RecordEncodeOptions,
        TimestampType,
    },
};

use super::{batch::Batch, records::records_of};
use crate::{StorageError, Timestamp};

/// The version of the marker's key and of its value, which stands before each.
const VERSION: i16 = 0;
const ABORT: i16 = 0;
const COMMIT: i16 = 1;

/// How a transaction ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Marker {
    /// Its records count.
    Commit,
    /// Its records are to be skipped.
    Abort,
}

/// The end of a producer's transaction in a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// Whose transaction.
    pub(crate) producer_id: i64,
    /// The epoch that ends it.
    pub(crate) producer_epoch: i16,
    /// The epoch of the coordinator that says so.
    pub(crate) coordinator_epoch: i32,
    /// How.
    pub(crate) marker: Marker,
}

impl End {
    /// The control batch.
    pub(crate) fn batch(&self, now: Timestamp) -> Result<Batch, StorageError> {
        let unencodable = |_| StorageError("a marker that cannot be encoded".to_owned());
        let mut key = BytesMut::with_capacity(4);
        key.put_i16(VERSION);
        key.put_i16(match self.marker {
            Marker::Commit => COMMIT,
            Marker::Abort => ABORT,
        });
        let mut value = BytesMut::with_capacity(6);
        value.put_i16(VERSION);
        EndTxnMarker::default()
            .with_coordinator_epoch(self.coordinator_epoch)
            .encode(&mut value, VERSION)
            .map_err(unencodable)?;
        let record = Record {
            transactional: true,
            control: true,
            delete_horizon: false,
            partition_leader_epoch: NO_PARTITION_LEADER_EPOCH,
            producer_id: self.producer_id,
            producer_epoch: self.producer_epoch,
            timestamp_type: TimestampType::Creation,
            offset: 0,
            sequence: NO_SEQUENCE,
            timestamp: now.0,
            key: Some(key.freeze()),
            value: Some(value.freeze()),
            headers: IndexMap::new(),
        };
        let options = RecordEncodeOptions {
            version: 2,
            compression: Compression::None,
        };
        let mut bytes = BytesMut::with_capacity(96);
        RecordBatchEncoder::encode(&mut bytes, [&record], &options).map_err(unencodable)?;
        Batch::new(&bytes.freeze()).ok_or_else(|| StorageError("a marker that is not one batch".to_owned()))
    }

    /// What a control batch says; none when it is not the end of a transaction.
    pub(crate) fn of(batch: &Batch) -> Option<Self> {
        let record = records_of(batch).ok()?.into_iter().next()?;
        let (mut key, mut value): (Bytes, Bytes) = (record.key?, record.value?);
        if key.len() < 4 || value.len() < 6 {
            return None;
        }
        key.advance(2);
        value.advance(2);
        let marker = match key.get_i16() {
            COMMIT => Marker::Commit,
            ABORT => Marker::Abort,
            _ => return None,
        };
        Some(Self {
            producer_id: batch.producer_id(),
            producer_epoch: batch.producer_epoch(),
            coordinator_epoch: EndTxnMarker::decode(&mut value, VERSION).ok()?.coordinator_epoch,
            marker,
        })
    }
}
