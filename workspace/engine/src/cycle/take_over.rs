//! Taking a task over: fence, claim, recover (`recovery`), load positions, assign.
//!
//! The order is the protocol (ARCHITECTURE.md, "Ownership"): all ids are initialised first, the claim is committed
//! alone on the first id, the journal is replayed up to that claim, and only then is anything decided.

use std::{collections::BTreeMap, sync::Arc};

use palinode_core::Timestamp;
use palinode_log::{Outcome, Slot, TopicPartition};
use palinode_store::{Activation, Change, InputKey, JournalPosition, Store, Stores};

use super::{
    Action, Demand, Shared, Signal, activate,
    beginning::Beginning,
    exits::{again, exit_for, store_exit},
    load::Load,
    replay::{Claim, Read, Replay},
    state_machine::Exit,
};
use crate::{Deployment, journal::Journal};

/// A take-over under way.
pub(super) struct TakeOver<St: Stores> {
    pub(super) shared: Arc<Shared<St>>,
    pub(super) task: i32,
    journal: Journal,
    pub(super) claim: Claim,
    inputs: BTreeMap<TopicPartition, InputKey>,
    /// The journal's first and its end offset.
    pub(super) bounds: (i64, i64),
    pub(super) stage: Stage<St::Store>,
}

/// How far a take-over is.
pub(super) enum Stage<S: Store> {
    Fencing,
    Claiming,
    Consulting,
    Bounding,
    Identifying {
        store: S,
        beginning: Beginning,
        misfit: String,
    },
    /// The snapshots are looked for.
    Surveying {
        store: S,
    },
    /// Too many others are restored.
    Queued {
        store: S,
        snapshots: (i64, i64),
        until: Timestamp,
    },
    Loading(Box<Load<S>>),
    Replaying(Box<Replay<S>>),
    Starting {
        store: S,
        news: News,
    },
    Adding {
        store: S,
        change: Change,
        event_id: Arc<str>,
        news: News,
    },
    /// Between two stages, and after the end.
    Over,
}

/// What the journal does not say yet.
pub(super) struct News {
    /// It is not even opened.
    journal_is_new: bool,
    activations: Vec<Activation>,
}

/// A task that is ours: its store reflects the journal up to our claim and beyond.
pub(super) struct Owned<S: Store> {
    pub(super) store: S,
    pub(super) inputs: BTreeMap<TopicPartition, InputKey>,
    pub(super) next_slot: Slot,
}

/// How far a take-over got.
pub(super) enum Progress<S: Store> {
    Going(Vec<Action>),
    Done(Box<Owned<S>>, Vec<Action>),
}

pub(super) type Step<S> = Result<Progress<S>, Exit>;

