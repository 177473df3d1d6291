//! The phases of a task and what moves it from one to the next.

use std::{sync::Arc, time::Duration};

use palinode_core::{Saga, SagaId, Timestamp};
use palinode_store::{Store, Stores};

use super::{
    Action, Demand, Shared, Signal, Status,
    following::Following,
    replay::Replay,
    running::{Running, Turn},
    take_over::{Owned, Progress, TakeOver},
};
use crate::settings::{TAKE_OVER_PAUSE_FIRST, TAKE_OVER_PAUSE_MAX};

/// The cycle of one task.
///
/// ```text
///            Follow              Proposed                claim stands, journal replayed
///   Idle ─────────────► Following ────────► TakingOver ───────────────────────────────► Running
///                         │   ▲              ▲  │ fenced, broker away                     │ fenced, commit unknown,
///      it cannot follow   ▼   │ a while      │  ▼                                         │ store failed
///                        Pausing ◄───────────┴─Pausing ◄──────────────────────────────────┘
///
///   From anywhere: Proposed leads to TakingOver, Follow to Following, Withdrawn and Stop to Idle.
///   Parked: entered when nothing can be blamed and nothing helps; left when membership says something new.
/// ```
pub struct Cycle<St: Stores> {
    shared: Arc<Shared<St>>,
    task: i32,
    phase: Phase<St>,
    /// Membership's last word.
    wish: Wish,
    /// Claims made by this process for this task.
    claims: u32,
    /// Take-overs, or attempts to follow, that failed or did not last, in a row.
    failures: u32,
    /// Whether something was published since the take-over began.
    outdated: bool,
    /// When the task began to run, or to be followed, here.
    runs_since: Timestamp,
    /// Schemas known to this task.
    schemas: palinode_wire::Schemas,
}

/// What membership wants of this member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Nothing,
    Follow,
    Run,
}

enum Phase<St: Stores> {
    Idle,
    Following(Box<Following<St>>),
    Pausing { until: Timestamp, trouble: String },
    TakingOver(Box<TakeOver<St>>),
    Running(Box<Running<St>>),
    Parked { reason: String, since: Timestamp },
}

/// Why a phase that owned the task ended.
#[derive(Debug)]
pub(super) enum Exit {
    /// Another member claimed the task.
    Fenced,
    /// Something outside failed or is unknown: take over again.
    Again(String),
    /// Nothing helps but a person.
    Park(String),
}

impl<St: Stores> Cycle<St> {
    /// The cycle of `task`, idle.
    pub fn new(shared: Arc<Shared<St>>, task: i32) -> Self {
        let schemas = shared.schemas.clone();
        Self {
            shared,
            task,
            phase: Phase::Idle,
            wish: Wish::Nothing,
            claims: 0,
            failures: 0,
            outdated: false,
            runs_since: Timestamp::default(),
            schemas,
        }
    }

    /// Takes in what happened and says what to do, in order.
    pub fn handle(&mut self, signal: Signal, now: Timestamp) -> Vec<Action> {
        match signal {
            Signal::Proposed => self.proposed(),
            Signal::Follow => self.follow(now),
            Signal::Withdrawn | Signal::Stop => self.withdrawn(),
            Signal::DefinitionsChanged => self.definitions_changed(now),
            signal => self.advance(signal, now),
        }
    }

    /// What to read while nothing else happens.
    pub fn demand(&self, now: Timestamp) -> Demand {
        match &self.phase {
            Phase::Following(following) => following.demand(),
            Phase::TakingOver(take_over) => take_over.demand(),
            Phase::Running(running) => running.demand(now),
            Phase::Idle | Phase::Pausing { .. } | Phase::Parked { .. } => Demand::Nothing,
        }
    }

    /// When the cycle wants a [`Signal::Tick`], if nothing else happens before.
    pub fn next_deadline(&mut self) -> Option<Timestamp> {
        match &mut self.phase {
            Phase::Pausing { until, .. } => Some(*until),
            Phase::TakingOver(take_over) => take_over.next_deadline(),
            Phase::Running(running) => running.next_deadline(),
            Phase::Following(following) => following.next_deadline(),
            Phase::Idle | Phase::Parked { .. } => None,
        }
    }

    /// Whether all that was read is carried out; `None` when the task does not run here.
    pub fn is_at_rest(&self) -> Option<bool> {
        self.running().map(Running::is_at_rest)
    }

