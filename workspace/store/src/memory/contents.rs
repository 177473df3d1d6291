//! What a store in memory holds.

use std::collections::{BTreeMap, BTreeSet};

use palinode_core::{Saga, SagaId, TimerKind, Timestamp};

use crate::{Change, ChangedSaga, Checkpoint, Checkpoints, restoring::Restoring};

/// The state of one task. Timers stand in the order in which RocksDB's keys stand: due time, saga, kind.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) sagas: BTreeMap<SagaId, Saga>,
    pub(super) open: BTreeSet<SagaId>,
    pub(super) timers: BTreeSet<(Timestamp, SagaId, TimerKind)>,
    pub(super) checkpoint: Checkpoint,
    pub(super) journal_id: Option<String>,
    pub(super) checkpoints: Checkpoints,
    pub(super) changed: BTreeSet<ChangedSaga>,
    pub(super) snapshots: BTreeSet<SagaId>,
    pub(super) is_written: bool,
    pub(super) restoring: Option<Restoring>,
}

impl Contents {
    /// Takes over what `change` says; this cannot fail.
    pub(super) fn apply(&mut self, change: &Change) {
        self.is_written = true;
        for saga in &change.sagas {
            // What is restored has not changed.
            if self.restoring.is_none() {
                self.mark(&saga.id);
            }
            for timer in &saga.timers_removed {
                self.timers.remove(&(timer.due, saga.id.clone(), timer.kind));
            }
            for timer in &saga.timers_added {
                self.timers.insert((timer.due, saga.id.clone(), timer.kind));
            }
            if saga.saga.open().is_some() {
                self.open.insert(saga.id.clone());
            } else {
                self.open.remove(&saga.id);
            }
            self.sagas.insert(saga.id.clone(), saga.saga.clone());
        }
        self.checkpoint.advance(change);
    }

    /// The saga has changed since the last line.
    pub(super) fn mark(&mut self, id: &SagaId) {
        self.changed.insert(ChangedSaga {
            line: self.checkpoints.lines,
            id: id.clone(),
        });
    }
}
