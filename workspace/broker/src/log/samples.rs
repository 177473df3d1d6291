//! Batches for tests, as a producer sends them.

use bytes::{Bytes, BytesMut};
use kafka_protocol::{
    indexmap::IndexMap,
    records::{Compression, Record, RecordBatchEncoder, RecordEncodeOptions, TimestampType},
};

use super::{Batch, LogStore, Partition, Read, compression::compress, records::records_of};
use crate::{LogId, Memory, Timestamp, topics::TopicConfig};

/// The time of all samples that name none.
pub(crate) const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// A batch to be.
#[derive(Clone)]
pub(crate) struct Sample {
    records: Vec<(Option<String>, Option<String>)>,
    producer: (i64, i16, i32),
    transactional: bool,
    time: i64,
    compression: Compression,
}

impl Sample {
    /// Records of these keys and values; without a value a tombstone.
    pub(crate) fn of(records: &[(&str, Option<&str>)]) -> Self {
        let records = records
            .iter()
            .map(|(key, value)| (Some((*key).to_owned()), value.map(str::to_owned)))
            .collect();
        Self {
            records,
            producer: (-1, -1, -1),
            transactional: false,
            time: NOW.0,
            compression: Compression::None,
        }
    }

    /// So many records.
    pub(crate) fn count(count: usize) -> Self {
        Self::of(&vec![("key", Some("value")); count])
    }

    /// Without keys.
    pub(crate) fn without_keys(mut self) -> Self {
        self.records.iter_mut().for_each(|(key, _)| *key = None);
        self
    }

    /// Of an idempotent producer.
    pub(crate) fn by(mut self, id: i64, epoch: i16, sequence: i32) -> Self {
        self.producer = (id, epoch, sequence);
        self
    }

    /// In a transaction of its producer.
    pub(crate) fn in_transaction(mut self) -> Self {
        self.transactional = true;
        self
    }

    /// The first record at this time, each further one a millisecond later.
    pub(crate) fn at(mut self, time: i64) -> Self {
        self.time = time;
        self
    }

    /// Compressed.
    pub(crate) fn compressed(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// The bytes as they are sent.
    pub(crate) fn bytes(&self) -> Bytes {
        let (producer_id, producer_epoch, sequence) = self.producer;
        let records: Vec<Record> = (0..)
            .zip(&self.records)
            .map(|(offset, (key, value))| Record {
                transactional: self.transactional,
                control: false,
                delete_horizon: false,
                partition_leader_epoch: -1,
                producer_id,
                producer_epoch,
                timestamp_type: TimestampType::Creation,
                offset,
                sequence: sequence.wrapping_add(offset as i32),
                timestamp: self.time + offset,
                key: key.clone().map(Bytes::from),
                value: value.clone().map(Bytes::from),
                headers: IndexMap::new(),
            })
            .collect();
        let options = RecordEncodeOptions {
            version: 2,
            compression: self.compression,
        };
        let compressor = |plain: &mut BytesMut, out: &mut BytesMut, how: Compression| Ok(compress(plain, out, how)?);
        let mut bytes = BytesMut::new();
        RecordBatchEncoder::encode_with_custom_compression(&mut bytes, &records, &options, Some(compressor)).unwrap();
        bytes.freeze()
    }

    /// The batch.
    pub(crate) fn batch(&self) -> Batch {
        Batch::new(&self.bytes()).unwrap()
    }
}

/// A partition with its storage.
pub(crate) struct Log {
    pub(crate) partition: Partition,
    pub(crate) storage: Memory,
    pub(crate) config: TopicConfig,
    pub(crate) now: Timestamp,
}

impl Log {
    /// An empty log of a topic with the default settings.
    pub(crate) fn new() -> Self {
        Self::with(TopicConfig::default())
    }

    /// An empty log.
    pub(crate) fn with(config: TopicConfig) -> Self {
        Self {
            partition: Partition::new(),
            storage: Memory::default(),
            config,
            now: NOW,
        }
    }

