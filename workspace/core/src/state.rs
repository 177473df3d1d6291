//! The state of a saga: the fold of its journal events.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{Attempt, Outcome, Payload, Purpose, Reason, Round, SagaId, Sequence, StepIndex, Timestamp};

/// What is known about a saga. A saga of which nothing is known has none of these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Saga {
    /// A wish to cancel came before the start.
    CancelledEarly {
        /// When it came.
        at: Timestamp,
        /// The number of the saga's last event.
        sequence: Sequence,
    },
    /// The saga has started and not ended.
    Open(Box<SagaState>),
    /// The saga has ended.
    Closed(ClosedSaga),
}

impl Saga {
    /// The number of the saga's last event.
    pub fn sequence(&self) -> Sequence {
        match self {
            Self::CancelledEarly { sequence, .. } => *sequence,
            Self::Open(state) => state.sequence,
            Self::Closed(closed) => closed.sequence,
        }
    }

    /// The state, when the saga is open.
    pub fn open(&self) -> Option<&SagaState> {
        match self {
            Self::Open(state) => Some(state),
            Self::CancelledEarly { .. } | Self::Closed(_) => None,
        }
    }
}

/// The state of an open saga.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SagaState {
    /// The saga.
    pub id: SagaId,
    /// The version of the definition that it follows to its end.
    pub version: u32,
    /// The number of its last event.
    pub sequence: Sequence,
    /// When it started.
    pub started_at: Timestamp,
    /// When its last event happened.
    pub changed_at: Timestamp,
    /// When its deadline passes; none when it has none or it has passed.
    pub deadline_at: Option<Timestamp>,
    /// The correlation id that goes through every message of the saga.
    pub correlation: Arc<str>,
    /// The W3C `traceparent` of its start event.
    pub traceparent: Option<Arc<str>>,
    /// Its start event.
    pub start: Payload,
    /// Whether it goes forward or back.
    pub direction: Direction,
    /// Set while it waits for a person, a resuming event, or a late success.
    pub suspended: Option<Suspension>,
    /// Its steps, as in the plan.
    pub steps: Vec<StepState>,
}

impl SagaState {
    /// The state of the step at `index`.
    pub fn step(&self, index: StepIndex) -> &StepState {
        &self.steps[index.at()]
    }
}

/// Where a saga is going.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// To the end of its plan.
    Forward,
    /// Back: what may have been done is compensated, for this reason.
    Backward(Reason),
}

/// Why and since when a saga waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// The step and purpose that has no attempt left; none when the saga waits for another reason.
    pub step: Option<(StepIndex, Purpose)>,
    /// Why.
    pub reason: Reason,
    /// Since when.
    pub at: Timestamp,
}

/// The state of one step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepState {
    /// Doing the step.
    pub forward: Request,
    /// Taking it back.
    pub compensation: Request,
    /// The reply that said it was done.
    pub reply: Option<Payload>,
}

impl StepState {
    /// The request for `purpose`.
    pub fn request(&self, purpose: Purpose) -> &Request {
        match purpose {
            Purpose::Forward => &self.forward,
            Purpose::Compensation => &self.compensation,
        }
    }

    /// The request for `purpose`, to change it.
    pub(crate) fn request_mut(&mut self, purpose: Purpose) -> &mut Request {
        match purpose {
            Purpose::Forward => &mut self.forward,
            Purpose::Compensation => &mut self.compensation,
        }
    }
}

/// What was asked of a participant for one step and purpose, and how far it got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// How far it got.
    pub status: RequestStatus,
    /// The round of the last command, or of the next one during a pause.
    pub round: Round,
    /// The number of the last command; zero before the first.
    pub attempt: Attempt,
    /// Attempts that no longer count against the retry policy, because a person or an event resumed the step.
    pub attempts_forgiven: u32,
    /// Whether an attempt of this round has had no answer, so that it may have been done.
    pub unanswered: bool,
    /// When the first command was sent.
    pub requested_at: Option<Timestamp>,
    /// When the final reply came.
    pub answered_at: Option<Timestamp>,
}

/// How far a request got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestStatus {
    /// Nothing was sent.
    #[default]
    NotRequested,
    /// A command was sent and its reply is awaited.
    Pending {
        /// When waiting ends.
        due: Timestamp,
    },
    /// The next attempt waits for the end of a pause.
    Paused {
        /// When the pause ends.
        until: Timestamp,
    },
    /// It was done.
    Succeeded,
    /// It was refused and nothing was done.
    Failed,
    /// No attempt is awaited or scheduled and the outcome is unknown: it counts as possibly done.
    Unknown,
}

/// What is remembered of a saga that has ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedSaga {
    /// How it ended.
    pub outcome: Outcome,
    /// When it ended.
    pub at: Timestamp,
    /// The version of its definition.
    pub version: u32,
    /// The number of its last event.
    pub sequence: Sequence,
    /// The last state of a compensated saga, which a late success may open again. Of a completed saga only what a
    /// `cancelRefused` emission needs, without steps, and only when its definition has such an emission.
    pub memory: Option<Box<SagaState>>,
}
