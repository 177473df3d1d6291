//! What holds where a definition says nothing, each with its reason.

use std::time::Duration;

/// How long one attempt waits for its reply: longer than any healthy participant takes, short enough to notice.
pub const TIMEOUT: Duration = Duration::from_secs(30);

/// How long a sub-saga may take, and taking it back: its steps and its own deadline say how long it does, so this is only
/// an end. It is the longest that can be written.
pub const SUB_SAGA_TIMEOUT: Duration = crate::limits::DURATION_MAX;

/// Attempts of a step, the first one counted. Without a `when` only time-outs are tried again, in the same round, so
/// that trying again can do no harm.
pub const ATTEMPTS: u32 = 3;

/// Attempts of a compensation: it has to happen, so it is tried for minutes before a person is asked.
pub const COMPENSATION_ATTEMPTS: u32 = 10;

/// The pause before the second attempt.
pub const INITIAL: Duration = Duration::from_secs(1);

/// By how much each pause is longer than the one before it.
pub const FACTOR: f64 = 2.0;

/// The longest pause between attempts of a step.
pub const MAX: Duration = Duration::from_secs(30);

/// The longest pause between attempts of a compensation.
pub const COMPENSATION_MAX: Duration = Duration::from_secs(60);

/// By how much a pause is shorter or longer than the policy says: not at all.
pub const JITTER: f64 = 0.0;

/// How many elements a step is done for at the same time: one after the other is safe for every participant.
pub const PARALLEL: u32 = 1;
