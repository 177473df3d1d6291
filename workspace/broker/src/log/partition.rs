//! One partition of a topic: what is in its log, who writes there, and how far its readers may see.
//!
//! There is one replica, so the high watermark is the end of the log.

use kafka_protocol::{error::ResponseError, records::NO_TIMESTAMP};

use super::{
    Aborted, Cleaning, End, FetchId, Isolation, Marker, Refusal,
    batch::Batch,
    index::{Entry, Index},
    producers::{Producer, Producers},
    segments::Segments,
    transactions::Transactions,
    waiters::Waiters,
};
use crate::{
    LogId, Position, Storage, StorageError, Timestamp,
    topics::{TimestampType, TopicConfig},
};

/// The epoch of every partition's leader: there is one node, and it leads for ever.
pub(crate) const LEADER_EPOCH: i32 = 0;

/// A storage, and which of its logs is meant.
pub(crate) struct LogStore<'a> {
    /// The storage.
    pub(crate) storage: &'a mut dyn Storage,
    /// The log.
    pub(crate) log: LogId,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Appended {
    /// The offset of its first record.
    pub(crate) base_offset: i64,
    /// The broker's time in its records; -1 when they keep the producer's.
    pub(crate) append_time: i64,
    /// Whether it had been appended before, and was not again.
    pub(crate) is_duplicate: bool,
}

/// One partition of a topic.
#[derive(Debug, Default)]
pub(crate) struct Partition {
    pub(super) index: Index,
    pub(super) segments: Segments,
    pub(super) producers: Producers,
    pub(super) transactions: Transactions,
    pub(super) waiters: Waiters,
    pub(super) cleaning: Cleaning,
    pub(super) log_start: i64,
    pub(super) log_end: i64,
}

impl Partition {
    /// An empty partition.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The first offset that can be read.
    pub(crate) fn log_start(&self) -> i64 {
        self.log_start
    }

    /// The offset of the next record.
    pub(crate) fn high_watermark(&self) -> i64 {
        self.log_end
    }

    /// Where readers of committed records stop: before the first open transaction.
    pub(crate) fn last_stable_offset(&self) -> i64 {
        self.transactions
            .first_open()
            .map_or(self.log_end, |first| first.max(self.log_start))
    }

    /// Whether no batch is kept.
    pub(crate) fn is_empty(&self) -> bool {
        self.index.last().is_none()
    }

    /// Bytes of all batches.
    pub(crate) fn bytes(&self) -> u64 {
        self.index.bytes()
    }

    /// The producers that are known here, by id.
    pub(crate) fn producers(&self) -> impl Iterator<Item = (i64, &Producer)> {
        self.producers.iter()
    }

    /// Whether a transactional batch must be verified with the coordinator before it may be appended: it would be the
    /// first of its transaction here.
    pub(crate) fn needs_verification(&self, batch: &Batch) -> bool {
        batch.is_transactional()
            && !self
                .producers
                .has_open_transaction_in(batch.producer_id(), batch.producer_epoch())
    }

    /// Notes that a batch is being verified. `bumps_epochs`: its producer's transactions have an epoch each (KIP-890).
    ///
    /// # Errors
    /// The partition knows a later instance of the producer.
    pub(crate) fn verifying(&mut self, batch: &Batch, bumps_epochs: bool, now: Timestamp) -> Result<(), ResponseError> {
        self.producers.verify(batch, bumps_epochs, now)
    }

    /// Appends a client's batch, written at a time; what a client may take for the present is later, or the same.
    ///
    /// # Errors
    /// The batch breaks a rule of the topic or of its producer's sequence, or the storage failed; nothing was appended.
    pub(crate) fn append(
        &mut self,
        store: &mut LogStore<'_>,
        mut batch: Batch,
        config: &TopicConfig,
        (now, present): (Timestamp, Timestamp),
    ) -> Result<Appended, Refusal> {
        super::incoming::check(&batch, config, present)?;
        if batch.has_producer() {
            if let Some(run) = self.producers.duplicate_of(&batch) {
                return Ok(Appended {
                    base_offset: run.first_offset,
                    append_time: run.timestamp,
                    is_duplicate: true,
                });
            }
            self.producers.check(&batch)?;
        }
        let append_time = self.place(&mut batch, config, now);
        let base_offset = batch.base_offset();
        let position = store.storage.append(store.log, batch.clone())?;
        self.took(&batch, position, config);
        Ok(Appended {
            base_offset,
            append_time,
            is_duplicate: false,
        })
    }

