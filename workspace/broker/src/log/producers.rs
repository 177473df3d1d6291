//! What a partition knows of each idempotent producer: its epoch, its last batches by sequence number, and whether it has
//! a transaction open here. The rules are those of Kafka's `ProducerAppendInfo` (KIP-98, KIP-360, KIP-890).

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use kafka_protocol::{
    error::ResponseError,
    records::{NO_PRODUCER_EPOCH, NO_SEQUENCE},
};

use super::batch::Batch;
use crate::Timestamp;

/// How many batches of a producer are remembered, so that one sent again is known: as many as a producer may have under
/// way at a time.
const RUNS_MAX: usize = 5;

/// How long a producer is remembered that writes nothing, as `producer.id.expiration.ms`.
const EXPIRATION: Duration = Duration::from_secs(24 * 60 * 60);

/// One remembered batch of a producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    first_sequence: i32,
    last_sequence: i32,
    last_offset: i64,
    /// The offset of its first record.
    pub(crate) first_offset: i64,
    /// Its largest time.
    pub(crate) timestamp: i64,
}

/// A producer, as one partition knows it.
#[derive(Clone, Debug)]
pub(crate) struct Producer {
    /// Its epoch; -1 when none is known.
    pub(crate) epoch: i16,
    /// The epoch of the coordinator that ended its last transaction; -1 when none has ended.
    pub(crate) coordinator_epoch: i32,
    /// The time of its last batch or marker.
    pub(crate) last_timestamp: i64,
    /// The first offset of its open transaction.
    pub(crate) open: Option<i64>,
    runs: VecDeque<Run>,
}

impl Producer {
    fn new() -> Self {
        Self {
            epoch: NO_PRODUCER_EPOCH,
            coordinator_epoch: -1,
            last_timestamp: -1,
            open: None,
            runs: VecDeque::new(),
        }
    }

    /// The sequence number of its last record; -1 when none is known.
    pub(crate) fn last_sequence(&self) -> i32 {
        self.runs.back().map_or(NO_SEQUENCE, |run| run.last_sequence)
    }

    fn begin_epoch(&mut self, epoch: i16) {
        if self.epoch != epoch {
            self.runs.clear();
            self.epoch = epoch;
        }
    }
}

/// A transactional producer whose first batch here is being verified with the coordinator: until it was taken, nothing
/// after it may be.
#[derive(Clone, Copy, Debug)]
struct Verification {
    epoch: i16,
    lowest_sequence: i32,
    bumps_epochs: bool,
    since: Timestamp,
}

/// The producers of one partition.
#[derive(Debug, Default)]
pub(crate) struct Producers {
    known: BTreeMap<i64, Producer>,
    verifications: BTreeMap<i64, Verification>,
}

