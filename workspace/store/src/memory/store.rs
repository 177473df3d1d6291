//! The store of one task in memory.

use std::{
    ops::Bound,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use palinode_core::{Saga, SagaId, Timer, Timestamp};

use super::{contents::Contents, stores::Slot};
use crate::{Change, ChangedSaga, Checkpoint, Checkpoints, Error, Restored, Snapshotted, Store};

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

    fn checkpoints(&self) -> &Checkpoints {
        &self.contents.checkpoints
    }

    fn draw_line(&mut self, lineage: &Arc<str>) -> Result<(), Error> {
        self.contents.is_written = true;
        let checkpoints = &mut self.contents.checkpoints;
        checkpoints.lines += 1;
        checkpoints.lineage.get_or_insert_with(|| Arc::clone(lineage));
        Ok(())
    }

    fn changed(&self, after: Option<&ChangedSaga>, limit: usize) -> Result<Vec<ChangedSaga>, Error> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let changed = self.contents.changed.range((from, Bound::Unbounded));
        let before_the_line = |saga: &&ChangedSaga| saga.line < self.contents.checkpoints.lines;
        Ok(changed.take_while(before_the_line).take(limit).cloned().collect())
    }

    fn have_snapshots(&self, sagas: &[ChangedSaga]) -> Result<Vec<bool>, Error> {
        let has_one = |saga: &ChangedSaga| self.contents.snapshots.contains(&saga.id);
        Ok(sagas.iter().map(has_one).collect())
    }

    fn snapshotted(&mut self, sagas: &[(ChangedSaga, Snapshotted)]) -> Result<(), Error> {
        for (saga, done) in sagas {
            self.contents.changed.remove(saga);
            match done {
                Snapshotted::OfItsOwn => drop(self.contents.snapshots.insert(saga.id.clone())),
                Snapshotted::Buried => drop(self.contents.snapshots.remove(&saga.id)),
                Snapshotted::InAList => {}
            }
        }
        Ok(())
    }

    fn checkpoint_done(&mut self, journal: i64) {
        self.contents.checkpoints.journal = Some(journal);
    }

    fn is_new(&self) -> bool {
        !self.contents.is_written
    }

    fn restore(&mut self, restored: Vec<Restored>) -> Result<(), Error> {
        let contents = &mut self.contents;
        let mut restoring = contents.restoring.take().unwrap_or_default();
        let look_up = |ids: &[SagaId]| Ok(ids.iter().map(|id| contents.sagas.get(id).cloned()).collect());
        let taken = restoring.take(restored, look_up)?;
        contents.restoring = Some(restoring);
        contents.apply(&taken.change);
        for (id, stands) in taken.snapshots {
            if stands {
                contents.snapshots.insert(id);
            } else {
                contents.snapshots.remove(&id);
            }
        }
        Ok(())
    }

    fn end_restore(&mut self, checkpoint: Checkpoint, checkpoints: Checkpoints) -> Result<(), Error> {
        let contents = &mut self.contents;
        let restoring = contents.restoring.take().unwrap_or_default();
        contents.checkpoint = checkpoint;
        contents.checkpoints = checkpoints;
        contents.is_written = true;
        restoring.left_over().iter().for_each(|id| contents.mark(id));
        Ok(())
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
