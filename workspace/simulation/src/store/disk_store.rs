//! The store of one task of one process.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use palinode_core::{Saga, SagaId, Timer, Timestamp};
use palinode_store::{
    Change, Checkpoint, Error, Store, Stores,
    memory::{MemoryStore, MemoryStores},
};

use super::{
    disk::{Disk, path},
    kept::Written,
};

/// Writes between two syncs: what a machine's death takes is at most so many.
const WRITES_A_SYNC: usize = 8;

/// The store of one task: it answers from memory and writes changes to the disk some at a time, as the store of
/// production does.
#[derive(Debug)]
pub(crate) struct DiskStore {
    disk: Disk,
    is_dead: Arc<AtomicBool>,
    task: i32,
    memory: MemoryStore,
}

impl DiskStore {
    pub(super) fn open(
        disk: Disk,
        is_dead: Arc<AtomicBool>,
        task: i32,
        changes: &[Arc<Change>],
        journal: Option<Arc<str>>,
    ) -> Result<Self, Error> {
        let mut memory = MemoryStores::default().open(task)?;
        for change in changes {
            memory.write(Change::clone(change))?;
        }
        if let Some(journal) = journal {
            memory.set_journal_id(&journal)?;
        }
        Ok(Self {
            disk,
            is_dead,
            task,
            memory,
        })
    }
}

impl Store for DiskStore {
    fn saga(&self, id: &SagaId) -> Result<Option<Saga>, Error> {
        self.memory.saga(id)
    }

    fn sagas(&self, ids: &[SagaId]) -> Result<Vec<Option<Saga>>, Error> {
        self.memory.sagas(ids)
    }

    fn write(&mut self, change: Change) -> Result<(), Error> {
        let unwritten_max = self.disk.unwritten_max();
        let failed = self.disk.with(self.task, |kept| {
            if std::mem::take(&mut kept.fails_next_write) {
                return true;
            }
            if kept.unwritten.len() >= unwritten_max {
                kept.flush();
                if kept.written.len() - kept.synced >= WRITES_A_SYNC {
                    kept.sync();
                }
            }
            kept.unwritten.push(Arc::new(change.clone()));
            false
        });
        if failed {
            self.disk.note(self.task, "a write failed".into());
            return Err(Error::Disk {
                path: path(self.task),
                what: "writing: no space left".into(),
            });
        }
        self.memory.write(change)
    }

    fn due_timers(&mut self, now: Timestamp, limit: usize) -> Result<Vec<(SagaId, Timer)>, Error> {
        self.memory.due_timers(now, limit)
    }

    fn next_due(&mut self) -> Result<Option<Timestamp>, Error> {
        self.memory.next_due()
    }

    fn checkpoint(&self) -> &Checkpoint {
        self.memory.checkpoint()
    }

    fn journal_id(&self) -> Option<&str> {
        self.memory.journal_id()
    }

    fn set_journal_id(&mut self, id: &str) -> Result<(), Error> {
        self.disk
            .with(self.task, |kept| kept.written.push(Written::Journal(id.into())));
        self.memory.set_journal_id(id)
    }

    fn open_count(&self) -> u64 {
        self.memory.open_count()
    }

    fn open_sagas(&self, after: Option<&SagaId>, limit: usize) -> Result<Vec<(SagaId, Saga)>, Error> {
        self.memory.open_sagas(after, limit)
    }
}

impl Drop for DiskStore {
    /// Writes what the disk does not have; a process that was killed does not come to this.
    fn drop(&mut self) {
        if self.is_dead.load(Ordering::Relaxed) {
            return;
        }
        self.disk.with(self.task, |kept| {
            kept.flush();
            kept.sync();
            kept.is_open = false;
        });
    }
}
