//! What stands on a disk for one task.

use std::sync::Arc;

use palinode_store::{Change, JournalPosition};

use crate::Contents;

/// Something that was written.
#[derive(Clone, Debug)]
pub(super) enum Written {
    /// The id of the journal, in a file of its own.
    Journal(Arc<str>),
    /// What one batch wrote.
    Batch(Vec<Arc<Change>>),
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
        let (changes, _) = self.read();
        let Some(last) = changes.iter().rev().find(|change| change.journal.is_some()) else {
            return false;
        };
        let change = Change {
            journal: last.journal.clone().map(other),
            clock: last.clock,
            ..Change::default()
        };
        self.written.push(Written::Batch(vec![Arc::new(change)]));
        self.sync();
        true
    }

    /// The changes, and the journal's id.
    pub(super) fn read(&self) -> (Vec<Arc<Change>>, Option<Arc<str>>) {
        let (mut changes, mut journal) = (Vec::new(), None);
        for written in &self.written {
            match written {
                Written::Journal(id) => journal = Some(Arc::clone(id)),
                Written::Batch(batch) => changes.extend(batch.iter().cloned()),
            }
        }
        (changes, journal)
    }

    /// What the store of the process holds.
    pub(super) fn contents(&self) -> Contents {
        let (changes, _) = self.read();
        let mut contents = Contents::default();
        let mut timers = std::collections::BTreeSet::new();
        for change in changes.iter().chain(&self.unwritten) {
            for saga in &change.sagas {
                for timer in &saga.timers_removed {
                    timers.remove(&(timer.due, saga.id.clone(), timer.kind));
                }
                for timer in &saga.timers_added {
                    timers.insert((timer.due, saga.id.clone(), timer.kind));
                }
                contents.sagas.insert(saga.id.clone(), saga.saga.clone());
            }
            for ((topic, partition), offset) in &change.positions {
                contents.positions.insert((topic.to_string(), *partition), *offset);
            }
        }
        let timer = |(due, id, kind)| (id, palinode_core::Timer { due, kind });
        contents.timers = timers.into_iter().map(timer).collect();
        contents
    }
}
