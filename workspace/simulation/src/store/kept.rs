//! What stands on a disk for one task.

use std::sync::Arc;

use palinode_core::SagaId;
use palinode_store::{
    Change, ChangedSaga, Checkpoint, Checkpoints, Error, JournalPosition, Restored, Snapshotted, Store, Stores,
    memory::{MemoryStore, MemoryStores},
};

use crate::Contents;

/// Something that was written.
#[derive(Clone, Debug)]
pub(super) enum Written {
    /// The id of the journal, in a file of its own.
    Journal(Arc<str>),
    /// What one batch wrote.
    Batch(Vec<Arc<Change>>),
    /// A line was drawn for a checkpoint.
    Line(Arc<str>),
    /// A checkpoint came to these sagas.
    Snapshotted(Arc<Vec<(ChangedSaga, Snapshotted)>>),
    /// A checkpoint was done that reflects the journal up to here.
    Done(i64),
    /// Something of the snapshots.
    Restored(Arc<Vec<Restored>>),
    /// The end of the snapshots.
    EndOfRestore(Arc<(Checkpoint, Checkpoints)>),
}

impl Written {
    /// Writes it again.
    fn again(&self, store: &mut MemoryStore) -> Result<(), Error> {
        match self {
            Self::Journal(id) => store.set_journal_id(id),
            Self::Batch(changes) => changes.iter().try_for_each(|change| store.write(Change::clone(change))),
            Self::Line(lineage) => store.draw_line(lineage),
            Self::Snapshotted(sagas) => store.snapshotted(sagas),
            Self::Done(journal) => {
                store.checkpoint_done(*journal);
                Ok(())
            }
            Self::Restored(restored) => store.restore(Vec::clone(restored)),
            Self::EndOfRestore(end) => store.end_restore(end.0.clone(), end.1.clone()),
        }
    }

    /// The sagas in it.
    fn ids(&self) -> Vec<SagaId> {
        match self {
            Self::Batch(changes) => {
                let sagas = changes.iter().flat_map(|change| &change.sagas);
                sagas.map(|saga| saga.id.clone()).collect()
            }
            Self::Restored(restored) => {
                let id = |restored: &Restored| match restored {
                    Restored::Saga { id, .. } | Restored::Gone(id) => id.clone(),
                };
                restored.iter().map(id).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// In which state it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Fine,
    /// It belongs to somebody else.
    Foreign,
    /// It cannot be read.
    Damaged(&'static str),
}

/// What stands on a disk for one task.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) written: Vec<Written>,
    /// So many of `written` outlive the machine's death.
    pub(super) synced: usize,
    pub(super) state: State,
    /// It can be read, and belongs to another journal.
    pub(super) is_of_other_journal: bool,
    /// What the process has and the disk has not.
    pub(super) unwritten: Vec<Arc<Change>>,
    pub(super) fails_next_write: bool,
    pub(super) is_open: bool,
}

impl Kept {
    /// Writes what the process has.
    pub(super) fn flush(&mut self) {
        if !self.unwritten.is_empty() {
            let batch = std::mem::take(&mut self.unwritten);
            self.written.push(Written::Batch(batch));
        }
    }

    /// Everything that was written outlives the machine.
    pub(super) fn sync(&mut self) {
        self.synced = self.written.len();
    }

    /// The last so many writes are gone.
    pub(super) fn cut(&mut self, writes: usize) {
        self.written.truncate(self.written.len().saturating_sub(writes));
        self.synced = self.synced.min(self.written.len());
    }

    /// The journal position that it reflects becomes another one. False when it reflects none.
    pub(super) fn reflect(&mut self, other: impl FnOnce(JournalPosition) -> JournalPosition) -> bool {
        let Ok(store) = self.store(0) else { return false };
        let checkpoint = store.checkpoint();
        let Some(journal) = checkpoint.journal.clone() else {
            return false;
        };
        let change = Change {
            journal: Some(other(journal)),
            clock: checkpoint.clock,
            ..Change::default()
        };
        self.written.push(Written::Batch(vec![Arc::new(change)]));
        self.sync();
        true
    }

    /// Everything that was written, in a store in memory.
    pub(super) fn store(&self, task: i32) -> Result<MemoryStore, Error> {
        let mut store = MemoryStores::default().open(task)?;
        self.written.iter().try_for_each(|written| written.again(&mut store))?;
        Ok(store)
    }

    /// What the store of the process holds.
    pub(super) fn contents(&self) -> Contents {
        let unwritten = Written::Batch(self.unwritten.clone());
        let mut contents = Contents::default();
        let Ok(mut store) = self.store(0) else {
            return contents;
        };
        if unwritten.again(&mut store).is_err() {
            return contents;
        }
        for id in self.written.iter().chain([&unwritten]).flat_map(Written::ids) {
            if let Ok(Some(saga)) = store.saga(&id) {
                contents.sagas.insert(id, saga);
            }
        }
        let position =
            |((topic, partition), offset): (&(Arc<str>, i32), &i64)| ((topic.to_string(), *partition), *offset);
        contents.positions = store.checkpoint().positions.iter().map(position).collect();
        let all = store.due_timers(palinode_core::Timestamp(i64::MAX), usize::MAX);
        contents.timers = all.unwrap_or_default().into_iter().collect();
        contents
    }
}
