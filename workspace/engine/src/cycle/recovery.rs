//! Where a take-over gets its state from: the store that is there, the snapshots, or the journal alone.
//!
//! Whatever it begins with, the journal has the last word: it is replayed from the record that the state reflects up to
//! one's own claim.

use palinode_log::Error as LogError;
use palinode_store::{Store, Stores};

use super::{
    Action,
    beginning::{Beginning, misfit, reason_for},
    exits::{again, store_exit},
    load::{Load, Loaded},
    replay::{Origin, Replay},
    state_machine::Exit,
    take_over::{Progress, Stage, Step, TakeOver},
};
use crate::{
    restores::Place,
    settings::{RESTORE_LOOK, SHORT_RESTORE},
    snapshots::Snapshots,
};
use palinode_core::Timestamp;

/// Why a store is set aside that a crash left half made.
const HALF_MADE: &str = "it was being made from snapshots when the process ended";

impl<St: Stores> TakeOver<St> {
    /// Opens the store of a journal with these bounds.
    pub(super) fn open(&mut self, bounds: (i64, i64)) -> Step<St::Store> {
        self.bounds = bounds;
        let (first, end) = bounds;
        let mut store = self.open_store()?;
        if store.checkpoint().journal.is_none() && !store.is_new() {
            store = self.renew(store, HALF_MADE)?;
        }
        let Some(misfit) = misfit(store.checkpoint().journal.as_ref(), first, end) else {
            return self.recover(store);
        };
        // Whether it is the same journal stands at its beginning, if that is not deleted.
        if first == 0 && store.journal_id().is_some() {
            self.stage = Stage::Identifying {
                store,
                beginning: Beginning::before(&self.claim),
                misfit,
            };
            return Ok(Progress::Going(vec![Action::OpenJournal { from: first }]));
        }
        let store = self.renew(store, &misfit)?;
        self.recover(store)
    }

    /// What the journal's beginning says about a store that does not fit.
    pub(super) fn identified(&mut self, store: St::Store, beginning: &Beginning, misfit: &str) -> Step<St::Store> {
        let reason = reason_for(store.journal_id(), beginning, misfit);
        let store = self.renew(store, &reason)?;
        self.recover(store)
    }

    /// Goes on from the store, or from the snapshots when it is new.
    fn recover(&mut self, store: St::Store) -> Step<St::Store> {
        if store.checkpoint().journal.is_some() {
            return Ok(self.replay(store, Origin::Store, None));
        }
        self.stage = Stage::Surveying { store };
        Ok(Progress::Going(vec![Action::OpenSnapshots]))
    }

    /// The snapshots have these bounds, or cannot be looked at.
    pub(super) fn surveyed(
        &mut self,
        store: St::Store,
        bounds: Result<(i64, i64), LogError>,
        now: Timestamp,
    ) -> Step<St::Store> {
        match bounds {
            Ok(bounds) => self.queue(store, bounds, now),
            Err(error) if error.is_missing_topic() => self.without_snapshots(store, None, &error.to_string()),
            Err(error) => Err(again("the snapshots could not be read", &error)),
        }
    }

    /// Waits for its turn among the restores of this node, if it takes long.
    pub(super) fn queue(&mut self, store: St::Store, snapshots: (i64, i64), now: Timestamp) -> Step<St::Store> {
        let (first, end) = self.bounds;
        let is_short = (end - first) + (snapshots.1 - snapshots.0) <= SHORT_RESTORE;
        let place = self.shared.settings.restores.place();
        if place.is_none() && !is_short {
            let until = now.plus(RESTORE_LOOK);
            self.stage = Stage::Queued {
                store,
                snapshots,
                until,
            };
            return Ok(Progress::Going(Vec::new()));
        }
        let (first, end) = snapshots;
        if first == end {
            return self.without_snapshots(store, place, "there are none");
        }
        if first > 0 {
            let reason = format!("those before offset {first} are deleted");
            return self.without_snapshots(store, place, &reason);
        }
        let reader = Snapshots::new(&self.shared, self.task, self.claim.incarnation.clone());
        self.stage = Stage::Loading(Box::new(Load::new(store, place, reader, self.task)));
        Ok(Progress::Going(Vec::new()))
    }

    /// Takes snapshots in; the last ones when `is_end`.
    pub(super) fn load(
        &mut self,
        load: Load<St::Store>,
        records: &[palinode_log::Consumed],
        is_end: bool,
    ) -> Step<St::Store> {
        let load = load.take(records, |store, reason| self.renew(store, reason))?;
        if !is_end {
            self.stage = Stage::Loading(Box::new(load));
            return Ok(Progress::Going(Vec::new()));
        }
        match load.finish(self.bounds)? {
            Loaded::Fits(store, place) => {
                let mut actions = vec![Action::CloseSnapshots];
                let replay = self.replay(store, Origin::Snapshots, place);
                if let Progress::Going(more) = replay {
                    actions.extend(more);
                }
                Ok(Progress::Going(actions))
            }
            Loaded::Useless(store, place, reason) => self.without_snapshots(store, place, &reason),
        }
    }

    /// Goes on from the journal alone.
    pub(super) fn without_snapshots(
        &mut self,
        store: St::Store,
        place: Option<Place>,
        reason: &str,
    ) -> Step<St::Store> {
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
            tracing::warn!(
                task = self.task,
                reason,
                "the snapshots are of no use: the journal is read from its first record"
            );
            self.renew(
                store,
                &format!("the snapshots that it was made from are of no use: {reason}"),
            )?
        };
        let mut actions = vec![Action::CloseSnapshots];
        if let Progress::Going(more) = self.replay(store, Origin::Journal, place) {
            actions.extend(more);
        }
        Ok(Progress::Going(actions))
    }

    /// Replays what the store does not reflect of the journal.
    fn replay(&mut self, store: St::Store, origin: Origin, place: Option<Place>) -> Progress<St::Store> {
        let expected = store.checkpoint().journal.clone();
        let from = expected.as_ref().map_or(self.bounds.0, |position| position.offset);
        let claim = self.claim.clone();
        self.stage = Stage::Replaying(Box::new(Replay::new(store, expected, claim, origin, place)));
        Progress::Going(vec![Action::OpenJournal { from }])
    }

    fn open_store(&self) -> Result<St::Store, Exit> {
        match self.shared.stores.open(self.task) {
            Err(error) if error.is_rebuildable() => {
                self.set_aside(&error.to_string())?;
                self.shared.stores.open(self.task).map_err(store_exit)
            }
            other => other.map_err(store_exit),
        }
    }

    /// Sets the store aside; gives a new one.
    fn renew(&self, store: St::Store, reason: &str) -> Result<St::Store, Exit> {
        drop(store);
        self.set_aside(reason)?;
        self.open_store()
    }

    fn set_aside(&self, reason: &str) -> Result<(), Exit> {
        tracing::warn!(
            task = self.task,
            reason,
            "the store is set aside and made again from the snapshots and the journal"
        );
        self.shared.stores.set_aside(self.task, reason).map_err(store_exit)
    }
}
