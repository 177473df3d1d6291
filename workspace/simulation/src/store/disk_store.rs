//! The store of one task of one process.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use palinode_core::{Saga, SagaId, Timer, Timestamp};
use palinode_store::{
    Change, ChangedSaga, Checkpoint, Checkpoints, Error, Restored, Snapshotted, Store, memory::MemoryStore,
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
    pub(super) fn open(disk: Disk, is_dead: Arc<AtomicBool>, task: i32, memory: MemoryStore) -> Self {
        Self {
            disk,
            is_dead,
            task,
            memory,
        }
    }

    /// Writes something at once; `after` what the disk does not have yet.
    fn write_at_once(&self, written: Written, after: After) {
        self.disk.with(self.task, |kept| {
            if after == After::Changes {
                kept.flush();
            }
            kept.written.push(written);
        });
    }
}

/// What a write follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    /// All changes so far.
    Changes,
    /// What was written so far.
    Writes,
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

    fn checkpoints(&self) -> &Checkpoints {
        self.memory.checkpoints()
    }

    fn draw_line(&mut self, lineage: &Arc<str>) -> Result<(), Error> {
        self.write_at_once(Written::Line(Arc::clone(lineage)), After::Changes);
        self.memory.draw_line(lineage)
    }

    fn changed(&self, after: Option<&ChangedSaga>, limit: usize) -> Result<Vec<ChangedSaga>, Error> {
        self.memory.changed(after, limit)
    }

    fn have_snapshots(&self, sagas: &[ChangedSaga]) -> Result<Vec<bool>, Error> {
        self.memory.have_snapshots(sagas)
    }

    fn snapshotted(&mut self, sagas: &[(ChangedSaga, Snapshotted)]) -> Result<(), Error> {
        self.write_at_once(Written::Snapshotted(Arc::new(sagas.to_vec())), After::Writes);
        self.memory.snapshotted(sagas)
    }

    fn checkpoint_done(&mut self, journal: i64) {
        self.write_at_once(Written::Done(journal), After::Writes);
        self.memory.checkpoint_done(journal);
    }

    fn is_new(&self) -> bool {
        self.memory.is_new()
    }

    fn restore(&mut self, restored: Vec<Restored>) -> Result<(), Error> {
        self.write_at_once(Written::Restored(Arc::new(restored.clone())), After::Changes);
        self.memory.restore(restored)
    }

    fn end_restore(&mut self, checkpoint: Checkpoint, checkpoints: Checkpoints) -> Result<(), Error> {
        let end = Arc::new((checkpoint.clone(), checkpoints.clone()));
        self.write_at_once(Written::EndOfRestore(end), After::Changes);
        self.memory.end_restore(checkpoint, checkpoints)
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

#[cfg(test)]
mod tests {
    use palinode_store::{Change, JournalPosition, Store, Stores};

    use crate::{
        plan,
        store::{Disk, DiskStore},
    };

    fn change(offset: i64) -> Change {
        Change {
            journal: Some(JournalPosition {
                offset,
                event_id: format!("event-{offset}").into(),
            }),
            ..Change::default()
        }
    }

    /// A store to which so many changes were written, each but the last two on the disk.
    fn store(disk: &Disk, changes: i64) -> DiskStore {
        let mut store = disk.stores().open(0).unwrap();
        (0..changes).for_each(|offset| store.write(change(offset)).unwrap());
        store
    }

    fn offset(disk: &Disk) -> Option<i64> {
        let store = disk.stores().open(0).unwrap();
        store.checkpoint().journal.as_ref().map(|journal| journal.offset)
    }

    #[test]
    fn an_orderly_end_loses_nothing() {
        let disk = Disk::new(2);
        drop(store(&disk, 5));
        assert_eq!(offset(&disk), Some(4));
    }

    #[test]
    fn a_process_that_dies_loses_what_it_had_not_written() {
        let disk = Disk::new(2);
        let stores = disk.stores();
        let mut store = stores.open(0).unwrap();
        (0..5).for_each(|offset| store.write(change(offset)).unwrap());
        stores.die();
        drop(store);
        assert_eq!(offset(&disk), Some(3));
    }

    #[test]
    fn what_was_synced_outlives_the_machine() {
        let disk = Disk::new(0);
        drop(store(&disk, 5));
        let stores = disk.stores();
        let mut store = stores.open(0).unwrap();
        (5..8).for_each(|offset| store.write(change(offset)).unwrap());
        stores.die();
        drop(store);
        disk.suffer(plan::Disk::LostSuffix(9));
        assert_eq!(offset(&disk), Some(4));
        disk.suffer(plan::Disk::Stale(2));
        assert_eq!(offset(&disk), Some(2));
    }

    #[test]
    fn what_is_damaged_or_foreign_is_not_opened() {
        for (disk_is, rebuildable) in [
            (plan::Disk::Damaged, true),
            (plan::Disk::Torn, true),
            (plan::Disk::Foreign, false),
        ] {
            let disk = Disk::new(0);
            drop(store(&disk, 3));
            disk.suffer(disk_is);
            let error = disk.stores().open(0).unwrap_err();
            assert_eq!(error.is_rebuildable(), rebuildable, "{error}");
        }
    }

    #[test]
    fn a_write_that_fails_leaves_nothing() {
        let disk = Disk::new(0);
        let mut store = store(&disk, 2);
        disk.fail_next_write(0);
        assert!(store.write(change(2)).is_err());
        assert_eq!(
            store.checkpoint().journal.as_ref().map(|journal| journal.offset),
            Some(1)
        );
        drop(store);
        assert_eq!(offset(&disk), Some(1));
    }
}
