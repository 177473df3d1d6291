//! Reading: batches as they are kept, from an offset up to where the reader may see.

use bytes::Bytes;
use kafka_protocol::error::ResponseError;

use super::{Aborted, Isolation, LEADER_EPOCH, LogStore, Partition};
use crate::Position;

/// What a reader asks of a partition.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    /// The first record's offset.
    pub(crate) offset: i64,
    /// What it may see.
    pub(crate) isolation: Isolation,
    /// The most bytes.
    pub(crate) bytes_max: usize,
    /// Whether one batch is wanted even if it has more bytes.
    pub(crate) one_at_least: bool,
}

/// What a reader gets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Read {
    /// Whole batches, the first of which holds the offset that was asked for.
    pub(crate) records: Bytes,
    /// The aborted transactions with records in them, for a reader of committed records.
    pub(crate) aborted: Vec<Aborted>,
}

impl Partition {
    /// Whether the leader's epoch that a client believes in is that of this partition; -1 is no belief.
    pub(crate) fn check_leader_epoch(epoch: i32) -> Result<(), ResponseError> {
        match epoch {
            ..=-1 => Ok(()),
            epoch if epoch < LEADER_EPOCH => Err(ResponseError::FencedLeaderEpoch),
            epoch if epoch > LEADER_EPOCH => Err(ResponseError::UnknownLeaderEpoch),
            _ => Ok(()),
        }
    }

    /// Where the batches are kept, in order, and how many bytes each has.
    pub(crate) fn batches(&self) -> impl Iterator<Item = (Position, usize)> {
        self.index.iter().map(|entry| (entry.position, entry.bytes as usize))
    }

    /// Where a reader stops.
    pub(crate) fn end_for(&self, isolation: Isolation) -> i64 {
        match isolation {
            Isolation::Uncommitted => self.high_watermark(),
            Isolation::Committed => self.last_stable_offset(),
        }
    }

    /// How many bytes a reader would get.
    pub(crate) fn readable(&self, wanted: Wanted) -> Result<usize, ResponseError> {
        self.check_offset(wanted.offset)?;
        let end = self.end_for(wanted.isolation);
        let span = self
            .index
            .span(wanted.offset, end, wanted.bytes_max, wanted.one_at_least);
        Ok(span.map_or(0, |span| span.bytes))
    }

    /// Reads.
    ///
    /// # Errors
    /// The offset is not one of this log, or the storage failed.
    pub(crate) fn read(&self, store: &mut LogStore<'_>, wanted: Wanted) -> Result<Read, ResponseError> {
        self.check_offset(wanted.offset)?;
        let end = self.end_for(wanted.isolation);
        let Some(span) = self
            .index
            .span(wanted.offset, end, wanted.bytes_max, wanted.one_at_least)
        else {
            return Ok(Read::default());
        };
        let records = store
            .storage
            .read(store.log, span.position, span.bytes)
            .map_err(|_| ResponseError::KafkaStorageError)?;
        let aborted = match wanted.isolation {
            Isolation::Uncommitted => Vec::new(),
            Isolation::Committed => self.aborted_within(wanted.offset, span.end_offset).copied().collect(),
        };
        Ok(Read { records, aborted })
    }

    fn check_offset(&self, offset: i64) -> Result<(), ResponseError> {
        if (self.log_start..=self.log_end).contains(&offset) {
            Ok(())
        } else {
            Err(ResponseError::OffsetOutOfRange)
        }
    }
}
