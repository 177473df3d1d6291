//! Following the journal of a task that another member runs, so that a take-over begins from an open store that is nearly
//! there.
//!
//! It reads what is committed and evolves it. It initialises no id and claims nothing, so that its owner never notices it;
//! when it meets what it cannot follow it ends with the reason, and the take-over, which may know better, begins anew.

use std::sync::Arc;

use palinode_store::{Store, Stores};

use super::{
    Action, Demand, Shared, Signal,
    beginning::misfit,
    exits::{again, store_exit},
    replay::Replay,
    state_machine::Exit,
};
use crate::{Deployment, journal::Journal};

/// A standby at work.
pub(super) struct Following<St: Stores> {
    shared: Arc<Shared<St>>,
    task: i32,
    journal: Journal,
    stage: Stage<St::Store>,
}

enum Stage<S: Store> {
    Consulting,
    Bounding,
    Reading(Box<Replay<S>>),
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
        };
        (following, vec![Action::Definitions])
    }

    /// The replay so far, for a take-over that goes on with it; none when it has not begun.
    pub(super) fn into_replay(self) -> Option<Box<Replay<St::Store>>> {
        match self.stage {
            Stage::Reading(replay) => Some(replay),
            Stage::Consulting | Stage::Bounding => None,
        }
    }

    /// What to read now.
    pub(super) fn demand(&self) -> Demand {
        match self.stage {
            Stage::Reading(_) => Demand::Following,
            Stage::Consulting | Stage::Bounding => Demand::Nothing,
        }
    }

    /// The offset of the last journal record that the store reflects, when the store is open.
    pub(super) fn journal_offset(&self) -> Option<i64> {
        match &self.stage {
            Stage::Reading(replay) => Some(replay.checkpoint().journal.as_ref().map_or(-1, |at| at.offset)),
            Stage::Consulting | Stage::Bounding => None,
        }
    }

    /// Takes in what happened and says what to do; an exit is why the journal cannot be followed.
    pub(super) fn handle(&mut self, signal: Signal) -> Result<Vec<Action>, Exit> {
        match (&mut self.stage, signal) {
            (stage, Signal::Definitions(Ok(deployment))) => {
                let begins = matches!(stage, Stage::Consulting);
                if begins {
                    *stage = Stage::Bounding;
                }
                self.consulted(deployment);
                Ok(if begins {
                    vec![Action::JournalBounds]
                } else {
                    Vec::new()
                })
            }
            (Stage::Consulting, Signal::Definitions(Err(reason))) => {
                Err(again("the definitions are not known", &reason))
            }
            // What was published meanwhile: they are read before the journal can name it, or this ends and begins anew.
            (Stage::Reading(_), Signal::DefinitionsChanged) => Ok(vec![Action::Definitions]),
            (Stage::Bounding, Signal::JournalBounds(Ok(bounds))) => self.open(bounds),
            (Stage::Bounding, Signal::JournalBounds(Err(error))) => {
                Err(again("the journal's offsets could not be read", &error))
            }
            (Stage::Reading(replay), Signal::Journal(records)) => {
                replay.take(&self.shared.definitions, &self.journal, &records)?;
                Ok(Vec::new())
            }
            (_, Signal::JournalFailed(error)) => Err(again("the journal could not be read", &error)),
            _ => Ok(Vec::new()),
        }
    }

    fn consulted(&mut self, deployment: Deployment) {
        if !Arc::ptr_eq(&self.shared.definitions, &deployment.definitions) {
            self.shared = Arc::new(self.shared.with(deployment));
        }
    }

    fn open(&mut self, (first, end): (i64, i64)) -> Result<Vec<Action>, Exit> {
        let store = self.shared.open_store(self.task).map_err(store_exit)?;
        let expected = store.checkpoint().journal.clone();
        if let Some(misfit) = misfit(expected.as_ref(), first, end) {
            // Whose fault that is only somebody can tell who has ended the owner's transactions.
            return Err(Exit::Again(format!("{misfit}; a take-over will make the store again")));
        }
        if expected.is_none() && first > 0 {
            return Err(Exit::Again(format!(
                "the journal begins at offset {first}, and this node has no state of its own to go on from"
            )));
        }
        let from = expected.as_ref().map_or(first, |position| position.offset);
        self.stage = Stage::Reading(Box::new(Replay::new(store, expected, None)));
        Ok(vec![Action::OpenJournal { from }])
    }
}