    /// Where the task stands.
    pub fn status(&self) -> Status {
        match &self.phase {
            Phase::Idle => Status::Idle,
            Phase::Following(following) => Status::Standby {
                journal: following.journal_offset(),
                trouble: None,
            },
            Phase::Pausing { trouble, .. } if self.wish == Wish::Run => Status::TakingOver {
                stage: "paused",
                trouble: Some(trouble.clone()),
                claim: None,
            },
            Phase::Pausing { trouble, .. } => Status::Standby {
                journal: None,
                trouble: Some(trouble.clone()),
            },
            Phase::TakingOver(take_over) => Status::TakingOver {
                stage: take_over.stage(),
                trouble: None,
                claim: take_over.claim_offset(),
            },
            Phase::Running(running) => running.status(),
            Phase::Parked { reason, since } => Status::Parked {
                reason: reason.clone(),
                since: *since,
            },
        }
    }

    /// What is known of a saga, as of the last transaction that stands; `None` when the task does not run here.
    ///
    /// # Errors
    /// When the store fails.
    pub fn saga(&self, id: &SagaId) -> Option<Result<Option<Saga>, palinode_store::Error>> {
        self.running().map(|running| running.store().saga(id))
    }

    /// Open sagas in the order of their ids, after `after`; `None` when the task does not run here.
    ///
    /// # Errors
    /// When the store fails.
    pub fn open_sagas(
        &self,
        after: Option<&SagaId>,
        limit: usize,
    ) -> Option<Result<Vec<(SagaId, Saga)>, palinode_store::Error>> {
        self.running().map(|running| running.store().open_sagas(after, limit))
    }

    fn running(&self) -> Option<&Running<St>> {
        match &self.phase {
            Phase::Running(running) => Some(running),
            _ => None,
        }
    }

    fn proposed(&mut self) -> Vec<Action> {
        let before = std::mem::replace(&mut self.wish, Wish::Run);
        if before != Wish::Run {
            self.failures = 0;
        }
        match &self.phase {
            Phase::TakingOver(_) | Phase::Running(_) => Vec::new(),
            Phase::Pausing { .. } if before == Wish::Run => Vec::new(),
            Phase::Idle | Phase::Following(_) | Phase::Pausing { .. } | Phase::Parked { .. } => self.begin(),
        }
    }

    fn follow(&mut self, now: Timestamp) -> Vec<Action> {
        let before = std::mem::replace(&mut self.wish, Wish::Follow);
        let follows = matches!(self.phase, Phase::Following(_));
        if follows || (before == Wish::Follow && matches!(self.phase, Phase::Pausing { .. })) {
            return Vec::new();
        }
        let mut actions = self.release();
        actions.extend(self.begin_following(now));
        actions
    }

    fn withdrawn(&mut self) -> Vec<Action> {
        self.wish = Wish::Nothing;
        self.release()
    }

