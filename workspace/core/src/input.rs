//! What can happen to a saga from outside.

use std::sync::Arc;

use crate::{
    LockAnswer, Migrated, Parent, Payload, Purpose, Reason, RejectionCode, Round, StepIndex, SubSagaInput, TimerKind,
};

/// One input of a saga, already matched to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The start event of the definition.
    Start {
        /// The event.
        payload: Payload,
        /// The correlation id that goes through every message of the saga.
        correlation: Arc<str>,
        /// The W3C `traceparent` of the start event.
        traceparent: Option<Arc<str>>,
    },
    /// A wish to cancel.
    Cancel {
        /// The event that asks.
        payload: Payload,
    },
    /// A participant's answer.
    Reply(Reply),
    /// The event that starts a suspended step again; without a step: whatever the saga is suspended for.
    Resume {
        /// The step whose `resumedBy` names the event.
        step: Option<StepIndex>,
        /// The event, when there is one.
        payload: Option<Payload>,
    },
    /// An event that a step waits for.
    Event {
        /// The step.
        step: StepIndex,
        /// The event.
        payload: Payload,
    },
    /// A person decides.
    Decide {
        /// The step that asks.
        step: StepIndex,
        /// The name of the option.
        option: Arc<str>,
        /// Who decides; cut at [`crate::limits::DECISION_TEXT_BYTES_MAX`], as is the note.
        by: Arc<str>,
        /// What they say to it.
        note: Option<Arc<str>>,
    },
    /// A lock answers.
    Lock {
        /// The step that asked for it.
        step: StepIndex,
        /// The request.
        round: Round,
        /// The answer.
        answer: LockAnswer,
    },
    /// The saga of which this one is a step asks for it, or takes it back.
    FromParent {
        /// Who asks, and by which request.
        parent: Parent,
        /// What.
        asks: SubSagaInput,
    },
    /// The saga goes on with another version; the decision is made with its plan.
    Migrate {
        /// What becomes of the saga, as [`crate::migrated`] says it.
        migration: Arc<Migrated>,
        /// Who asked for it.
        by: Arc<str>,
    },
    /// The saga returns to the version before, as [`crate::returned`] allows it; the decision is made with that plan.
    UndoMigration {
        /// Who asked for it.
        by: Arc<str>,
    },
    /// The saga stays on its version.
    RefuseMigration {
        /// The class of the refusal.
        code: RejectionCode,
        /// Why, as a sentence without a full stop.
        why: Arc<str>,
    },
    /// A timer of the saga is due.
    Timer(TimerKind),
    /// What the saga wanted to send was refused (it cannot be encoded, the topic is missing, it is too large), or its
    /// handling broke an invariant. The saga is suspended with the reason.
    OutputRefused {
        /// What was refused and why.
        reason: Reason,
    },
}

/// A participant's answer to a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The step that it answers.
    pub step: StepIndex,
    /// Whether it answers the step's command or its compensation.
    pub purpose: Purpose,
    /// What it says.
    pub result: ReplyResult,
    /// The round of its idempotency key; `None` when the participant sent no headers.
    pub round: Option<Round>,
    /// The reply's content.
    pub payload: Payload,
}

/// What a reply says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyResult {
    /// It was done.
    Succeeded,
    /// It was refused, and nothing was done.
    Failed,
}
