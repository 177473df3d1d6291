//! Following the journal of a task that another member runs, so that a take-over begins from an open store that is nearly
//! there.
//!
//! It reads what is committed and evolves it. It initialises no id and claims nothing, so that its owner never notices it;
//! when it meets what it cannot follow it ends with the reason, and the take-over, which may know better, begins anew.
//! A standby without a store makes one from the snapshots, as a take-over does, so that it need not read the whole journal.

use std::{sync::Arc, time::Duration};

use palinode_core::Timestamp;
use palinode_store::{Store, Stores};

use super::{
    Action, Demand, Shared, Signal,
    beginning::misfit,
    exits::again,
    recovery::{Recovered, Recovery},
    replay::{Read, Replay},
    state_machine::Exit,
};
use crate::{Deployment, journal::Journal};

/// How long nothing comes until a standby counts as caught up, and leaves its place among the restores to another task.
const CAUGHT_UP_AFTER: Duration = Duration::from_secs(1);

/// A standby at work.
pub(super) struct Following<St: Stores> {
    shared: Arc<Shared<St>>,
    task: i32,
    journal: Journal,
    stage: Stage<St>,
    /// The journal's first and its end offset, when it began.
    bounds: (i64, i64),
    /// When it began to read, or last read anything.
    read_at: Timestamp,
}

enum Stage<St: Stores> {
    Consulting,
    Bounding,
    /// The beginning of the journal's tail is looked for.
    Recovering(Box<Recovery<St>>),
    Reading(Box<Replay<St::Store>>),
    /// Between two stages, and after an exit.
    Over,
}

impl<St: Stores> Following<St> {
    /// Begins to follow.
    pub(super) fn begin(shared: Arc<Shared<St>>, task: i32) -> (Self, Vec<Action>) {
        // It writes nothing, so that its records need no name.
        let journal = Journal::new(&shared, task, "".into());
        let following = Self {
            shared,
            task,
            journal,
            stage: Stage::Consulting,
            bounds: (0, 0),
            read_at: Timestamp::default(),
        };
        (following, vec![Action::Definitions])
    }

    /// The replay so far, for a take-over that goes on with it; none when it has not begun.
    pub(super) fn into_replay(self) -> Option<Box<Replay<St::Store>>> {
        match self.stage {
            Stage::Reading(replay) => Some(replay),
            _ => None,
        }
    }

    /// What to read now.
    pub(super) fn demand(&self) -> Demand {
        match &self.stage {
            Stage::Reading(_) => Demand::Following,
            Stage::Recovering(recovery) => recovery.demand(),
            Stage::Consulting | Stage::Bounding | Stage::Over => Demand::Nothing,
        }
    }

    /// When it wants to be called at the latest.
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        match &self.stage {
            Stage::Recovering(recovery) => recovery.next_deadline(),
            Stage::Reading(replay) if replay.has_place() => Some(self.read_at.plus(CAUGHT_UP_AFTER)),
            _ => None,
        }
    }

    /// The offset of the last journal record that the store reflects, when the store is open.
    pub(super) fn journal_offset(&self) -> Option<i64> {
        match &self.stage {
            Stage::Reading(replay) => Some(replay.checkpoint().journal.as_ref().map_or(-1, |at| at.offset)),
            _ => None,
        }
    }

    /// Takes in what happened and says what to do; an exit is why the journal cannot be followed.
    pub(super) fn handle(&mut self, signal: Signal, now: Timestamp) -> Result<Vec<Action>, Exit> {
        match (std::mem::replace(&mut self.stage, Stage::Over), signal) {
            (Stage::Consulting, Signal::Definitions(Ok(deployment))) => {
                self.stage = Stage::Bounding;
                self.consulted(deployment);
                Ok(vec![Action::JournalBounds])
            }
            (Stage::Consulting, Signal::Definitions(Err(reason))) => {
                Err(again("the definitions are not known", &reason))
            }
            (stage, Signal::Definitions(Ok(deployment))) => {
                self.stage = stage;
                self.consulted(deployment);
                Ok(Vec::new())
            }
            (Stage::Bounding, Signal::JournalBounds(Ok(bounds))) => self.open(bounds, now),
            (Stage::Bounding, Signal::JournalBounds(Err(error))) => {
                Err(again("the journal's offsets could not be read", &error))
            }
            // What was published meanwhile: they are read before the journal can name it, or this ends and begins anew.
            (stage @ (Stage::Reading(_) | Stage::Recovering(_)), Signal::DefinitionsChanged) => {
                self.stage = stage;
                Ok(vec![Action::Definitions])
            }
            (Stage::Recovering(mut recovery), signal) => {
                let recovered = recovery.handle(signal, now)?;
                Ok(self.recovered(*recovery, recovered, now))
            }
            (Stage::Reading(mut replay), Signal::Journal(records)) => {
                self.read_at = now;
                match replay.take(&self.shared.definitions, &self.journal, &records)? {
                    Read::More | Read::Claim => {
                        self.stage = Stage::Reading(replay);
                        Ok(Vec::new())
                    }
                    Read::OtherJournal(reason) => {
                        let (store, place) = replay.into_parts();
                        let mut recovery = self.recovery();
                        let recovered = recovery.without_snapshots(store, place, &reason)?;
                        Ok(self.recovered(recovery, recovered, now))
                    }
                }
            }
            (_, Signal::JournalFailed(error)) => Err(again("the journal could not be read", &error)),
            (Stage::Reading(mut replay), _) => {
                if now.since(self.read_at) >= CAUGHT_UP_AFTER {
                    replay.give_place_back();
                }
                self.stage = Stage::Reading(replay);
                Ok(Vec::new())
            }
            (stage, _) => {
                self.stage = stage;
                Ok(Vec::new())
            }
        }
    }

    fn consulted(&mut self, deployment: Deployment) {
        if !Arc::ptr_eq(&self.shared.definitions, &deployment.definitions) {
            self.shared = Arc::new(self.shared.with(deployment));
        }
    }

    fn open(&mut self, (first, end): (i64, i64), now: Timestamp) -> Result<Vec<Action>, Exit> {
        self.bounds = (first, end);
        let mut recovery = self.recovery();
        let store = recovery.open_store()?;
        if let Some(misfit) = misfit(store.checkpoint().journal.as_ref(), first, end) {
            // Whose fault that is only somebody can tell who has ended the owner's transactions.
            return Err(Exit::Again(format!("{misfit}; a take-over will make the store again")));
        }
        let recovered = recovery.begin(store)?;
        Ok(self.recovered(recovery, recovered, now))
    }

    fn recovery(&self) -> Recovery<St> {
        Recovery::beside_owner(Arc::clone(&self.shared), self.task, self.bounds)
    }

    fn recovered(&mut self, recovery: Recovery<St>, recovered: Recovered<St::Store>, now: Timestamp) -> Vec<Action> {
        match recovered {
            Recovered::Going(actions) => {
                self.stage = Stage::Recovering(Box::new(recovery));
                actions
            }
            Recovered::Replay(replay, actions) => {
                self.read_at = now;
                self.stage = Stage::Reading(replay);
                actions
            }
        }
    }
}
