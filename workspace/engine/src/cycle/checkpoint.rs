//! Checkpoints: the states of sagas, written beside the work, so that a lost disk needs only the journal's tail.
//!
//! A checkpoint draws a line in the store. Every saga that has changed before it is written: one that goes on as a snapshot
//! of its own, one that has ended in a list. `CheckpointDone` says which journal record the line stands behind; a state
//! that is newer does no harm, since a replay skips the events that it reflects. Tombstones of ended sagas come last.
//!
//! It takes one small transaction at a time, under an id of its own, and then leaves the task to its inputs for some
//! times as long.

use std::sync::Arc;

use bytes::Bytes;
use palinode_core::{Saga, Timestamp};
use palinode_log::{Outcome, Produced, Slot};
use palinode_store::{ChangedSaga, Checkpoint, Snapshotted, Store, Stores};

use super::{Action, exits::store_exit, running::Running, state_machine::Exit};
use crate::{
    settings::{
        ABORT_PAUSE_FIRST, SNAPSHOT_ABORT_PAUSE_MAX, SNAPSHOT_BYTES_MAX, SNAPSHOT_PAUSE_MAX, SNAPSHOT_PAUSES,
        SNAPSHOT_RENEWAL, SNAPSHOT_SAGAS_MAX,
    },
    snapshots::Snapshots,
};

/// The checkpoints of a task that runs.
pub(super) struct Checkpoints {
    snapshots: Snapshots,
    stage: Stage,
    in_flight: Option<(Sent, Timestamp)>,
    /// When the next transaction may begin.
    not_before: Timestamp,
    /// When the last checkpoint was done, or the task began to run here.
    rests_since: Timestamp,
    /// Transactions that were aborted in a row.
    aborts: u32,
    /// Set when the id is of no more use: when the task is taken over again for it.
    renewal: Option<Timestamp>,
    /// Ended sagas that stand in a list of this checkpoint, whose own snapshots are taken away when it is done.
    ended: Vec<ChangedSaga>,
}

enum Stage {
    Resting,
    Writing {
        line: Box<Line>,
        after: Option<ChangedSaga>,
    },
    /// The checkpoint is done; tombstones follow.
    Burying,
}

/// What the store reflected when the line was drawn.
struct Line {
    checkpoint: Checkpoint,
    open_sagas: u64,
    journal: Arc<str>,
    lineage: Arc<str>,
    /// Sagas that were written so far.
    sagas: usize,
    drawn: Timestamp,
}

/// A transaction under way.
enum Sent {
    Sagas {
        /// Those of which nothing is left to do.
        settled: Vec<(ChangedSaga, Snapshotted)>,
        /// Those that have ended and have snapshots of their own.
        ended: Vec<ChangedSaga>,
        last: Option<ChangedSaga>,
    },
    Done {
        journal: i64,
    },
    Tombstones(usize),
}

impl Checkpoints {
    /// No checkpoint is under way.
    pub(super) fn new(snapshots: Snapshots, now: Timestamp) -> Self {
        Self {
            snapshots,
            stage: Stage::Resting,
            in_flight: None,
            not_before: now,
            rests_since: now,
            aborts: 0,
            renewal: None,
            ended: Vec::new(),
        }
    }

    /// Whether a transaction is under way.
    pub(super) fn is_writing(&self) -> bool {
        self.in_flight.is_some()
    }

    /// When a checkpoint under way goes on.
    pub(super) fn wake_at(&self) -> Option<Timestamp> {
        (!matches!(self.stage, Stage::Resting) && !self.is_writing()).then_some(self.not_before)
    }

    /// Whether the next transaction has to wait. A clock that went back far does not count.
    fn waits(&self, now: Timestamp) -> bool {
        now < self.not_before && self.not_before.since(now) <= SNAPSHOT_ABORT_PAUSE_MAX
    }
}

