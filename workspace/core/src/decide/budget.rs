//! Attempts: how many are left, and how long to pause before the next.

use std::time::Duration;

use crate::{Plan, Purpose, Request, StepIndex};

/// The pause before the next attempt; `None` when the retry policy has none left. Attempts before the last resumption
/// do not count.
pub(super) fn next_pause(plan: &Plan, step: StepIndex, purpose: Purpose, request: &Request) -> Option<Duration> {
    let policy = plan.step(step).retry_for(purpose);
    let used = request.attempt.0.saturating_sub(request.attempts_forgiven);
    (used < policy.attempts).then(|| policy.pause_after(used))
}
