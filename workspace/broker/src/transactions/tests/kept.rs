//! A storage that outlives its broker, and the restart of a broker on it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::{
    Broker, Change, Found, LogId, Memory, Position, Settings, Storage, StorageError, Summary, log::Batch,
    testing::World,
};

#[derive(Default)]
struct Inner {
    memory: Memory,
    changes: Vec<Change>,
    batches: Vec<(LogId, Position, Batch)>,
    fails: bool,
}

/// A storage that outlives its broker.
#[derive(Clone, Default)]
pub(super) struct Kept(Arc<Mutex<Inner>>);

impl Kept {
    /// A world on this storage.
    pub(super) fn world(&self, settings: Settings) -> World {
        let mut world = World::with(settings.clone());
        world.broker = Broker::new(settings, Box::new(self.clone()));
        world
    }

    /// The broker ends without a word, and another one begins on what it kept.
    pub(super) fn restart(&self, world: &mut World) {
        let settings = world.broker.settings.clone();
        world.broker = Broker::recover(settings, Box::new(self.clone())).expect("what was kept");
    }

    /// Whether the storage refuses everything from here on.
    pub(super) fn set_failing(&self, fails: bool) {
        self.inner().fails = fails;
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Storage for Kept {
    fn note(&mut self, change: &Change) -> Result<(), StorageError> {
        let mut inner = self.inner();
        if inner.fails {
            return Err(StorageError("told to fail".to_owned()));
        }
        inner.changes.push(change.clone());
        Ok(())
    }

    fn append(&mut self, log: LogId, batch: Batch) -> Result<Position, StorageError> {
        let mut inner = self.inner();
        if inner.fails {
            return Err(StorageError("told to fail".to_owned()));
        }
        let at = inner.memory.append(log, batch.clone())?;
        inner.batches.push((log, at, batch));
        Ok(at)
    }

    fn read(&mut self, log: LogId, from: Position, bytes: usize) -> Result<Bytes, StorageError> {
        self.inner().memory.read(log, from, bytes)
    }

    fn drop_before(&mut self, log: LogId, before: Position) -> Result<(), StorageError> {
        self.inner().memory.drop_before(log, before)
    }

    fn replace_before(
        &mut self,
        log: LogId,
        before: Position,
        batches: Vec<Batch>,
    ) -> Result<Vec<Position>, StorageError> {
        self.inner().memory.replace_before(log, before, batches)
    }

    fn remove(&mut self, log: LogId) -> Result<(), StorageError> {
        self.inner().memory.remove(log)
    }

    fn recover(&mut self, found: &mut dyn FnMut(Found)) -> Result<(), StorageError> {
        let inner = self.inner();
        // In few words, as a storage on disk does: whatever follows must not depend on which of them were left out.
        for change in Summary::of(inner.changes.clone()).changes {
            found(Found::Change(change));
        }
        for (log, at, batch) in inner.batches.clone() {
            found(Found::Batch { log, at, batch });
        }
        Ok(())
    }
}
