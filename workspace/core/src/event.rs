//! What happened to a saga: the vocabulary of the journal.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{Attempt, Payload, Purpose, Round, StepIndex, Timestamp, limits};

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

/// How a saga ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Every step succeeded.
    Completed,
    /// Everything that may have been done was taken back.
    Compensated,
}

/// Why something happened: a class for machines, a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The class.
    pub code: ReasonCode,
    /// A sentence; at most [`limits::REASON_BYTES_MAX`] bytes.
    pub text: Arc<str>,
}

impl Reason {
    /// A reason; a text over the limit is cut at a character.
    pub fn new(code: ReasonCode, text: impl Into<String>) -> Self {
        let mut text = text.into();
        if text.len() > limits::REASON_BYTES_MAX {
            let cut = (0..=limits::REASON_BYTES_MAX).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            text.truncate(cut);
        }
        Self { code, text: text.into() }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An enum whose variants have a word for the journal.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident => $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// Every variant.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word that the journal uses.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// Reads the journal's word.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

words! {
    /// The classes of reasons.
    ReasonCode {
        /// A participant refused a step.
        StepFailed => "STEP_FAILED",
        /// A step has no attempt left after definite failures that were worth a retry.
        AttemptsExhausted => "ATTEMPTS_EXHAUSTED",
        /// A step has no attempt left and its outcome is unknown.
        OutcomeUnknown => "OUTCOME_UNKNOWN",
        /// A wish to cancel was accepted.
        Cancelled => "CANCELLED",
        /// The saga's deadline passed.
        DeadlinePassed => "DEADLINE_PASSED",
        /// An expression of the definition has no value for this saga's data.
        ExpressionFailed => "EXPRESSION_FAILED",
        /// A message could not be encoded, or its topic refused it.
        OutputRefused => "OUTPUT_REFUSED",
        /// A step was done after its compensation had been answered.
        LateSuccess => "LATE_SUCCESS",
        /// An invariant of the orchestrator broke while it handled this saga.
        InvariantBroken => "INVARIANT_BROKEN",
        /// An input was refused; its rejection code says more.
        Rejected => "REJECTED",
    }
}

words! {
    /// The classes of refusals.
    RejectionCode {
        /// The saga has started already.
        DuplicateStart => "DUPLICATE_START",
        /// The reply repeats one that was taken.
        DuplicateReply => "DUPLICATE_REPLY",
        /// The reply answers an older round.
        StaleReply => "STALE_REPLY",
        /// The reply answers a command that was never sent.
        NeverRequested => "NEVER_REQUESTED",
        /// The reply says the opposite of one that was taken.
        ContradictoryReply => "CONTRADICTORY_REPLY",
        /// The input names a saga that is not known here.
        UnknownSaga => "UNKNOWN_SAGA",
        /// The saga has ended.
        SagaClosed => "SAGA_CLOSED",
        /// The pivot may have been done: the saga can only go on.
        CancelAfterPivot => "CANCEL_AFTER_PIVOT",
        /// The saga is being compensated already, or a wish to cancel is kept already.
        AlreadyCancelled => "ALREADY_CANCELLED",
        /// There is nothing to resume.
        NotSuspended => "NOT_SUSPENDED",
    }
}

impl RejectionCode {
    /// Whether a person should look: something was done that nobody asked for, or two truths stand against each other.
    pub fn is_alert(self) -> bool {
        matches!(self, Self::NeverRequested | Self::ContradictoryReply)
    }
}
