//! What happened to a saga: the vocabulary of the journal.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    Attempt, LockKey, Migrated, Milestone, Parent, Payload, Purpose, Reason, ReasonCode, RejectionCode, Round, SagaId,
    StepIndex, Timestamp,
};

/// One thing that happened. The journal is a list of these; a saga's state is their fold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The saga began.
    SagaStarted {
        /// The start event.
        payload: Payload,
        /// The correlation id of everything that follows.
        correlation: Arc<str>,
        /// The trace that everything that follows belongs to.
        traceparent: Option<Arc<str>>,
        /// When the saga's deadline passes.
        deadline_at: Option<Timestamp>,
    },
    /// A command was sent.
    Requested {
        /// The step.
        step: StepIndex,
        /// Do it or take it back.
        purpose: Purpose,
        /// The request; rises only after a definite reply, a resumption, or a late success.
        round: Round,
        /// The command's number.
        attempt: Attempt,
        /// When waiting for its reply ends.
        due: Timestamp,
    },
    /// The participant did it.
    Succeeded {
        /// The step.
        step: StepIndex,
        /// What was done: the step or its compensation.
        purpose: Purpose,
        /// The request that was answered.
        round: Round,
        /// The reply.
        payload: Payload,
    },
    /// The participant refused.
    Failed {
        /// The step.
        step: StepIndex,
        /// What was refused.
        purpose: Purpose,
        /// The request that was answered.
        round: Round,
        /// Whether it is certain that nothing was done. Not so for a reply without headers while an earlier attempt
        /// has no answer.
        definite: bool,
        /// Whether another attempt follows, of its own accord.
        retried: bool,
        /// The reply.
        payload: Payload,
    },
    /// No reply came in time: the outcome of the attempt is unknown.
    TimedOut {
        /// The step.
        step: StepIndex,
        /// What was asked.
        purpose: Purpose,
        /// The request.
        round: Round,
        /// The attempt that got no answer.
        attempt: Attempt,
    },
    /// Another attempt follows after a pause.
    RetryScheduled {
        /// The step.
        step: StepIndex,
        /// What will be asked again.
        purpose: Purpose,
        /// The round of the next attempt: the same after a time-out, the next after a definite failure.
        round: Round,
        /// When the pause ends.
        at: Timestamp,
    },
    /// The step is not done in this saga: its condition is false, another alternative was taken, or nothing before it was
    /// done.
    PassedOver {
        /// The step.
        step: StepIndex,
    },
    /// The step is done for each element of an array.
    Expanded {
        /// The step.
        step: StepIndex,
        /// How many elements there are.
        items: u16,
    },
    /// All items of the step are done.
    ItemsSucceeded {
        /// The step.
        step: StepIndex,
    },
    /// The saga waits for a time or an event.
    WaitStarted {
        /// The step.
        step: StepIndex,
        /// When the wait ends by itself.
        until: Timestamp,
    },
    /// An event came before the saga waits for it.
    EventArrived {
        /// The step that will wait for it.
        step: StepIndex,
        /// The event.
        payload: Payload,
    },
    /// A wait ended.
    WaitEnded {
        /// The step.
        step: StepIndex,
        /// Whether the step failed by it, because an event did not come in time.
        fails: bool,
        /// The event that ended the wait, unless it had come before.
        payload: Option<Payload>,
    },
    /// A person is asked to decide.
    DecisionAsked {
        /// The step.
        step: StepIndex,
        /// When the default counts.
        due: Timestamp,
    },
    /// It was decided.
    DecisionMade {
        /// The step.
        step: StepIndex,
        /// What was decided, and by whom.
        decision: Decision,
        /// Whether the step failed by it.
        fails: bool,
    },
    /// The saga asks for a lock, and waits for it.
    LockAsked {
        /// The step.
        step: StepIndex,
        /// The request.
        round: Round,
        /// The lock.
        lock: LockKey,
        /// When the wait ends.
        due: Timestamp,
    },
    /// Others have the lock before the saga.
    LockQueued {
        /// The step.
        step: StepIndex,
        /// Its place in the queue when it joined it, from 1.
        place: u16,
    },
    /// The saga holds the lock.
    LockGranted {
        /// The step.
        step: StepIndex,
    },
    /// The saga does not get the lock, and waits for it no longer.
    LockMissed {
        /// The step.
        step: StepIndex,
        /// The request.
        round: Round,
        /// The lock.
        lock: LockKey,
        /// Whether the step failed by it.
        fails: bool,
        /// Why: it did not come free in time, or too many wait for it.
        reason: Reason,
    },
    /// The saga lets go of a lock that it holds, or waited for when it turned back.
    LockReleased {
        /// The step.
        step: StepIndex,
        /// The request.
        round: Round,
        /// The lock.
        lock: LockKey,
    },
    /// The saga that does the step has its key, and will be asked.
    SubSagaNamed {
        /// The step.
        step: StepIndex,
        /// The other saga.
        saga: SagaId,
    },
    /// The saga is a step of another one.
    ParentNamed {
        /// The step.
        parent: Parent,
    },
    /// The saga of which this one is a step takes it back.
    TakenBackByParent {
        /// The request that asks for it.
        round: Round,
    },
    /// No attempt is left, and the saga goes on without the step, or without taking it back.
    GivenUp {
        /// The step.
        step: StepIndex,
        /// The step or its compensation.
        purpose: Purpose,
        /// Why.
        reason: Reason,
    },
    /// A wish to cancel was accepted.
    CancellationAccepted,
    /// A wish to cancel came before the saga's start and is kept for it.
    CancellationKept,
    /// The saga's deadline passed.
    DeadlinePassed,
    /// The saga turned back: what has succeeded is compensated.
    CompensationStarted {
        /// Why.
        reason: Reason,
    },
    /// The saga waits for a person, a resuming event, or a late success.
    SagaSuspended {
        /// The step and purpose that has no attempt left; none when the saga waits for another reason.
        step: Option<(StepIndex, Purpose)>,
        /// Why.
        reason: Reason,
    },
    /// A suspended saga goes on.
    SagaResumed,
    /// The saga goes on with another version of its definition.
    SagaMigrated {
        /// What becomes of it.
        migration: Arc<Migrated>,
        /// Who asked for it.
        by: Arc<str>,
    },
    /// The saga is as it was before it was moved to another version.
    MigrationUndone {
        /// Who asked for it.
        by: Arc<str>,
    },
    /// A closed saga goes on, because a step that counted as compensated was done late.
    SagaReopened {
        /// Why.
        reason: Reason,
    },
    /// The saga ended: every step succeeded.
    SagaCompleted,
    /// The saga ended: everything that may have been done was taken back.
    SagaCompensated {
        /// Why it turned back.
        reason: Reason,
    },
    /// An input was refused for a business reason. The state stays as it is.
    InputRejected {
        /// The class of the refusal.
        code: RejectionCode,
        /// The step that the input named.
        step: Option<(StepIndex, Purpose)>,
        /// The refusal in words.
        reason: Reason,
    },
}