    /// Ends a producer's transaction by a marker, and gives the marker's offset. A marker for which no transaction is open
    /// is written too.
    ///
    /// # Errors
    /// The marker is older than what is known of its producer, or the storage failed.
    pub(crate) fn append_marker(
        &mut self,
        store: &mut LogStore<'_>,
        end: End,
        config: &TopicConfig,
        now: Timestamp,
    ) -> Result<i64, ResponseError> {
        self.producers
            .check_marker(end.producer_id, end.producer_epoch, end.coordinator_epoch)?;
        let failed = |_| ResponseError::KafkaStorageError;
        let mut batch = end.batch(now).map_err(failed)?;
        self.place(&mut batch, config, now);
        let position = store.storage.append(store.log, batch.clone()).map_err(failed)?;
        self.index_batch(&batch, position, config);
        self.end_transaction(&batch, end);
        Ok(batch.base_offset())
    }

    /// Takes back a batch that the storage found after a restart. Batches come in order; those before the log's start are
    /// ignored.
    pub(crate) fn restore(&mut self, position: Position, batch: &Batch, config: &TopicConfig) {
        if batch.last_offset() < self.log_start || batch.base_offset() < self.log_end_of_index() {
            return;
        }
        if batch.is_control() {
            self.index_batch(batch, position, config);
            // Of a producer whose batches are all gone nothing is known, so that it may go on with any sequence number.
            if let Some(end) = End::of(batch).filter(|end| self.producers.knows(end.producer_id)) {
                self.end_transaction(batch, end);
            }
        } else {
            self.took(batch, position, config);
        }
    }

    /// Makes the log begin at an offset. The storage is told by whoever made the change.
    pub(super) fn start_at(&mut self, offset: i64) {
        if offset <= self.log_start {
            return;
        }
        self.log_start = offset;
        self.log_end = self.log_end.max(offset);
        self.transactions.forget_before(offset);
        self.segments.forget_before(offset, self.log_end);
    }

    /// Lets go of the batches before the log's start.
    ///
    /// # Errors
    /// The storage failed.
    pub(crate) fn trim(&mut self, store: &mut LogStore<'_>) -> Result<(), StorageError> {
        match self.index.forget_before(self.log_start) {
            Some(position) => store.storage.drop_before(store.log, position),
            None => Ok(()),
        }
    }

    /// Gives a batch its offsets and, where the topic says so, its time; says which time.
    fn place(&self, batch: &mut Batch, config: &TopicConfig, now: Timestamp) -> i64 {
        batch.place(self.log_end, LEADER_EPOCH);
        match config.timestamp_type {
            TimestampType::Create => NO_TIMESTAMP,
            TimestampType::Append => {
                batch.set_append_time(now.0);
                now.0
            }
        }
    }

    fn took(&mut self, batch: &Batch, position: Position, config: &TopicConfig) {
        self.index_batch(batch, position, config);
        if batch.has_producer() && self.producers.appended(batch) {
            self.transactions.begin(batch.base_offset(), batch.producer_id());
        }
    }

    fn end_transaction(&mut self, batch: &Batch, end: End) {
        if let Some(first) = self.producers.ended(batch, end.coordinator_epoch) {
            match end.marker {
                Marker::Commit => self.transactions.commit(first),
                Marker::Abort => self.transactions.abort(first, batch.base_offset()),
            }
        }
    }

    fn index_batch(&mut self, batch: &Batch, position: Position, config: &TopicConfig) {
        self.segments.push(batch, config);
        self.index.push(Entry::new(batch, position));
        self.log_end = batch.last_offset() + 1;
    }

    fn log_end_of_index(&self) -> i64 {
        self.index.last().map_or(0, |entry| entry.last_offset + 1)
    }

    /// A fetch waits for records from an offset on.
    pub(crate) fn wait(&mut self, fetch: FetchId, offset: i64, isolation: Isolation) {
        self.waiters.add(fetch, offset, isolation);
    }

    /// A fetch waits no longer.
    pub(crate) fn stop_waiting(&mut self, fetch: FetchId) {
        self.waiters.remove(fetch);
    }

    /// The fetches that wait for records of this partition.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = FetchId> {
        self.waiters.all()
    }

    /// The waiting fetches that have something to read here.
    pub(crate) fn served(&self) -> impl Iterator<Item = FetchId> {
        self.waiters.served_by(self.high_watermark(), self.last_stable_offset())
    }

    /// The aborted transactions with records in a stretch of the log.
    pub(super) fn aborted_within(&self, from: i64, end: i64) -> impl Iterator<Item = &Aborted> {
        self.transactions.aborted_within(from, end)
    }
}