impl<St: Stores> Running<St> {
    /// Begins the next transaction of a checkpoint, when one is due or under way. True when it did.
    pub(super) fn checkpoint(&mut self, now: Timestamp, actions: &mut Vec<Action>) -> Result<bool, Exit> {
        if self.checkpoints.waits(now) {
            return Ok(false);
        }
        if matches!(self.checkpoints.stage, Stage::Resting) {
            if !self.checkpoint_is_due(now) {
                return Ok(false);
            }
            match self.checkpoints.renewal {
                Some(renewal) if now < renewal => return Ok(false),
                Some(_) => {
                    return Err(Exit::Again(
                        "the id of the snapshots has to be initialised again".into(),
                    ));
                }
                None => {}
            }
            self.draw_line(now)?;
        }
        let next = match &self.checkpoints.stage {
            Stage::Resting => None,
            Stage::Writing { .. } => self.write_sagas(now)?,
            Stage::Burying => Some(self.bury()),
        };
        let Some((records, sent)) = next else {
            return Ok(false);
        };
        self.checkpoints.in_flight = Some((sent, now));
        actions.push(Action::Transact {
            slot: Slot::Snapshot,
            records,
        });
        Ok(true)
    }

    fn checkpoint_is_due(&self, now: Timestamp) -> bool {
        let Some(journal) = &self.store.checkpoint().journal else {
            return false;
        };
        let reflected = self.store.checkpoints().journal.unwrap_or(-1);
        let records = u64::try_from(journal.offset - reflected).unwrap_or(0);
        let settings = &self.shared.settings;
        let rested = now.since(self.checkpoints.rests_since);
        records >= settings.checkpoint_records.max(1) || (records > 0 && rested >= settings.checkpoint_interval)
    }

    fn draw_line(&mut self, now: Timestamp) -> Result<(), Exit> {
        let Some(journal) = self.store.journal_id().map(Arc::from) else {
            return Ok(());
        };
        let incarnation = Arc::clone(self.checkpoints.snapshots.incarnation());
        self.store.draw_line(&incarnation).map_err(store_exit)?;
        let lineage = self.store.checkpoints().lineage.clone().unwrap_or(incarnation);
        let line = Line {
            checkpoint: self.store.checkpoint().clone(),
            open_sagas: self.store.open_count(),
            journal,
            lineage,
            sagas: 0,
            drawn: now,
        };
        self.checkpoints.ended.clear();
        self.checkpoints.stage = Stage::Writing {
            line: Box::new(line),
            after: None,
        };
        Ok(())
    }

    /// The next sagas that have changed; the end of the checkpoint when there is none.
    fn write_sagas(&mut self, now: Timestamp) -> Result<Option<(Vec<Produced>, Sent)>, Exit> {
        let Checkpoints { snapshots, stage, .. } = &mut self.checkpoints;
        let Stage::Writing { line, after } = stage else {
            return Ok(None);
        };
        let changed = self
            .store
            .changed(after.as_ref(), SNAPSHOT_SAGAS_MAX)
            .map_err(store_exit)?;
        if changed.is_empty() {
            let names = (&line.journal, &line.lineage);
            let done = snapshots.done(names, &line.checkpoint, line.open_sagas, now);
            let journal = line.checkpoint.journal.as_ref().map_or(0, |journal| journal.offset);
            return Ok(done.map(|done| (vec![done], Sent::Done { journal })));
        }
        let ids: Vec<_> = changed.iter().map(|saga| saga.id.clone()).collect();
        let sagas = self.store.sagas(&ids).map_err(store_exit)?;
        let have_snapshots = self.store.have_snapshots(&changed).map_err(store_exit)?;
        let (mut records, mut list, mut bytes) = (Vec::new(), Vec::new(), 0);
        let (mut settled, mut ended, mut last) = (Vec::new(), Vec::new(), None);
        let unwritable = |reason| Exit::Park(format!("the state of a saga cannot be written: {reason}"));
        for ((changed, saga), has_snapshot) in changed.into_iter().zip(sagas).zip(have_snapshots) {
            if bytes >= SNAPSHOT_BYTES_MAX {
                break;
            }
            last = Some(changed.clone());
            match saga {
                Some(saga @ (Saga::Open(_) | Saga::Lock(_))) => {
                    let record = snapshots.saga(&line.journal, &changed.id, &saga).map_err(unwritable)?;
                    bytes += record.value.as_ref().map_or(0, Bytes::len);
                    records.push(record);
                    settled.push((changed, Snapshotted::OfItsOwn));
                }
                Some(saga @ (Saga::Closed(_) | Saga::CancelledEarly { .. })) => {
                    let closed = Snapshots::closed(&changed.id, &saga).map_err(unwritable)?;
                    bytes += closed.state.len() + changed.id.key.as_str().len();
                    list.push(closed);
                    if has_snapshot {
                        ended.push(changed);
                    } else {
                        settled.push((changed, Snapshotted::InAList));
                    }
                }
                None => {}
            }
        }
        line.sagas += records.len() + list.len();
        if !list.is_empty() {
            records.push(snapshots.list(&line.journal, &line.lineage, list));
        }
        if records.is_empty() {
            *after = last;
            return Ok(None);
        }
        Ok(Some((records, Sent::Sagas { settled, ended, last })))
    }

