//! The trait behind which RocksDB stands.

use std::{collections::BTreeMap, sync::Arc};

use palinode_core::{Saga, SagaId, Timer, Timestamp};

use crate::{Activation, Activations, ChangedSaga, Checkpoints, Error, Restored, Snapshotted};

/// A partition of an input topic.
pub type InputKey = (Arc<str>, i32);

/// What a task knew when it wrote its last change: the store reflects the journal up to here and no further.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// The last journal record that is reflected; none in an empty store.
    pub journal: Option<JournalPosition>,
    /// For each input the offset of the next record that is not reflected.
    pub positions: BTreeMap<InputKey, i64>,
    /// The last time that the task journaled.
    pub clock: Timestamp,
    /// The versions of definitions that starts follow, and followed.
    pub activations: Activations,
}

impl Checkpoint {
    /// Takes over what `change` says. A change without a journal record leaves the last one, and time never goes back.
    pub(crate) fn advance(&mut self, change: &Change) {
        for (input, offset) in &change.positions {
            match self.positions.get_mut(input) {
                Some(position) => *position = *offset,
                None => drop(self.positions.insert(input.clone(), *offset)),
            }
        }
        if let Some(journal) = &change.journal {
            self.journal = Some(journal.clone());
        }
        self.clock = self.clock.max(change.clock);
        for activation in &change.activations {
            self.activations.add(activation.clone());
        }
    }
}

/// A record of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalPosition {
    /// Its offset.
    pub offset: i64,
    /// Its event id, by which a re-created or truncated journal is noticed.
    pub event_id: Arc<str>,
}

/// One change of the store: all of it or nothing is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Sagas in their new state.
    pub sagas: Vec<SagaChange>,
    /// Input positions that advance.
    pub positions: Vec<(InputKey, i64)>,
    /// The last journal record that the change reflects.
    pub journal: Option<JournalPosition>,
    /// The time of that record.
    pub clock: Timestamp,
    /// The versions that starts follow from here on, in the order of the journal.
    pub activations: Vec<Activation>,
}

/// A saga in its new state, and what that does to the timers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SagaChange {
    /// The saga.
    pub id: SagaId,
    /// Its state.
    pub saga: Saga,
    /// Whether it was open before, by what the store says of it.
    pub was_open: bool,
    /// The timers that it had and has no longer.
    pub timers_removed: Vec<Timer>,
    /// The timers that are new.
    pub timers_added: Vec<Timer>,
}

/// The state of one task beside Kafka. Everything in it can be made again from the journal.
pub trait Store: Send {
    /// What is known of a saga.
    ///
    /// # Errors
    /// When the disk fails or the bytes are damaged.
    fn saga(&self, id: &SagaId) -> Result<Option<Saga>, Error>;

    /// What is known of several sagas, in their order.
    ///
    /// # Errors
    /// As [`Store::saga`].
    fn sagas(&self, ids: &[SagaId]) -> Result<Vec<Option<Saga>>, Error>;

    /// Writes one change, atomically.
    ///
    /// # Errors
    /// When the disk fails or is full; nothing of the change is written then, as far as the store knows.
    fn write(&mut self, change: Change) -> Result<(), Error>;

    /// The timers that are due at `now`, in the order of their due times, `limit` at the most. They stay until a
    /// change removes them.
    ///
    /// # Errors
    /// As [`Store::saga`].
    fn due_timers(&mut self, now: Timestamp, limit: usize) -> Result<Vec<(SagaId, Timer)>, Error>;

    /// When the first timer is due.
    ///
    /// # Errors
    /// As [`Store::saga`].
    fn next_due(&mut self) -> Result<Option<Timestamp>, Error>;

    /// What the store reflects.
    fn checkpoint(&self) -> &Checkpoint;

    /// The id of the journal that the store reflects, from the journal's opening; none until that is reflected. A journal
    /// that was made anew has another.
    fn journal_id(&self) -> Option<&str>;

    /// Keeps the id of the journal, before the change that reflects its opening is written.
    ///
    /// # Errors
    /// When the disk fails; the id that was known before stays.
    fn set_journal_id(&mut self, id: &str) -> Result<(), Error>;

    /// How many sagas are open.
    fn open_count(&self) -> u64;

    /// Open sagas in the order of their ids, after `after`, `limit` at the most.
    ///
    /// # Errors
    /// As [`Store::saga`].
    fn open_sagas(&self, after: Option<&SagaId>, limit: usize) -> Result<Vec<(SagaId, Saga)>, Error>;

    /// How far the snapshots are.
    fn checkpoints(&self) -> &Checkpoints;

    /// Draws a line for a checkpoint: what has changed up to now belongs to it, and what changes from here on to the next
    /// one. The first line begins `lineage`.
    ///
    /// # Errors
    /// When the disk fails; then no line is drawn.
    fn draw_line(&mut self, lineage: &Arc<str>) -> Result<(), Error>;

    /// The sagas that changed before the line and were not handed to [`Store::snapshotted`] since, after `after`, `limit`
    /// at the most. Never looks at more than the changed ones.
    ///
    /// # Errors
    /// As [`Store::saga`].
    fn changed(&self, after: Option<&ChangedSaga>, limit: usize) -> Result<Vec<ChangedSaga>, Error>;

    /// Which of these have a snapshot of their own.
    ///
    /// # Errors
    /// As [`Store::saga`].
    fn have_snapshots(&self, sagas: &[ChangedSaga]) -> Result<Vec<bool>, Error>;

    /// Notes that what a checkpoint did to these sagas stands.
    ///
    /// # Errors
    /// When the disk fails; the next checkpoint then does the same again.
    fn snapshotted(&mut self, sagas: &[(ChangedSaga, Snapshotted)]) -> Result<(), Error>;

    /// Notes that a checkpoint is done that reflects the journal up to this offset.
    fn checkpoint_done(&mut self, journal: i64);

    /// Whether nothing was ever written to it.
    fn is_new(&self) -> bool;

    /// Takes what stands in the snapshots, in its order, into a new store. Of two states of a saga the later one counts.
    ///
    /// # Errors
    /// When the disk fails or is full. The store is to be set aside then.
    fn restore(&mut self, restored: Vec<Restored>) -> Result<(), Error>;

    /// Ends a restore: what was taken in reflects `checkpoint`, at the least.
    ///
    /// # Errors
    /// As [`Store::restore`].
    fn end_restore(&mut self, checkpoint: Checkpoint, checkpoints: Checkpoints) -> Result<(), Error>;
}

/// Opens and replaces the stores of a node's tasks.
pub trait Stores: Send + Sync + 'static {
    /// The store of a task.
    type Store: Store;

    /// Opens the store of `task`, empty when there is none yet.
    ///
    /// # Errors
    /// When the store belongs to another cluster, application or format, is damaged, locked, or the disk fails; see
    /// [`Error::is_rebuildable`].
    fn open(&self, task: i32) -> Result<Self::Store, Error>;

    /// Moves what is there for `task` aside, with `reason` beside it, so that the next open starts empty.
    ///
    /// # Errors
    /// When the disk fails.
    fn set_aside(&self, task: i32, reason: &str) -> Result<(), Error>;
}
