//! Where a replay begins: at what the store reflects that is there, behind the snapshots, or at the journal's first record.
//!
//! Whatever it begins with, the journal has the last word: it is replayed from the record that the state reflects. Owners
//! and standbys come by the same way; this neither claims nor writes to the log.

use std::sync::Arc;

use palinode_core::Timestamp;
use palinode_log::{Consumed, Error as LogError};
use palinode_store::{Store, Stores};

use super::{
    Action, Demand, Shared, Signal,
    exits::{again, store_exit},
    load::{Load, Loaded},
    replay::{Origin, Replay},
    state_machine::Exit,
};
use crate::{
    restores::{Place, Restorer},
    settings::{RESTORE_LOOK, SHORT_RESTORE, SNAPSHOTS_LOOK, SNAPSHOTS_WAIT},
    snapshots::Snapshots,
};

/// Why a store is set aside that a crash left half made.
const HALF_MADE: &str = "it was being made from snapshots when the process ended";

/// The search for the beginning of a replay.
pub(super) struct Recovery<St: Stores> {
    shared: Arc<Shared<St>>,
    task: i32,
    /// The journal's first and its end offset.
    bounds: (i64, i64),
    /// What the snapshots may reflect stands before this offset of the journal.
    reach: i64,
    restorer: Restorer,
    stage: Stage<St::Store>,
}

enum Stage<S: Store> {
    /// The snapshots are looked for, since then.
    Surveying {
        store: S,
        since: Option<Timestamp>,
    },
    /// The broker has not told where the snapshots end, and is asked again.
    Absent {
        store: S,
        since: Timestamp,
        until: Timestamp,
    },
    /// Too many others are restored.
    Queued {
        store: S,
        snapshots: (i64, i64),
        until: Timestamp,
    },
    Loading(Box<Load<S>>),
    /// Before the beginning, between two stages, and after the end.
    Over,
}

/// How far a recovery is.
pub(super) enum Recovered<S: Store> {
    Going(Vec<Action>),
    /// The replay has no end yet; the journal is opened by the actions.
    Replay(Box<Replay<S>>, Vec<Action>),
}

type Step<S> = Result<Recovered<S>, Exit>;

impl<St: Stores> Recovery<St> {
    /// A recovery for a journal with these bounds, to which nobody writes.
    pub(super) fn new(shared: Arc<Shared<St>>, task: i32, bounds: (i64, i64)) -> Self {
        Self {
            shared,
            task,
            bounds,
            reach: bounds.1,
            restorer: Restorer::Owner,
            stage: Stage::Over,
        }
    }

    /// A recovery for a journal that had these bounds, and whose owner writes on: a checkpoint may be done behind any end
    /// that the journal had before.
    pub(super) fn beside_owner(shared: Arc<Shared<St>>, task: i32, bounds: (i64, i64)) -> Self {
        Self {
            reach: i64::MAX,
            restorer: Restorer::Standby,
            ..Self::new(shared, task, bounds)
        }
    }

    /// Opens the store. One that a crash left half made is made anew.
    pub(super) fn open_store(&self) -> Result<St::Store, Exit> {
        let store = self.shared.open_store(self.task).map_err(store_exit)?;
        if store.checkpoint().journal.is_none() && !store.is_new() {
            return self.renew(store, HALF_MADE);
        }
        Ok(store)
    }

    /// Sets the store aside; gives a new one.
    pub(super) fn renew(&self, store: St::Store, reason: &str) -> Result<St::Store, Exit> {
        drop(store);
        self.shared.set_aside(self.task, reason).map_err(store_exit)?;
        self.shared.open_store(self.task).map_err(store_exit)
    }

    /// Goes on from the store, which fits the journal, or from the snapshots when it is new.
    pub(super) fn begin(&mut self, store: St::Store) -> Step<St::Store> {
        if store.checkpoint().journal.is_some() {
            return Ok(self.replay(store, Origin::Store, None, Vec::new()));
        }
        Ok(self.survey(store, None))
    }

    fn survey(&mut self, store: St::Store, since: Option<Timestamp>) -> Recovered<St::Store> {
        self.stage = Stage::Surveying { store, since };
        Recovered::Going(vec![Action::OpenSnapshots])
    }

    /// What to read now.
    pub(super) fn demand(&self) -> Demand {
        match self.stage {
            Stage::Loading(_) => Demand::Snapshots,
            _ => Demand::Nothing,
        }
    }