    /// Tombstones of sagas that have ended.
    fn bury(&self) -> (Vec<Produced>, Sent) {
        let Checkpoints { snapshots, ended, .. } = &self.checkpoints;
        let some = ended.iter().take(SNAPSHOT_SAGAS_MAX);
        let records: Vec<_> = some.map(|saga| snapshots.tombstone(&saga.id)).collect();
        let count = records.len();
        (records, Sent::Tombstones(count))
    }

    /// Takes in how a transaction of a checkpoint ended.
    pub(super) fn checkpoint_ended(&mut self, outcome: Outcome, now: Timestamp) -> Result<(), Exit> {
        let Some((sent, began)) = self.checkpoints.in_flight.take() else {
            return Ok(());
        };
        match outcome {
            Outcome::Committed { .. } => {
                self.checkpoints.aborts = 0;
                let pause = now.since(began).saturating_mul(SNAPSHOT_PAUSES).min(SNAPSHOT_PAUSE_MAX);
                self.checkpoints.not_before = now.plus(pause);
                self.checkpoint_stands(sent, now)
            }
            Outcome::Aborted { reason, .. } => {
                let task = self.task;
                tracing::warn!(task, reason, "snapshots were not written and will be tried again");
                let pause = ABORT_PAUSE_FIRST.saturating_mul(1 << self.checkpoints.aborts.min(10));
                self.checkpoints.aborts += 1;
                self.checkpoints.not_before = now.plus(pause.min(SNAPSHOT_ABORT_PAUSE_MAX));
                Ok(())
            }
            Outcome::Fenced => Err(Exit::Fenced),
            // Whether these snapshots stand does no harm: what they were written for stays to be written.
            Outcome::Indefinite { reason } => {
                tracing::warn!(
                    task = self.task,
                    reason,
                    pause = ?SNAPSHOT_RENEWAL,
                    "nobody knows how a transaction of a checkpoint ended; the task makes none for a while"
                );
                self.checkpoints.renewal = Some(now.plus(SNAPSHOT_RENEWAL));
                self.checkpoints.stage = Stage::Resting;
                self.checkpoints.ended.clear();
                Ok(())
            }
        }
    }

    fn checkpoint_stands(&mut self, sent: Sent, now: Timestamp) -> Result<(), Exit> {
        let Checkpoints {
            stage,
            ended: all_ended,
            rests_since,
            ..
        } = &mut self.checkpoints;
        match sent {
            Sent::Sagas { settled, ended, last } => {
                self.store.snapshotted(&settled).map_err(store_exit)?;
                all_ended.extend(ended);
                if let Stage::Writing { after, .. } = stage {
                    *after = last;
                }
                return Ok(());
            }
            Sent::Done { journal } => {
                self.store.checkpoint_done(journal);
                *rests_since = now;
                if let Stage::Writing { line, .. } = stage {
                    let took = now.since(line.drawn);
                    tracing::info!(
                        task = self.task,
                        journal,
                        sagas = line.sagas,
                        ?took,
                        "a checkpoint is done"
                    );
                }
                metrics::counter!("palinode_checkpoints_total").increment(1);
            }
            Sent::Tombstones(count) => {
                let buried: Vec<_> = all_ended
                    .drain(..count)
                    .map(|saga| (saga, Snapshotted::Buried))
                    .collect();
                self.store.snapshotted(&buried).map_err(store_exit)?;
            }
        }
        *stage = if all_ended.is_empty() {
            Stage::Resting
        } else {
            Stage::Burying
        };
        Ok(())
    }
}