    /// Which log it is.
    pub(crate) fn id() -> LogId {
        LogId {
            topic: uuid::Uuid::from_u128(1),
            partition: 0,
        }
    }

    /// Calls the partition with its storage.
    pub(crate) fn call<T>(
        &mut self,
        ask: impl FnOnce(&mut Partition, &mut LogStore<'_>, &TopicConfig, Timestamp) -> T,
    ) -> T {
        let mut store = LogStore {
            storage: &mut self.storage,
            log: Self::id(),
        };
        ask(&mut self.partition, &mut store, &self.config, self.now)
    }

    /// Appends, and gives the base offset.
    pub(crate) fn append(&mut self, sample: &Sample) -> Result<i64, kafka_protocol::error::ResponseError> {
        let batch = sample.batch();
        self.call(|partition, store, config, now| partition.append(store, batch, config, (now, now)))
            .map(|appended| appended.base_offset)
            .map_err(|refusal| refusal.error)
    }

    /// Ends a transaction.
    pub(crate) fn end(&mut self, producer_id: i64, producer_epoch: i16, marker: super::Marker) -> i64 {
        let end = super::End {
            producer_id,
            producer_epoch,
            coordinator_epoch: 0,
            marker,
        };
        self.call(|partition, store, config, now| partition.append_marker(store, end, config, now))
            .unwrap()
    }

    /// Reads all that is left from an offset.
    pub(crate) fn read(&mut self, offset: i64, isolation: super::Isolation) -> Read {
        let wanted = super::Wanted {
            offset,
            isolation,
            bytes_max: usize::MAX,
            one_at_least: true,
        };
        self.call(|partition, store, _, _| partition.read(store, wanted))
            .unwrap()
    }

    /// A partition that was restored from the same batches.
    pub(crate) fn restored(&mut self) -> Partition {
        let mut restored = Partition::new();
        restored.start_at(self.partition.log_start());
        let entries: Vec<_> = self.partition.index.iter().copied().collect();
        for entry in entries {
            let bytes = self
                .call(|_, store, _, _| store.storage.read(store.log, entry.position, entry.bytes as usize))
                .unwrap();
            restored.restore(entry.position, &Batch::new(&bytes).unwrap(), &self.config);
        }
        restored
    }
}

/// The batches of what was read.
pub(crate) fn batches_of(read: &Bytes) -> Vec<Batch> {
    let mut batches = Vec::new();
    let mut rest = read.clone();
    while !rest.is_empty() {
        let length = i32::from_be_bytes(rest[8..12].try_into().unwrap()) as usize + 12;
        batches.push(Batch::new(&rest.split_to(length)).unwrap());
    }
    batches
}

/// The records that a consumer of what was read is given: keys and values by offset, without control records, and
/// without those of aborted transactions when they are told.
pub(crate) fn consumed(read: &Read) -> Vec<(i64, String, Option<String>)> {
    let mut waiting: Vec<_> = read.aborted.clone();
    waiting.sort_by_key(|transaction| transaction.first_offset);
    let mut aborted = std::collections::BTreeSet::new();
    let mut records = Vec::new();
    for batch in batches_of(&read.records) {
        assert!(batch.is_whole(), "the checksum of {batch:?}");
        let told = waiting.partition_point(|transaction| transaction.first_offset <= batch.last_offset());
        aborted.extend(waiting.drain(..told).map(|transaction| transaction.producer_id));
        if batch.is_control() {
            if super::End::of(&batch).unwrap().marker == super::Marker::Abort {
                aborted.remove(&batch.producer_id());
            }
            continue;
        }
        if batch.is_transactional() && aborted.contains(&batch.producer_id()) {
            continue;
        }
        let text = |bytes: Bytes| String::from_utf8(bytes.to_vec()).unwrap();
        for record in records_of(&batch).unwrap() {
            records.push((
                record.offset,
                record.key.map(text).unwrap_or_default(),
                record.value.map(text),
            ));
        }
    }
    records
}
