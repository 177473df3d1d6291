//! Taking a task over: fence, claim, recover (`recovery`), load positions, assign.
//!
//! The order is the protocol (ARCHITECTURE.md, "Ownership"): all ids are initialised first, the claim is committed
//! alone on the first id, the journal is replayed up to that claim, and only then is anything decided.

use std::{collections::BTreeMap, sync::Arc};

use palinode_core::Timestamp;
use palinode_log::{Outcome, Slot, TopicPartition};
use palinode_store::{Change, InputKey, JournalPosition, Store, Stores};

use super::{
    Action, Demand, Shared, Signal,
    beginning::{Beginning, misfit, reason_for},
    exits::{again, exit_for},
    news::News,
    recovery::{Recovered, Recovery},
    replay::{Claim, Read, Replay},
    state_machine::Exit,
};
use crate::{Deployment, journal::Journal};

/// A take-over under way.
pub(super) struct TakeOver<St: Stores> {
    pub(super) shared: Arc<Shared<St>>,
    task: i32,
    pub(super) journal: Journal,
    pub(super) claim: Claim,
    pub(super) inputs: BTreeMap<TopicPartition, InputKey>,
    /// The replay of a standby, which goes on up to the claim.
    followed: Option<Box<Replay<St::Store>>>,
    /// The journal's first and its end offset.
    bounds: (i64, i64),
    pub(super) stage: Stage<St>,
}

/// How far a take-over is.
pub(super) enum Stage<St: Stores> {
    Fencing,
    Claiming,
    Consulting,
    Bounding,
    Identifying {
        store: St::Store,
        beginning: Beginning,
        misfit: String,
    },
    /// The beginning of the replay is looked for.
    Recovering(Box<Recovery<St>>),
    Replaying(Box<Replay<St::Store>>),
    Starting {
        store: St::Store,
        news: News,
    },
    Adding {
        store: St::Store,
        change: Change,
        event_id: Arc<str>,
        news: News,
    },
    /// Between two stages, and after the end.
    Over,
}

/// A task that is ours: its store reflects the journal up to our claim and beyond.
pub(super) struct Owned<S: Store> {
    pub(super) store: S,
    pub(super) inputs: BTreeMap<TopicPartition, InputKey>,
    pub(super) next_slot: Slot,
    /// The offset of the claim in the journal.
    pub(super) claim: Option<i64>,
}

/// How far a take-over got.
pub(super) enum Progress<S: Store> {
    Going(Vec<Action>),
    Done(Box<Owned<S>>, Vec<Action>),
}

pub(super) type Step<S> = Result<Progress<S>, Exit>;

impl<St: Stores> TakeOver<St> {
    /// Begins a take-over under `incarnation`, from what a standby has `followed`, if there is one.
    pub(super) fn begin(
        shared: Arc<Shared<St>>,
        task: i32,
        incarnation: Arc<str>,
        followed: Option<Box<Replay<St::Store>>>,
    ) -> (Self, Vec<Action>) {
        let journal = Journal::new(&shared, task, Arc::clone(&incarnation));
        let inputs = shared.inputs(task);
        let claim = Claim {
            incarnation,
            sent_at: Timestamp::default(),
            ended_at: Timestamp::default(),
            offset: None,
        };
        (
            Self {
                shared,
                task,
                journal,
                claim,
                inputs,
                followed,
                bounds: (0, 0),
                stage: Stage::Fencing,
            },
            vec![Action::Fence],
        )
    }

    /// What the tasks share, with the definitions of now, and the journal, for the owner that the task has from now on.
    pub(super) fn into_parts(self) -> (Arc<Shared<St>>, Journal) {
        (self.shared, self.journal)
    }

    /// The offset of the claim in the journal, once it stands.
    pub(super) fn claim_offset(&self) -> Option<i64> {
        self.claim.offset
    }

