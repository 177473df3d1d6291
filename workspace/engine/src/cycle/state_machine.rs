//! The phases of a task and what moves it from one to the next.

use std::{sync::Arc, time::Duration};

use palinode_core::{Saga, SagaId, Timestamp};
use palinode_store::{Store, Stores};

use super::{
    Action, Demand, Shared, Signal, Status,
    running::{Running, Turn},
    take_over::{Owned, Progress, TakeOver},
};
use crate::settings::{TAKE_OVER_PAUSE_FIRST, TAKE_OVER_PAUSE_MAX};

/// The cycle of one task.
///
/// ```text
///                Proposed                    claim stands, journal replayed
///   Standby ───────────────► TakingOver ───────────────────────────────────► Running
///      ▲  ▲                   │   ▲  │ fenced, broker away                       │
///      │  │ Withdrawn         │   │  ▼                                           │ commit unknown,
///      │  └───────────────────┘  Pausing ◄───────────────────────────────────────┤ store failed
///      │                                                                         │
///      └──────────────── Withdrawn, Stop, fenced ────────────────────────────────┘
///   Parked: entered from anywhere when nothing can be blamed and nothing helps; left when membership proposes again.
/// ```
pub struct Cycle<St: Stores> {
    shared: Arc<Shared<St>>,
    task: i32,
    phase: Phase<St>,
    /// Whether membership's last word was that this member runs the task.
    proposed: bool,
    /// Claims made by this process for this task.
    claims: u32,
    /// Take-overs in a row that failed or did not last.
    failures: u32,
    /// Whether something was published since the take-over began.
    outdated: bool,
    /// When the task began to run here.
    runs_since: Timestamp,
    /// Schemas known to this task.
    schemas: palinode_wire::Schemas,
}

enum Phase<St: Stores> {
    Standby,
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
    /// The cycle of `task`, on standby.
    pub fn new(shared: Arc<Shared<St>>, task: i32) -> Self {
        let schemas = shared.schemas.clone();
        Self {
            shared,
            task,
            phase: Phase::Standby,
            proposed: false,
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
            Signal::Proposed => self.proposed(now),
            Signal::Withdrawn | Signal::Stop => self.withdrawn(),
            Signal::DefinitionsChanged => self.definitions_changed(now),
            signal => self.advance(signal, now),
        }
    }

    /// What to read while nothing else happens.
    pub fn demand(&self, now: Timestamp) -> Demand {
        match &self.phase {
            Phase::TakingOver(take_over) => take_over.demand(),
            Phase::Running(running) => running.demand(now),
            Phase::Standby | Phase::Pausing { .. } | Phase::Parked { .. } => Demand::Nothing,
        }
    }

    /// When the cycle wants a [`Signal::Tick`], if nothing else happens before.
    pub fn next_deadline(&mut self) -> Option<Timestamp> {
        match &mut self.phase {
            Phase::Pausing { until, .. } => Some(*until),
            Phase::TakingOver(take_over) => take_over.next_deadline(),
            Phase::Running(running) => running.next_deadline(),
            Phase::Standby | Phase::Parked { .. } => None,
        }
    }

    /// Whether all that was read is carried out; `None` when the task does not run here.
    pub fn is_at_rest(&self) -> Option<bool> {
        match &self.phase {
            Phase::Running(running) => Some(running.is_at_rest()),
            Phase::Standby | Phase::Pausing { .. } | Phase::TakingOver(_) | Phase::Parked { .. } => None,
        }
    }

    /// Where the task stands.
    pub fn status(&self) -> Status {
        match &self.phase {
            Phase::Standby => Status::Standby,
            Phase::Pausing { trouble, .. } => Status::TakingOver {
                stage: "paused",
                trouble: Some(trouble.clone()),
            },
            Phase::TakingOver(take_over) => Status::TakingOver {
                stage: take_over.stage(),
                trouble: None,
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
        match &self.phase {
            Phase::Running(running) => Some(running.store().saga(id)),
            Phase::Standby | Phase::Pausing { .. } | Phase::TakingOver(_) | Phase::Parked { .. } => None,
        }
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
        match &self.phase {
            Phase::Running(running) => Some(running.store().open_sagas(after, limit)),
            Phase::Standby | Phase::Pausing { .. } | Phase::TakingOver(_) | Phase::Parked { .. } => None,
        }
    }

    fn proposed(&mut self, now: Timestamp) -> Vec<Action> {
        self.proposed = true;
        match self.phase {
            Phase::Standby | Phase::Parked { .. } => self.begin(now),
            Phase::Pausing { .. } | Phase::TakingOver(_) | Phase::Running(_) => Vec::new(),
        }
    }

    fn withdrawn(&mut self) -> Vec<Action> {
        self.proposed = false;
        self.failures = 0;
        match std::mem::replace(&mut self.phase, Phase::Standby) {
            Phase::Standby => Vec::new(),
            // The store is closed here, before the producers go.
            Phase::Pausing { .. } | Phase::TakingOver(_) | Phase::Running(_) | Phase::Parked { .. } => {
                vec![Action::Release]
            }
        }
    }

    /// Takes the task over again, at once: that is how a task goes on with other definitions.
    fn definitions_changed(&mut self, now: Timestamp) -> Vec<Action> {
        self.outdated = true;
        let Phase::Running(running) = &self.phase else {
            return Vec::new();
        };
        self.schemas = running.schemas().clone();
        self.phase = Phase::Standby;
        let mut actions = vec![Action::Release];
        actions.extend(self.begin(now));
        actions
    }

    fn begin(&mut self, _now: Timestamp) -> Vec<Action> {
        self.claims += 1;
        self.outdated = false;
        let incarnation = format!("{}-{}-{}", self.shared.member.run, self.task, self.claims);
        let (take_over, actions) = TakeOver::begin(Arc::clone(&self.shared), self.task, incarnation.into());
        self.phase = Phase::TakingOver(Box::new(take_over));
        actions
    }

    fn advance(&mut self, signal: Signal, now: Timestamp) -> Vec<Action> {
        match &mut self.phase {
            Phase::Standby | Phase::Parked { .. } => Vec::new(),
            Phase::Pausing { until, .. } => {
                if now >= *until {
                    self.begin(now)
                } else {
                    Vec::new()
                }
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
        let Phase::TakingOver(take_over) = std::mem::replace(&mut self.phase, Phase::Standby) else {
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
        if let Phase::Running(running) = &self.phase {
            // Schemas that were met stay known.
            self.schemas = running.schemas().clone();
            // Two members that both believe to be wanted take the task from each other ever more seldom.
            if now.since(self.runs_since) >= TAKE_OVER_PAUSE_MAX {
                self.failures = 0;
            }
        }
        match exit {
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

    /// Waits before the next take-over; as a standby, when membership does not want this member any more.
    fn pause(&mut self, now: Timestamp, trouble: String) {
        if !self.proposed {
            self.phase = Phase::Standby;
            return;
        }
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
