//! Batches in memory: the default storage, which ends with the process.

use std::collections::{BTreeMap, VecDeque};

use bytes::{Bytes, BytesMut};

use super::{Found, LogId, Position, Storage, StorageError};
use crate::{Change, log::Batch};

/// Keeps batches in memory, the records as they came, without a copy. Changes need not be kept: nobody asks for them.
#[derive(Debug, Default)]
pub struct Memory {
    logs: BTreeMap<LogId, Log>,
    /// What it was given at its beginning, until the broker has asked for it.
    found: Vec<Found>,
}

#[derive(Debug, Default)]
struct Log {
    batches: VecDeque<(Position, Batch)>,
    end: Position,
}

impl Log {
    fn index_of(&self, position: Position) -> usize {
        self.batches.partition_point(|(at, _)| *at < position)
    }
}

impl Memory {
    /// A memory that holds what another storage has kept, and goes on by itself.
    ///
    /// # Errors
    /// The other storage cannot read it.
    pub fn of(other: &mut dyn Storage) -> Result<Self, StorageError> {
        let (mut memory, mut found, mut failed) = (Self::default(), Vec::new(), None);
        other.recover(&mut |each| {
            let each = match each {
                Found::Change(change) => Found::Change(change),
                Found::Batch { log, batch, .. } => match memory.append(log, batch.clone()) {
                    Ok(at) => Found::Batch { log, at, batch },
                    Err(error) => {
                        failed = Some(error);
                        return;
                    }
                },
            };
            found.push(each);
        })?;
        memory.found = found;
        failed.map_or(Ok(memory), Err)
    }
}

impl Storage for Memory {
    fn note(&mut self, _change: &Change) -> Result<(), StorageError> {
        Ok(())
    }

    fn append(&mut self, log: LogId, batch: Batch) -> Result<Position, StorageError> {
        let log = self.logs.entry(log).or_default();
        let at = log.end;
        log.end = at.plus(batch.len());
        log.batches.push_back((at, batch));
        Ok(at)
    }

    fn read(&mut self, log: LogId, from: Position, bytes: usize) -> Result<Bytes, StorageError> {
        let absent = || StorageError(format!("no batches of {bytes} bytes at {from:?} of {log:?}"));
        let kept = self.logs.get(&log).ok_or_else(absent)?;
        let mut read = BytesMut::with_capacity(bytes);
        for (at, batch) in kept.batches.range(kept.index_of(from)..) {
            if read.len() >= bytes {
                break;
            }
            if *at != from.plus(read.len()) {
                return Err(absent());
            }
            read.extend_from_slice(batch.header());
            read.extend_from_slice(batch.records());
        }
        if read.len() == bytes {
            Ok(read.freeze())
        } else {
            Err(absent())
        }
    }

    fn drop_before(&mut self, log: LogId, before: Position) -> Result<(), StorageError> {
        if let Some(log) = self.logs.get_mut(&log) {
            let gone = log.index_of(before);
            log.batches.drain(..gone);
        }
        Ok(())
    }

    fn replace_before(
        &mut self,
        log: LogId,
        before: Position,
        batches: Vec<Batch>,
    ) -> Result<Vec<Position>, StorageError> {
        let log = self.logs.entry(log).or_default();
        let bytes: usize = batches.iter().map(Batch::len).sum();
        let mut at = before
            .0
            .checked_sub(bytes as u64)
            .map(Position)
            .ok_or_else(|| StorageError(format!("{bytes} bytes do not fit before {before:?}")))?;
        let gone = log.index_of(before);
        log.batches.drain(..gone);
        let mut positions = Vec::with_capacity(batches.len());
        let mut placed = Vec::with_capacity(batches.len());
        for batch in batches {
            positions.push(at);
            let next = at.plus(batch.len());
            placed.push((at, batch));
            at = next;
        }
        for entry in placed.into_iter().rev() {
            log.batches.push_front(entry);
        }
        Ok(positions)
    }

    fn remove(&mut self, log: LogId) -> Result<(), StorageError> {
        self.logs.remove(&log);
        Ok(())
    }

    fn recover(&mut self, found: &mut dyn FnMut(Found)) -> Result<(), StorageError> {
        std::mem::take(&mut self.found).into_iter().for_each(found);
        Ok(())
    }
}