    /// What to read now.
    pub(super) fn demand(&self) -> Demand {
        match &self.stage {
            Stage::Identifying { .. } | Stage::Replaying(_) => Demand::Journal,
            Stage::Recovering(recovery) => recovery.demand(),
            _ => Demand::Nothing,
        }
    }

    /// When it wants to be called at the latest.
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        match &self.stage {
            Stage::Recovering(recovery) => recovery.next_deadline(),
            _ => None,
        }
    }

    /// What is being done, for people.
    pub(super) fn stage(&self) -> &'static str {
        match &self.stage {
            Stage::Fencing => "ending the transactions of the owner before",
            Stage::Claiming => "claiming the task",
            Stage::Consulting => "reading the definitions",
            Stage::Bounding => "opening the store",
            Stage::Identifying { .. } => "looking whether the store reflects this journal",
            Stage::Recovering(recovery) => recovery.stage(),
            Stage::Replaying(_) => "replaying the journal",
            Stage::Starting { .. } | Stage::Adding { .. } => "resolving where new inputs begin",
            Stage::Over => "done",
        }
    }

    /// Takes in the answer to the last action.
    pub(super) fn handle(&mut self, signal: Signal, now: Timestamp) -> Step<St::Store> {
        match (std::mem::replace(&mut self.stage, Stage::Over), signal) {
            (Stage::Fencing, Signal::Fenced(Ok(()))) => self.claim(now),
            (Stage::Fencing, Signal::Fenced(Err(error))) => Err(again("the ids could not be initialised", &error)),
            (Stage::Claiming, Signal::Ended(outcome)) => self.claimed(outcome, now),
            (Stage::Consulting, Signal::Definitions(Ok(deployment))) => Ok(self.consulted(deployment)),
            (Stage::Consulting, Signal::Definitions(Err(reason))) => {
                Err(again("the definitions are not known", &reason))
            }
            (Stage::Bounding, Signal::JournalBounds(Ok(bounds))) => self.open(bounds),
            (Stage::Bounding, Signal::JournalBounds(Err(error))) => {
                Err(again("the journal's offsets could not be read", &error))
            }
            (
                Stage::Identifying {
                    store,
                    mut beginning,
                    misfit,
                },
                Signal::Journal(records),
            ) => {
                if beginning.take(&self.journal, &records)? {
                    self.identified(store, &beginning, &misfit)
                } else {
                    self.stage = Stage::Identifying {
                        store,
                        beginning,
                        misfit,
                    };
                    Ok(Progress::Going(Vec::new()))
                }
            }
            (Stage::Replaying(mut replay), Signal::Journal(records)) => {
                match replay.take(&self.shared.definitions, &self.journal, &records)? {
                    Read::More => {
                        self.stage = Stage::Replaying(replay);
                        Ok(Progress::Going(Vec::new()))
                    }
                    Read::Claim => self.replayed(*replay, now),
                    Read::OtherJournal(reason) => {
                        let (store, place) = replay.into_parts();
                        let mut recovery = self.recovery();
                        let recovered = recovery.without_snapshots(store, place, &reason)?;
                        Ok(self.recovered(recovery, recovered))
                    }
                }
            }
            (Stage::Recovering(mut recovery), signal) => {
                let recovered = recovery.handle(signal, now)?;
                Ok(self.recovered(*recovery, recovered))
            }
            (Stage::Identifying { .. } | Stage::Replaying(_), Signal::JournalFailed(error)) => {
                Err(again("the journal could not be read", &error))
            }
            (Stage::Starting { store, news }, Signal::Starts(Ok(starts))) => Ok(self.add(store, news, &starts, now)),
            (Stage::Starting { .. }, Signal::Starts(Err(error))) => {
                Err(again("the beginnings of the inputs could not be read", &error))
            }
            (
                Stage::Adding {
                    store,
                    change,
                    event_id,
                    news,
                },
                Signal::Ended(Outcome::Committed { journal_offset }),
            ) => {
                let journal = journal_offset.map(|offset| JournalPosition { offset, event_id });
                self.added(store, Change { journal, ..change }, &news)
            }
            (Stage::Adding { .. }, Signal::Ended(outcome)) => Err(exit_for(outcome)),
            (stage, _) => {
                self.stage = stage;
                Ok(Progress::Going(Vec::new()))
            }
        }
    }

    fn claim(&mut self, now: Timestamp) -> Step<St::Store> {
        self.stage = Stage::Claiming;
        self.claim.sent_at = now;
        let member = &self.shared.member.application.member;
        let record = self.journal.claim(member, now);
        Ok(Progress::Going(vec![Action::Transact {
            slot: Slot::A,
            records: vec![record],
        }]))
    }

    fn claimed(&mut self, outcome: Outcome, now: Timestamp) -> Step<St::Store> {
        match outcome {
            Outcome::Committed { journal_offset } => {
                self.claim.ended_at = now;
                self.claim.offset = journal_offset;
                self.stage = Stage::Consulting;
                Ok(Progress::Going(vec![Action::Definitions]))
            }
            other => Err(exit_for(other)),
        }
    }

    /// Goes on with what is published. It was read after the claim, so nothing in the journal before the claim follows a
    /// version that is not known by now.
    fn consulted(&mut self, deployment: Deployment) -> Progress<St::Store> {
        if !Arc::ptr_eq(&self.shared.definitions, &deployment.definitions) {
            self.shared = Arc::new(self.shared.with(deployment));
            self.inputs = self.shared.inputs(self.task);
        }
        self.stage = Stage::Bounding;
        Progress::Going(vec![Action::JournalBounds])
    }

    fn open(&mut self, bounds: (i64, i64)) -> Step<St::Store> {
        self.bounds = bounds;
        let (first, end) = bounds;
        // What a store may reflect stands before the claim, which is the last record.
        let end = self.claim.offset.map_or(end, |claim| end.min(claim));
        if let Some(replay) = self.followed.take()
            && misfit(replay.checkpoint().journal.as_ref(), first, end).is_none()
        {
            return Ok(self.replay(replay, Vec::new()));
        }
        let recovery = self.recovery();
        let store = recovery.open_store()?;
        let Some(misfit) = misfit(store.checkpoint().journal.as_ref(), first, end) else {
            return self.recover(recovery, store);
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
        let store = recovery.renew(store, &misfit)?;
        self.recover(recovery, store)
    }

    /// What the journal's beginning says about a store that does not fit.
    fn identified(&mut self, store: St::Store, beginning: &Beginning, misfit: &str) -> Step<St::Store> {
        let reason = reason_for(store.journal_id(), beginning, misfit);
        let recovery = self.recovery();
        let store = recovery.renew(store, &reason)?;
        self.recover(recovery, store)
    }

    fn recovery(&self) -> Recovery<St> {
        Recovery::new(Arc::clone(&self.shared), self.task, self.bounds)
    }

    fn recover(&mut self, mut recovery: Recovery<St>, store: St::Store) -> Step<St::Store> {
        let recovered = recovery.begin(store)?;
        Ok(self.recovered(recovery, recovered))
    }

    fn recovered(&mut self, recovery: Recovery<St>, recovered: Recovered<St::Store>) -> Progress<St::Store> {
        match recovered {
            Recovered::Going(actions) => {
                self.stage = Stage::Recovering(Box::new(recovery));
                Progress::Going(actions)
            }
            Recovered::Replay(replay, actions) => self.replay(replay, actions),
        }
    }

    /// Replays up to the claim, after these actions.
    fn replay(&mut self, mut replay: Box<Replay<St::Store>>, actions: Vec<Action>) -> Progress<St::Store> {
        replay.until(self.claim.clone());
        self.stage = Stage::Replaying(replay);
        Progress::Going(actions)
    }
}