impl Event {
    /// The milestone that the event is; the one place where events become milestones.
    pub fn milestone(&self) -> Option<Milestone> {
        match self {
            Self::SagaStarted { .. } => Some(Milestone::Started),
            Self::Succeeded { step, .. } if step.item().is_some() => None,
            Self::Succeeded {
                step,
                purpose: Purpose::Forward,
                ..
            } => Some(Milestone::StepSucceeded(*step)),
            Self::Succeeded {
                step,
                purpose: Purpose::Compensation,
                ..
            } => Some(Milestone::StepCompensated(*step)),
            Self::Failed {
                step,
                purpose: Purpose::Forward,
                definite: true,
                retried: false,
                ..
            } => Some(Milestone::StepFailed(step.template())),
            Self::ItemsSucceeded { step }
            | Self::WaitEnded { step, fails: false, .. }
            | Self::DecisionMade { step, fails: false, .. }
            | Self::LockGranted { step }
            | Self::LockMissed { step, fails: false, .. } => Some(Milestone::StepSucceeded(*step)),
            Self::WaitEnded { step, fails: true, .. }
            | Self::DecisionMade { step, fails: true, .. }
            | Self::LockMissed { step, fails: true, .. } => Some(Milestone::StepFailed(*step)),
            Self::SagaSuspended { .. } => Some(Milestone::Suspended),
            Self::SagaResumed => Some(Milestone::Resumed),
            Self::CompensationStarted { .. } => Some(Milestone::Compensating),
            Self::SagaCompleted => Some(Milestone::Completed),
            Self::SagaCompensated { .. } => Some(Milestone::Compensated),
            Self::InputRejected {
                code: RejectionCode::CancelAfterPivot | RejectionCode::CancelWindowClosed,
                ..
            } => Some(Milestone::CancelRefused),
            Self::Requested { .. }
            | Self::Failed { .. }
            | Self::TimedOut { .. }
            | Self::RetryScheduled { .. }
            | Self::PassedOver { .. }
            | Self::Expanded { .. }
            | Self::WaitStarted { .. }
            | Self::EventArrived { .. }
            | Self::DecisionAsked { .. }
            | Self::LockAsked { .. }
            | Self::LockQueued { .. }
            | Self::LockReleased { .. }
            | Self::SubSagaNamed { .. }
            | Self::ParentNamed { .. }
            | Self::TakenBackByParent { .. }
            | Self::GivenUp { .. }
            | Self::CancellationAccepted
            | Self::CancellationKept
            | Self::DeadlinePassed
            | Self::SagaMigrated { .. }
            | Self::MigrationUndone { .. }
            | Self::SagaReopened { .. }
            | Self::InputRejected { .. } => None,
        }
    }

    /// The reason that the event carries.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::CompensationStarted { reason }
            | Self::SagaSuspended { reason, .. }
            | Self::GivenUp { reason, .. }
            | Self::LockMissed { reason, .. }
            | Self::SagaReopened { reason }
            | Self::SagaCompensated { reason }
            | Self::InputRejected { reason, .. } => Some(reason),
            _ => None,
        }
    }

    /// How the saga ended, when the event is its end.
    pub fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::SagaCompleted => Some(Outcome::Completed),
            Self::SagaCompensated { .. } => Some(Outcome::Compensated),
            _ => None,
        }
    }

    /// Whether a person should look: a rejection whose code says so, a step that was done for a saga that is not known
    /// (or no longer known), so that nobody will take it back, or a compensation that was given up.
    pub fn needs_attention(&self) -> bool {
        match self {
            Self::InputRejected { code, reason, .. } => code.is_alert() || reason.code == ReasonCode::LateSuccess,
            Self::GivenUp { purpose, .. } => *purpose == Purpose::Compensation,
            _ => false,
        }
    }
}

/// What a person decided, or what counts because nobody did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The name of the option.
    pub option: Arc<str>,
    /// Who decided; none when nobody did in time and the default counts.
    pub by: Option<Arc<str>>,
    /// What they said to it.
    pub note: Option<Arc<str>>,
}

/// How a saga ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Every step succeeded.
    Completed,
    /// Everything that may have been done was taken back.
    Compensated,
}