    /// When it wants to be called at the latest.
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        match self.stage {
            Stage::Queued { until, .. } | Stage::Absent { until, .. } => Some(until),
            _ => None,
        }
    }

    /// What is being done, for people.
    pub(super) fn stage(&self) -> &'static str {
        match self.stage {
            Stage::Surveying { .. } | Stage::Absent { .. } | Stage::Over => "looking for snapshots",
            Stage::Queued { .. } => "waiting until other tasks are restored",
            Stage::Loading(_) => "reading the snapshots",
        }
    }

    /// Takes in the answer to the last action.
    pub(super) fn handle(&mut self, signal: Signal, now: Timestamp) -> Step<St::Store> {
        match (std::mem::replace(&mut self.stage, Stage::Over), signal) {
            (Stage::Surveying { store, since }, Signal::SnapshotBounds(bounds)) => {
                self.surveyed(store, since.unwrap_or(now), bounds, now)
            }
            (Stage::Absent { store, since, until }, _) if now >= until => Ok(self.survey(store, Some(since))),
            (
                Stage::Queued {
                    store,
                    snapshots,
                    until,
                },
                _,
            ) if now >= until => self.queue(store, snapshots, now),
            (Stage::Loading(load), Signal::Snapshots(records, is_end)) => self.load(*load, &records, is_end),
            (Stage::Loading(load), Signal::SnapshotsFailed(error)) if !error.is_retriable() => {
                let (store, place) = load.into_parts();
                self.without_snapshots(store, place, &error.to_string())
            }
            (Stage::Loading(_), Signal::SnapshotsFailed(error)) => {
                Err(again("the snapshots could not be read", &error))
            }
            (stage, _) => {
                self.stage = stage;
                Ok(Recovered::Going(Vec::new()))
            }
        }
    }

    /// The snapshots have these bounds, or cannot be looked at. A broker that does not answer is asked for a while; what has
    /// no snapshots then goes on without, unless it cannot.
    fn surveyed(
        &mut self,
        store: St::Store,
        since: Timestamp,
        bounds: Result<(i64, i64), LogError>,
        now: Timestamp,
    ) -> Step<St::Store> {
        match bounds {
            Ok(bounds) => self.queue(store, bounds, now),
            Err(error) if error.is_retriable() && now.since(since) < SNAPSHOTS_WAIT => {
                self.stage = Stage::Absent {
                    store,
                    since,
                    until: now.plus(SNAPSHOTS_LOOK),
                };
                Ok(Recovered::Going(Vec::new()))
            }
            Err(error) if error.is_retriable() && self.bounds.0 > 0 => {
                Err(again("the snapshots could not be read", &error))
            }
            Err(error) => self.without_snapshots(store, None, &error.to_string()),
        }
    }

    /// Waits for its turn among the restores of this node, if it takes long.
    fn queue(&mut self, store: St::Store, snapshots: (i64, i64), now: Timestamp) -> Step<St::Store> {
        let (first, end) = self.bounds;
        let takes_long = (end - first) + (snapshots.1 - snapshots.0) > SHORT_RESTORE;
        let place = takes_long
            .then(|| self.shared.settings.restores.place(self.restorer))
            .flatten();
        if place.is_none() && takes_long {
            self.stage = Stage::Queued {
                store,
                snapshots,
                until: now.plus(RESTORE_LOOK),
            };
            return Ok(Recovered::Going(Vec::new()));
        }
        let (first, end) = snapshots;
        if first == end {
            tracing::info!(
                task = self.task,
                "there are no snapshots: the journal is read from its first record"
            );
            return self.journal_alone(store, place, "there are none");
        }
        if first > 0 {
            let reason = format!("those before offset {first} are deleted");
            return self.without_snapshots(store, place, &reason);
        }
        // It writes nothing, so that its records need no name.
        let reader = Snapshots::new(&self.shared, self.task, "".into());
        self.stage = Stage::Loading(Box::new(Load::new(store, place, reader, self.task)));
        Ok(Recovered::Going(Vec::new()))
    }

    /// Takes snapshots in; the last ones when `is_end`.
    fn load(&mut self, load: Load<St::Store>, records: &[Consumed], is_end: bool) -> Step<St::Store> {
        let load = load.take(records, |store, reason| self.renew(store, reason))?;
        if !is_end {
            self.stage = Stage::Loading(Box::new(load));
            return Ok(Recovered::Going(Vec::new()));
        }
        match load.finish((self.bounds.0, self.reach))? {
            Loaded::Fits(store, place) => {
                Ok(self.replay(store, Origin::Snapshots, place, vec![Action::CloseSnapshots]))
            }
            Loaded::Useless(store, place, reason) => self.without_snapshots(store, place, &reason),
        }
    }

    /// Goes on from the journal alone, and says why.
    pub(super) fn without_snapshots(
        &mut self,
        store: St::Store,
        place: Option<Place>,
        reason: &str,
    ) -> Step<St::Store> {
        tracing::warn!(
            task = self.task,
            reason,
            "the snapshots are of no use: the journal is read from its first record"
        );
        self.journal_alone(store, place, reason)
    }

    fn journal_alone(&mut self, store: St::Store, place: Option<Place>, reason: &str) -> Step<St::Store> {
        let (first, _) = self.bounds;
        if first > 0 {
            return Err(Exit::Park(format!(
                "the journal begins at offset {first}: what stood before is deleted, and this node has no state of its \
                 own to go on from. The snapshots are of no use: {reason}"
            )));
        }
        let store = if store.is_new() {
            store
        } else {
            let reason = format!("the snapshots that it was made from are of no use: {reason}");
            self.renew(store, &reason)?
        };
        Ok(self.replay(store, Origin::Journal, place, vec![Action::CloseSnapshots]))
    }

    /// Replays what the store does not reflect of the journal, after these actions.
    fn replay(
        &self,
        store: St::Store,
        origin: Origin,
        place: Option<Place>,
        mut actions: Vec<Action>,
    ) -> Recovered<St::Store> {
        let expected = store.checkpoint().journal.clone();
        let from = expected.as_ref().map_or(self.bounds.0, |position| position.offset);
        actions.push(Action::OpenJournal { from });
        Recovered::Replay(Box::new(Replay::new(store, expected, origin, place)), actions)
    }
}