impl<St: Stores> TakeOver<St> {
    /// Begins a take-over under `incarnation`.
    pub(super) fn begin(shared: Arc<Shared<St>>, task: i32, incarnation: Arc<str>) -> (Self, Vec<Action>) {
        let journal = Journal::new(&shared, task, Arc::clone(&incarnation));
        let inputs = shared.inputs(task);
        let claim = Claim {
            incarnation,
            sent_at: Timestamp::default(),
            ended_at: Timestamp::default(),
        };
        (
            Self {
                shared,
                task,
                journal,
                claim,
                inputs,
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

    /// What to read now.
    pub(super) fn demand(&self) -> Demand {
        match self.stage {
            Stage::Identifying { .. } | Stage::Replaying(_) => Demand::Journal,
            Stage::Loading(_) => Demand::Snapshots,
            _ => Demand::Nothing,
        }
    }

    /// When it wants to be called at the latest.
    pub(super) fn next_deadline(&self) -> Option<Timestamp> {
        match self.stage {
            Stage::Queued { until, .. } => Some(until),
            _ => None,
        }
    }

    /// What is being done, for people.
    pub(super) fn stage(&self) -> &'static str {
        match self.stage {
            Stage::Fencing => "ending the transactions of the owner before",
            Stage::Claiming => "claiming the task",
            Stage::Consulting => "reading the definitions",
            Stage::Bounding => "opening the store",
            Stage::Identifying { .. } => "looking whether the store reflects this journal",
            Stage::Surveying { .. } => "looking for snapshots",
            Stage::Queued { .. } => "waiting until other tasks are restored",
            Stage::Loading(_) => "reading the snapshots",
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
                        self.without_snapshots(store, place, &reason)
                    }
                }
            }
            (Stage::Surveying { store }, Signal::SnapshotBounds(bounds)) => self.surveyed(store, bounds, now),
            (
                Stage::Queued {
                    store,
                    snapshots,
                    until,
                },
                _,
            ) if now >= until => self.queue(store, snapshots, now),
            (Stage::Loading(load), Signal::Snapshots(records, is_end)) => self.load(*load, &records, is_end),
            (Stage::Loading(_), Signal::SnapshotsFailed(error)) => {
                Err(again("the snapshots could not be read", &error))
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
            Outcome::Committed { .. } => {
                self.claim.ended_at = now;
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

    fn replayed(&mut self, replay: Replay<St::Store>, now: Timestamp) -> Step<St::Store> {
        let (store, _) = replay.into_parts();
        let checkpoint = store.checkpoint();
        let news = News {
            // The transaction that opens the journal is the first one that tells positions.
            journal_is_new: checkpoint.positions.is_empty(),
            activations: activate::to_activate(&self.shared.definitions, &checkpoint.activations)?,
        };
        let unknown: Vec<TopicPartition> = self
            .inputs
            .iter()
            .filter(|(_, key)| !checkpoint.positions.contains_key(*key))
            .map(|(input, _)| input.clone())
            .collect();
        if unknown.is_empty() && !news.journal_is_new && news.activations.is_empty() {
            return Ok(self.done(store, Slot::B, vec![Action::CloseJournal]));
        }
        if unknown.is_empty() {
            return Ok(self.add(store, news, &[], now));
        }
        self.stage = Stage::Starting { store, news };
        Ok(Progress::Going(vec![Action::CloseJournal, Action::Starts(unknown)]))
    }

    /// Journals where new inputs begin and what starts follow, before any of them is read.
    fn add(
        &mut self,
        store: St::Store,
        news: News,
        starts: &[(TopicPartition, i64)],
        now: Timestamp,
    ) -> Progress<St::Store> {
        let now = now.max(store.checkpoint().clock);
        let application = &self.shared.member.application;
        let mut records = Vec::with_capacity(starts.len() + news.activations.len() + 2);
        if news.journal_is_new {
            records.push(self.journal.opened(&application.name, application.partitions, now));
        }
        let positions: Vec<(InputKey, i64)> = starts
            .iter()
            .filter_map(|(input, offset)| Some((self.inputs.get(input)?.clone(), *offset)))
            .collect();
        for (input, offset) in &positions {
            records.push(self.journal.input_added(input, *offset, now));
        }
        records.extend(activate::records(&mut self.journal, &news.activations, now));
        let (last, event_id) = self
            .journal
            .positions(positions.iter().map(|(input, next)| (input, next)), now);
        records.push(last);
        let change = Change {
            positions,
            clock: now,
            activations: news.activations.clone(),
            ..Change::default()
        };
        self.stage = Stage::Adding {
            store,
            change,
            event_id,
            news,
        };
        Progress::Going(vec![Action::CloseJournal, Action::Transact { slot: Slot::B, records }])
    }

    fn added(&mut self, mut store: St::Store, change: Change, news: &News) -> Step<St::Store> {
        if news.journal_is_new {
            store.set_journal_id(self.journal.incarnation()).map_err(store_exit)?;
        }
        store.write(change).map_err(store_exit)?;
        Ok(self.done(store, Slot::A, Vec::new()))
    }

    fn done(&mut self, store: St::Store, next_slot: Slot, mut actions: Vec<Action>) -> Progress<St::Store> {
        let positions = &store.checkpoint().positions;
        let from = |(input, key): (&TopicPartition, &InputKey)| Some((input.clone(), *positions.get(key)?));
        actions.push(Action::Assign(self.inputs.iter().filter_map(from).collect()));
        Progress::Done(
            Box::new(Owned {
                store,
                inputs: std::mem::take(&mut self.inputs),
                next_slot,
            }),
            actions,
        )
    }
}
