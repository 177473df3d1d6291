//! The state of one step, or of one item of a step.

use serde::{Deserialize, Serialize};

use crate::{Attempt, Decision, LockKey, Payload, Purpose, Round, SagaId, Timestamp};

/// The state of one step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepState {
    /// Doing the step.
    pub forward: Request,
    /// Taking it back.
    pub compensation: Request,
    /// The reply that said it was done, or the event that was waited for.
    pub reply: Option<Payload>,
    /// What was decided.
    pub decision: Option<Box<Decision>>,
    /// The lock that it asked for: held when the step is done, and waited for before. None once the saga has let go of it.
    pub lock: Option<Box<StepLock>>,
    /// The other saga that does the step.
    pub sub_saga: Option<Box<SagaId>>,
}

/// A lock that a step holds or waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepLock {
    /// The lock.
    pub key: LockKey,
    /// The step's place in the queue when it joined it, from 1; none before the lock has answered, and when it is held.
    pub place: Option<u16>,
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
    /// Whether no further attempt follows and the saga goes on without it.
    pub given_up: bool,
    /// When all attempts end, when the step has a deadline and was requested.
    pub deadline_at: Option<Timestamp>,
    /// When the first command was sent.
    pub requested_at: Option<Timestamp>,
    /// When the final reply came.
    pub answered_at: Option<Timestamp>,
}

impl Request {
    /// Whether what comes after it can go on: it was done, passed over or given up.
    pub fn is_settled(&self) -> bool {
        self.given_up || matches!(self.status, RequestStatus::Succeeded | RequestStatus::PassedOver)
    }

    /// Whether no attempt is left and nobody has decided to go on without it.
    pub fn is_stuck(&self) -> bool {
        !self.given_up && matches!(self.status, RequestStatus::Failed | RequestStatus::Unknown)
    }
}

/// How far a request got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestStatus {
    /// Nothing was sent.
    #[default]
    NotRequested,
    /// A command was sent and its reply is awaited; or the saga waits for a time, an event or a decision.
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
    /// It is not done in this saga.
    PassedOver,
    /// It is done item by item, and not all are done.
    Expanded,
}
