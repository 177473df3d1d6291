//! Attempts: how many are left, and how long to pause before the next.

use std::time::Duration;

use crate::{IdempotencyKey, Purpose, Request, StepIndex};

use super::{Draft, jitter};

/// The pause before the next attempt; `None` when the retry policy has none left, or it would end after the deadline of
/// the step. Attempts before the last resumption do not count.
pub(super) fn next_pause(draft: &Draft<'_>, step: StepIndex, purpose: Purpose, request: &Request) -> Option<Duration> {
    let policy = draft.plan().step(step).retry_for(purpose);
    let used = request.attempt.0.saturating_sub(request.attempts_forgiven);
    if used >= policy.attempts {
        return None;
    }
    let mut pause = policy.pause_after(used);
    if policy.jitter > 0.0 {
        let asked = IdempotencyKey {
            saga: draft.id.clone(),
            step: draft.plan().step_name(step),
            purpose,
            round: request.round,
        };
        pause = jitter::spread(pause, policy.jitter, &asked, request.attempt);
    }
    let in_time = |end| draft.context.now.plus(pause) < end;
    request.deadline_at.is_none_or(in_time).then_some(pause)
}
