//! What follows when an attempt ended without success: another one, a suspension, or the way back.

use crate::{Event, OnExhausted, Purpose, Reason, Request, Round, StepIndex, Zone, reasons};

use super::{Draft, advance::advance, budget, past};

/// Plans the next attempt, in `round`; says whether there is one left.
pub(super) fn try_again(
    draft: &mut Draft<'_>,
    step: StepIndex,
    purpose: Purpose,
    request: &Request,
    round: Round,
) -> bool {
    let Some(pause) = budget::next_pause(draft.plan(), step, purpose, request) else {
        return false;
    };
    let at = draft.context.now.plus(pause);
    draft.push(Event::RetryScheduled {
        step,
        purpose,
        round,
        at,
    });
    true
}

/// The attempt in hand has no usable answer, and the event that says so is pushed: it is tried again in its round, and
/// after the last time the outcome stays unknown.
pub(super) fn unanswered(draft: &mut Draft<'_>, step: StepIndex, purpose: Purpose, request: &Request) {
    match purpose {
        Purpose::Forward if !draft.goes_forward() => advance(draft),
        Purpose::Forward | Purpose::Compensation => {
            if !try_again(draft, step, purpose, request, request.round) {
                let reason = reasons::outcome_unknown(draft.plan(), step, purpose);
                exhausted(draft, step, purpose, reason);
            }
        }
    }
}

/// No attempt is left.
pub(super) fn exhausted(draft: &mut Draft<'_>, step: StepIndex, purpose: Purpose, reason: Reason) {
    if purpose == Purpose::Forward && may_turn_back(draft, step) {
        draft.turn_back(reason);
    } else {
        draft.suspend(step, purpose, reason);
    }
}

/// Whether the definition wants the way back and the pivot allows it: not when it may have been done.
fn may_turn_back(draft: &Draft<'_>, step: StepIndex) -> bool {
    let plan = draft.plan();
    let step = plan.step(step);
    step.on_exhausted == OnExhausted::Compensate
        && step.zone != Zone::ForwardOnly
        && draft.open().is_some_and(|state| !past::is_past_pivot(plan, state))
}
