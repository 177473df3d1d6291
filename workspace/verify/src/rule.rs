//! What must hold on every path, and what is worth a word.

use std::fmt;

use serde::Serialize;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A rule is broken: the definition is not proved.
    Violation,
    /// It may be meant so; somebody should have looked at it.
    Warning,
}

/// A list of rules: the word for machines, the weight, and what the rule wants.
macro_rules! rules {
    ($($(#[$doc:meta])* $variant:ident, $severity:ident, $code:literal;)*) => {
        /// What a finding is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule {
            $($(#[$doc])* $variant,)*
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word for machines.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// How much a finding of this kind weighs.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }
        }
    };
}

rules! {
    /// A saga that is open and not suspended waits for something that comes by itself: a reply or a timer.
    Stuck, Violation, "stuck";
    /// Without somebody who intervenes every path ends.
    Endless, Violation, "endless";
    /// From every state an end can be reached, with the help of a person at the most.
    NoWayOut, Violation, "no-way-out";
    /// A suspension says why.
    NoReason, Violation, "no-reason";
    /// A compensated saga leaves nothing done that can be taken back.
    LeftDone, Violation, "left-done";
    /// What was done is taken back once.
    CompensatedTwice, Violation, "compensated-twice";
    /// What was not done is not taken back.
    CompensatedNeedlessly, Violation, "compensated-needlessly";
    /// A step is taken back only when all that came after it is.
    CompensationOrder, Violation, "compensation-order";
    /// Once the pivot may have been done nothing is taken back.
    BackAfterPivot, Violation, "back-after-pivot";
    /// Nothing is asked of a participant after the end.
    CommandAfterEnd, Violation, "command-after-end";
    /// A step is asked for only when all before it are done.
    AskedTooEarly, Violation, "asked-too-early";
    /// A step whose outcome is not known is asked again under the same id.
    AskedUnderNewId, Violation, "asked-under-new-id";
    /// A step is not asked for any more once the saga turned back.
    AskedOnTheWayBack, Violation, "asked-on-the-way-back";
    /// A completed saga has done every step.
    CompletedEarly, Violation, "completed-early";
    /// A saga that ends has let go of every lock.
    LockKept, Violation, "lock-kept";
    /// An end leaves one outcome record.
    OutcomeRecord, Violation, "outcome-record";
    /// The same input again changes nothing.
    NotIdempotent, Violation, "not-idempotent";
    /// The state is the fold of the journal, so that a replay after a crash leads to the same.
    NotReplayable, Violation, "not-replayable";
    /// Participants that answer within their time do not run into the deadline.
    DeadlineTooShort, Violation, "deadline-too-short";
    /// Every attempt of a step can be made before the deadline.
    AttemptsNeverMade, Violation, "attempts-never-made";
    /// A saga ends or waits within a year.
    GoesOnTooLong, Violation, "goes-on-too-long";
    /// A saga does not wait for a lock that it holds.
    LockTakenTwice, Violation, "lock-taken-twice";
    /// Every step is reached on some path.
    UnreachableStep, Violation, "unreachable-step";
    /// Every milestone with an emission is reached on some path.
    DeadMilestone, Violation, "dead-milestone";
    /// Every resuming event can resume something.
    DeadResumption, Violation, "dead-resumption";
    /// A wish to cancel can be granted after the start.
    DeadCancellation, Violation, "dead-cancellation";
    /// Every compensation is needed on some path.
    DeadCompensation, Violation, "dead-compensation";
    /// A `when` can be true and false, and is asked.
    DeadCondition, Violation, "dead-condition";
    /// A saga that turns back may leave a step done that has no compensation.
    NothingTakesItBack, Warning, "nothing-takes-it-back";
    /// A saga that ends compensated may leave a step done whose compensation was given up.
    CompensationGivenUp, Warning, "compensation-given-up";
    /// A saga that ends completed may leave it unknown whether a step was done that was given up.
    LeftUnknown, Warning, "left-unknown";
    /// Two sagas may each hold a lock that the other waits for.
    LocksCross, Warning, "locks-cross";
    /// A saga may wait for a person, because no event resumes the step.
    WaitsForAPerson, Warning, "waits-for-a-person";
    /// A saga has no deadline.
    NoDeadline, Warning, "no-deadline";
    /// Participants that need all of their attempts run into the deadline.
    DeadlineCutsAttempts, Warning, "deadline-cuts-attempts";
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
