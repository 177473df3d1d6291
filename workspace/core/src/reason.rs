//! Why something happened: classes for machines, sentences for people.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::limits;

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
        let text = text.into();
        let text = if text.len() > limits::REASON_BYTES_MAX {
            cut(&text, limits::REASON_BYTES_MAX).into()
        } else {
            text.into()
        };
        Self { code, text }
    }
}

/// The text, cut at a character when it has more than `bytes_max` bytes.
pub(crate) fn cut(text: &str, bytes_max: usize) -> &str {
    let mut end = bytes_max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
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
        /// An event that was waited for did not come in time.
        WaitTimedOut => "WAIT_TIMED_OUT",
        /// A lock did not come free in time.
        LockTimedOut => "LOCK_TIMED_OUT",
        /// Too many wait for a lock.
        LockQueueFull => "LOCK_QUEUE_FULL",
        /// A person decided against a step, or its default did.
        DecidedAgainst => "DECIDED_AGAINST",
        /// The saga of which this one is a step takes it back.
        TakenBack => "TAKEN_BACK",
        /// An expression of the definition has no value for this saga's data.
        ExpressionFailed => "EXPRESSION_FAILED",
        /// A message could not be encoded, or its topic refused it.
        OutputRefused => "OUTPUT_REFUSED",
        /// A step was done after its compensation had been answered, or after the saga was forgotten.
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
        /// The step that ends the time in which the saga can be cancelled was begun.
        CancelWindowClosed => "CANCEL_WINDOW_CLOSED",
        /// The saga does not wait for this event or decision, not yet or no longer.
        NotAwaited => "NOT_AWAITED",
        /// The decision is none of the options.
        UnknownOption => "UNKNOWN_OPTION",
        /// Too many sagas stand above this one.
        NestedTooDeep => "NESTED_TOO_DEEP",
        /// The saga is past its pivot, so that its parent cannot take it back.
        CannotBeTakenBack => "CANNOT_BE_TAKEN_BACK",
        /// There is nothing to resume.
        NotSuspended => "NOT_SUSPENDED",
        /// The saga cannot go on with the other version of its definition, or not return to the one before.
        CannotMigrate => "CANNOT_MIGRATE",
        /// The saga follows that version already.
        AlreadyMigrated => "ALREADY_MIGRATED",
    }
}

impl RejectionCode {
    /// Whether a person should look: something was done that nobody asked for, or two truths stand against each other.
    ///
    /// The code alone does not tell all: see [`crate::Event::needs_attention`].
    pub fn is_alert(self) -> bool {
        matches!(self, Self::NeverRequested | Self::ContradictoryReply)
    }
}
