//! The store of one task in memory.

use std::{
    ops::Bound,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
};

use palinode_core::{Saga, SagaId, Timer, Timestamp};

use super::{contents::Contents, stores::Slot};
use crate::{Change, Checkpoint, Error, Store};

/// The state of one task in memory. When it is dropped its contents go back to the [`super::MemoryStores`] that opened
/// it, as a folder stays on a disk.
#[derive(Debug)]
pub struct MemoryStore {
    slot: Slot,
    contents: Contents,
}

impl MemoryStore {
    pub(super) fn new(slot: Slot, contents: Contents) -> Self {
        Self { slot, contents }
    }

    /// Lets the next write fail as on a full disk.
    pub fn fail_next_write(&self) {
        self.slot.fails_next_write.store(true, Ordering::Relaxed);
    }
}

impl Store for MemoryStore {
    fn saga(&self, id: &SagaId) -> Result<Option<Saga>, Error> {
        Ok(self.contents.sagas.get(id).cloned())
    }

    fn sagas(&self, ids: &[SagaId]) -> Result<Vec<Option<Saga>>, Error> {
        Ok(ids.iter().map(|id| self.contents.sagas.get(id).cloned()).collect())
    }

    fn write(&mut self, change: Change) -> Result<(), Error> {
        if take(&self.slot.fails_next_write) {
            let path = PathBuf::from(format!("memory/task-{}", self.slot.task));
            return Err(Error::Disk {
                path,
                what: "writing: this write was told to fail".into(),
            });
        }
        self.contents.apply(&change);
        Ok(())
    }

    fn due_timers(&mut self, now: Timestamp, limit: usize) -> Result<Vec<(SagaId, Timer)>, Error> {
        let due = self
            .contents
            .timers
            .iter()
            .take_while(|(due, ..)| *due <= now)
            .take(limit);
        Ok(due
            .map(|(due, saga, kind)| (saga.clone(), Timer { due: *due, kind: *kind }))
            .collect())
    }

    fn next_due(&mut self) -> Result<Option<Timestamp>, Error> {
        Ok(self.contents.timers.first().map(|(due, ..)| *due))
    }

    fn checkpoint(&self) -> &Checkpoint {
        &self.contents.checkpoint
    }

    fn journal_id(&self) -> Option<&str> {
        self.contents.journal_id.as_deref()
    }

    fn set_journal_id(&mut self, id: &str) -> Result<(), Error> {
        self.contents.journal_id = Some(id.into());
        Ok(())
    }

    fn open_count(&self) -> u64 {
        self.contents.open.len() as u64
    }

    fn open_sagas(&self, after: Option<&SagaId>, limit: usize) -> Result<Vec<(SagaId, Saga)>, Error> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let ids = self.contents.open.range((from, Bound::Unbounded)).take(limit);
        Ok(ids
            .filter_map(|id| Some((id.clone(), self.contents.sagas.get(id)?.clone())))
            .collect())
    }
}

impl Drop for MemoryStore {
    fn drop(&mut self) {
        self.slot.give_back(std::mem::take(&mut self.contents));
    }
}

/// Reads and clears a flag.
fn take(flag: &AtomicBool) -> bool {
    flag.swap(false, Ordering::Relaxed)
}
