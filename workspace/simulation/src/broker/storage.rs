//! A disk for the broker: what it kept is there when the next broker begins.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use palinode_broker::{Batch, Change, Found, LogId, Memory, Position, Storage, StorageError};
use parking_lot::Mutex;

/// What the broker keeps. Clones are one disk. Nothing that was acknowledged is lost: on a cluster with three copies, of
/// which two must be written, that is what the death of a broker leaves.
#[derive(Clone, Default)]
pub(super) struct Disk(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    memory: Memory,
    changes: Vec<Change>,
    batches: Vec<(LogId, Position, Batch)>,
    appended: u64,
    appended_to: BTreeMap<LogId, u64>,
}

impl Disk {
    /// How many batches were ever appended, markers counted.
    pub(super) fn appended(&self) -> u64 {
        self.0.lock().appended
    }

    /// How many batches were ever appended to one log, markers counted.
    pub(super) fn appended_to(&self, log: LogId) -> u64 {
        self.0.lock().appended_to.get(&log).copied().unwrap_or(0)
    }
}

impl Storage for Disk {
    fn note(&mut self, change: &Change) -> Result<(), StorageError> {
        self.0.lock().changes.push(change.clone());
        Ok(())
    }

    fn append(&mut self, log: LogId, batch: Batch) -> Result<Position, StorageError> {
        let mut kept = self.0.lock();
        let at = kept.memory.append(log, batch.clone())?;
        kept.batches.push((log, at, batch));
        kept.appended += 1;
        *kept.appended_to.entry(log).or_default() += 1;
        Ok(at)
    }

    fn read(&mut self, log: LogId, from: Position, bytes: usize) -> Result<Bytes, StorageError> {
        self.0.lock().memory.read(log, from, bytes)
    }

    fn drop_before(&mut self, log: LogId, before: Position) -> Result<(), StorageError> {
        let mut kept = self.0.lock();
        kept.batches.retain(|(of, at, _)| *of != log || *at >= before);
        kept.memory.drop_before(log, before)
    }

    fn replace_before(
        &mut self,
        log: LogId,
        before: Position,
        batches: Vec<Batch>,
    ) -> Result<Vec<Position>, StorageError> {
        let mut kept = self.0.lock();
        let positions = kept.memory.replace_before(log, before, batches.clone())?;
        let replaced = positions
            .iter()
            .copied()
            .zip(batches)
            .map(|(at, batch)| (log, at, batch));
        let later: Vec<_> = std::mem::take(&mut kept.batches)
            .into_iter()
            .filter(|(of, at, _)| *of != log || *at >= before)
            .collect();
        kept.batches = replaced.chain(later).collect();
        Ok(positions)
    }

    fn remove(&mut self, log: LogId) -> Result<(), StorageError> {
        let mut kept = self.0.lock();
        kept.batches.retain(|(of, ..)| *of != log);
        kept.memory.remove(log)
    }

    fn recover(&mut self, found: &mut dyn FnMut(Found)) -> Result<(), StorageError> {
        let kept = self.0.lock();
        for change in &kept.changes {
            found(Found::Change(change.clone()));
        }
        for (log, at, batch) in &kept.batches {
            found(Found::Batch {
                log: *log,
                at: *at,
                batch: batch.clone(),
            });
        }
        Ok(())
    }
}