impl Producers {
    /// All known producers, by id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, &Producer)> {
        self.known.iter().map(|(id, producer)| (*id, producer))
    }

    /// Whether anything is known of a producer.
    pub(crate) fn knows(&self, producer_id: i64) -> bool {
        self.known.contains_key(&producer_id)
    }

    /// The last offset of a producer's newest batch.
    pub(crate) fn last_offset_of(&self, producer_id: i64) -> Option<i64> {
        Some(self.known.get(&producer_id)?.runs.back()?.last_offset)
    }

    /// Whether a producer has a transaction open in this epoch.
    pub(crate) fn has_open_transaction_in(&self, producer_id: i64, epoch: i16) -> bool {
        self.known
            .get(&producer_id)
            .is_some_and(|producer| producer.open.is_some() && producer.epoch == epoch)
    }

    /// Notes that a producer's batch is about to be verified. `bumps_epochs`: each of its transactions has an epoch of
    /// its own (KIP-890), so its first sequence number here is 0. An instance that is known to be fenced is refused, and
    /// leaves nothing that could be held against its successor.
    pub(crate) fn verify(&mut self, batch: &Batch, bumps_epochs: bool, now: Timestamp) -> Result<(), ResponseError> {
        let (epoch, sequence) = (batch.producer_epoch(), batch.base_sequence());
        if self
            .known
            .get(&batch.producer_id())
            .is_some_and(|known| epoch < known.epoch)
        {
            return Err(ResponseError::InvalidProducerEpoch);
        }
        let entry = self.verifications.entry(batch.producer_id()).or_insert(Verification {
            epoch,
            lowest_sequence: sequence,
            bumps_epochs,
            since: now,
        });
        entry.bumps_epochs = bumps_epochs;
        if epoch > entry.epoch {
            (entry.epoch, entry.lowest_sequence) = (epoch, sequence);
        } else if epoch == entry.epoch {
            entry.lowest_sequence = entry.lowest_sequence.min(sequence);
        }
        Ok(())
    }

    /// The remembered batch that a client's batch repeats.
    pub(crate) fn duplicate_of(&self, batch: &Batch) -> Option<Run> {
        let producer = self.known.get(&batch.producer_id())?;
        if producer.epoch != batch.producer_epoch() {
            return None;
        }
        let (first, last) = (batch.base_sequence(), batch.last_sequence());
        producer
            .runs
            .iter()
            .find(|run| run.first_sequence == first && run.last_sequence == last)
            .copied()
    }

    /// Whether a client's batch follows what is known of its producer.
    pub(crate) fn check(&self, batch: &Batch) -> Result<(), ResponseError> {
        let known = self.known.get(&batch.producer_id());
        let known_epoch = known.map_or(NO_PRODUCER_EPOCH, |producer| producer.epoch);
        if batch.producer_epoch() < known_epoch {
            return Err(ResponseError::InvalidProducerEpoch);
        }
        self.check_sequence(batch, known)?;
        if !batch.is_transactional() && known.is_some_and(|producer| producer.open.is_some()) {
            return Err(ResponseError::InvalidTxnState);
        }
        Ok(())
    }

    fn check_sequence(&self, batch: &Batch, known: Option<&Producer>) -> Result<(), ResponseError> {
        let first = batch.base_sequence();
        let remembered = known.filter(|producer| !producer.runs.is_empty());
        if let Some(verification) = self.verifications.get(&batch.producer_id()) {
            let is_unknown = verification.bumps_epochs && first != 0 && remembered.is_none();
            if is_unknown || first > verification.lowest_sequence {
                return Err(ResponseError::OutOfOrderSequenceNumber);
            }
        }
        let Some(producer) = known.filter(|producer| producer.epoch != NO_PRODUCER_EPOCH) else {
            return Ok(());
        };
        let follows = if producer.epoch == batch.producer_epoch() {
            let last = producer.last_sequence();
            i64::from(first) == i64::from(last) + 1 || (first == 0 && last == i32::MAX)
        } else {
            first == 0
        };
        if follows {
            Ok(())
        } else {
            Err(ResponseError::OutOfOrderSequenceNumber)
        }
    }

    /// Notes a batch of records that was appended; says whether it began a transaction.
    pub(crate) fn appended(&mut self, batch: &Batch) -> bool {
        if batch.is_transactional() {
            self.verifications.remove(&batch.producer_id());
        }
        let producer = self.known.entry(batch.producer_id()).or_insert_with(Producer::new);
        producer.begin_epoch(batch.producer_epoch());
        if producer.runs.len() == RUNS_MAX {
            producer.runs.pop_front();
        }
        producer.runs.push_back(Run {
            first_sequence: batch.base_sequence(),
            last_sequence: batch.last_sequence(),
            first_offset: batch.base_offset(),
            last_offset: batch.last_offset(),
            timestamp: batch.max_timestamp(),
        });
        producer.last_timestamp = batch.max_timestamp();
        let begins = batch.is_transactional() && producer.open.is_none();
        if begins {
            producer.open = Some(batch.base_offset());
        }
        begins
    }

    /// Whether a marker of this epoch and coordinator may be written.
    pub(crate) fn check_marker(
        &self,
        producer_id: i64,
        epoch: i16,
        coordinator_epoch: i32,
    ) -> Result<(), ResponseError> {
        match self.known.get(&producer_id) {
            Some(producer) if epoch < producer.epoch => Err(ResponseError::InvalidProducerEpoch),
            Some(producer) if coordinator_epoch < producer.coordinator_epoch => {
                Err(ResponseError::TransactionCoordinatorFenced)
            }
            _ => Ok(()),
        }
    }

    /// Notes a marker; gives the first offset of the transaction that it ends.
    pub(crate) fn ended(&mut self, marker: &Batch, coordinator_epoch: i32) -> Option<i64> {
        self.verifications.remove(&marker.producer_id());
        let producer = self.known.entry(marker.producer_id()).or_insert_with(Producer::new);
        producer.begin_epoch(marker.producer_epoch());
        producer.coordinator_epoch = coordinator_epoch;
        producer.last_timestamp = marker.max_timestamp();
        producer.open.take()
    }

    /// Forgets producers that have long been silent and have no transaction open.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        let is_fresh = |time: i64| Timestamp(time).plus(EXPIRATION) > now;
        self.known
            .retain(|_, producer| producer.open.is_some() || is_fresh(producer.last_timestamp));
        self.verifications
            .retain(|_, verification| is_fresh(verification.since.0));
    }
}