    /// Gives up whatever is done here.
    fn release(&mut self) -> Vec<Action> {
        self.failures = 0;
        self.keep_schemas();
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Idle => Vec::new(),
            // The store is closed here, before the producers go.
            _ => vec![Action::Release],
        }
    }

    /// Schemas that were met stay known.
    fn keep_schemas(&mut self) {
        if let Phase::Running(running) = &self.phase {
            self.schemas = running.schemas().clone();
        }
    }

    /// Takes the task over again, at once: that is how a task goes on with other definitions. A standby reads them.
    fn definitions_changed(&mut self, now: Timestamp) -> Vec<Action> {
        self.outdated = true;
        match &self.phase {
            Phase::Following(_) => self.advance(Signal::DefinitionsChanged, now),
            Phase::Running(_) => {
                self.keep_schemas();
                self.phase = Phase::Idle;
                let mut actions = vec![Action::Release];
                actions.extend(self.begin());
                actions
            }
            _ => Vec::new(),
        }
    }

    /// Begins a take-over, from what was followed so far.
    fn begin(&mut self) -> Vec<Action> {
        self.claims += 1;
        self.outdated = false;
        let followed: Option<Box<Replay<St::Store>>> = match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Following(following) => following.into_replay(),
            _ => None,
        };
        let incarnation = format!("{}-{}-{}", self.shared.member.run, self.task, self.claims);
        let (take_over, actions) = TakeOver::begin(Arc::clone(&self.shared), self.task, incarnation.into(), followed);
        self.phase = Phase::TakingOver(Box::new(take_over));
        actions
    }

    fn begin_following(&mut self, now: Timestamp) -> Vec<Action> {
        self.runs_since = now;
        let (following, actions) = Following::begin(Arc::clone(&self.shared), self.task);
        self.phase = Phase::Following(Box::new(following));
        actions
    }

    fn advance(&mut self, signal: Signal, now: Timestamp) -> Vec<Action> {
        match &mut self.phase {
            Phase::Idle | Phase::Parked { .. } => Vec::new(),
            Phase::Pausing { until, .. } if now < *until => Vec::new(),
            Phase::Pausing { .. } if self.wish == Wish::Run => self.begin(),
            Phase::Pausing { .. } => self.begin_following(now),
            Phase::Following(following) => {
                let turn = following.handle(signal, now);
                self.turned(turn, now)
            }
            Phase::TakingOver(take_over) => match take_over.handle(signal, now) {
                Ok(Progress::Going(actions)) => actions,
                Ok(Progress::Done(owned, actions)) => self.run(*owned, actions, now),
                Err(exit) => self.exit(exit, now),
            },
            Phase::Running(running) => {
                let turn = running.handle(signal, now);
                self.turned(turn, now)
            }
        }
    }

    fn run(&mut self, owned: Owned<St::Store>, mut actions: Vec<Action>, now: Timestamp) -> Vec<Action> {
        let Phase::TakingOver(take_over) = std::mem::replace(&mut self.phase, Phase::Idle) else {
            return Vec::new();
        };
        self.runs_since = now;
        let (shared, journal) = take_over.into_parts();
        self.shared = shared;
        tracing::info!(task = self.task, incarnation = %journal.incarnation(), "the task runs here");
        let mut running = Running::new(
            Arc::clone(&self.shared),
            self.task,
            self.schemas.clone(),
            journal,
            owned,
            now,
        );
        let turn = running.handle(Signal::Tick, now);
        self.phase = Phase::Running(Box::new(running));
        actions.extend(self.turned(turn, now));
        if self.outdated {
            actions.extend(self.definitions_changed(now));
        }
        actions
    }

    fn turned(&mut self, turn: Turn, now: Timestamp) -> Vec<Action> {
        match turn {
            Ok(actions) => actions,
            Err(exit) => self.exit(exit, now),
        }
    }

    fn exit(&mut self, exit: Exit, now: Timestamp) -> Vec<Action> {
        self.keep_schemas();
        let follows = matches!(self.phase, Phase::Following(_));
        if follows || matches!(self.phase, Phase::Running(_)) {
            // Two members that both believe to be wanted take the task from each other ever more seldom.
            if now.since(self.runs_since) >= TAKE_OVER_PAUSE_MAX {
                self.failures = 0;
            }
        }
        match exit {
            Exit::Again(trouble) | Exit::Park(trouble) if follows => {
                tracing::warn!(task = self.task, %trouble, "the journal is not followed for a while");
                self.pause(now, trouble);
            }
            Exit::Fenced => {
                tracing::info!(task = self.task, "another member has claimed the task");
                self.pause(now, "another member has claimed the task".into());
            }
            Exit::Again(trouble) => {
                tracing::warn!(task = self.task, %trouble, "the task will be taken over again");
                self.pause(now, trouble);
            }
            Exit::Park(reason) => {
                tracing::error!(task = self.task, %reason, "the task is parked");
                self.phase = Phase::Parked { reason, since: now };
            }
        }
        vec![Action::Release]
    }

    /// Waits before the next attempt.
    fn pause(&mut self, now: Timestamp, trouble: String) {
        let until = now.plus(self.pause_length());
        self.failures += 1;
        self.phase = Phase::Pausing { until, trouble };
    }

    /// Doubles with each failure; a part of it hangs on the task and the member, so that two contenders drift apart.
    fn pause_length(&self) -> Duration {
        let doubled = TAKE_OVER_PAUSE_FIRST
            .saturating_mul(1 << self.failures.min(6))
            .min(TAKE_OVER_PAUSE_MAX);
        let seed = format!("{}/{}/{}", self.shared.member.run, self.task, self.failures);
        let share = palinode_wire::murmur2(seed.as_bytes()).unsigned_abs() % 500;
        doubled + doubled.mul_f64(f64::from(share) / 1_000.0)
    }
}
