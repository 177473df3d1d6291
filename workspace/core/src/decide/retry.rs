//! The pause before the next attempt ends.

use crate::{Attempt, Purpose, RequestStatus, StepIndex, reasons};

use super::{Draft, failure};

/// Sends the next command, when the pause after `attempt` is the one that lasts. A saga that is suspended for another
/// reason sends it as well: what was begun goes on, only new steps are not. A pause that ends late, after the deadline of
/// its step, is the end of its attempts.
pub(super) fn retry(draft: &mut Draft<'_>, step: StepIndex, purpose: Purpose, attempt: Attempt) {
    let Some(request) = draft.request_of(step, purpose) else {
        return;
    };
    if request.attempt != attempt || !matches!(request.status, RequestStatus::Paused { .. }) {
        return;
    }
    if request.deadline_at.is_none_or(|end| draft.context.now < end) {
        return draft.request(step, purpose, request.round);
    }
    let reason = if request.unanswered {
        reasons::outcome_unknown(draft.plan(), step, purpose)
    } else {
        reasons::no_attempt_left(draft.plan(), step, purpose)
    };
    failure::exhausted(draft, step, purpose, reason);
}

#[cfg(test)]
mod tests {
    use crate::testing::*;

    #[test]
    fn only_the_pause_that_lasts_can_end() {
        let mut story = Story::of(order()).given([start(), timed_out(PAYMENT, 1)]);
        assert!(story.when(&retry(PAYMENT, 2)).is_empty());
        assert!(story.when(&retry(STOCK, 1)).is_empty());
        assert_eq!(story.when(&retry(PAYMENT, 1)), ["requested payment 1/2"]);
        assert!(story.when(&retry(PAYMENT, 1)).is_empty());
    }

    #[test]
    fn a_retry_goes_on_while_the_saga_waits_for_something_else() {
        let mut story = Story::of(plan([step("payment"), step("stock").attempts(2)])).given([
            start(),
            timed_out(STOCK, 1),
            timed_out(PAYMENT, 1),
        ]);
        assert_eq!(story.when(&retry(STOCK, 1)), ["requested stock 1/2"]);
    }

    #[test]
    fn nothing_is_tried_again_once_the_saga_goes_back() {
        let mut story = Story::of(order()).given([start(), timed_out(PAYMENT, 1), refused(STOCK, 1)]);
        assert!(story.when(&retry(PAYMENT, 1)).is_empty());
        assert_eq!(
            story.when(&undone(PAYMENT, 1)),
            ["succeeded undo-payment 1", "compensated: STEP_FAILED"]
        );
    }
}
