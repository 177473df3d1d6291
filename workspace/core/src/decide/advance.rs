//! What becomes possible: the next steps, the next compensations, the end.
//!
//! Everything here is read off the state, so that a saga whose decision was held goes on from where it is when it is
//! resumed.

use crate::{Direction, Purpose, RequestStatus, StepIndex, reasons};

use super::{Draft, backward::backward, forward::forward};

/// Pushes what the state of the saga makes possible.
pub(super) fn advance(draft: &mut Draft<'_>) {
    if draft.is_held() {
        return;
    }
    match draft.open().map(|state| state.direction.clone()) {
        Some(Direction::Forward) => forward(draft),
        Some(Direction::Backward(reason)) => backward(draft, reason),
        None => {}
    }
}

/// The first step that has ended without success, gets no further attempt of its own accord and was not given up.
pub(super) fn stuck(draft: &Draft<'_>, purpose: Purpose) -> Option<StepIndex> {
    let state = draft.open()?;
    state
        .indexes()
        .find(|step| state.step(*step).request(purpose).is_stuck())
}

/// Lets the saga wait for a step that is [`stuck`].
pub(super) fn wait_for(draft: &mut Draft<'_>, step: StepIndex, purpose: Purpose) {
    let unknown = draft
        .request_of(step, purpose)
        .is_some_and(|request| request.status == RequestStatus::Unknown);
    let reason = if unknown {
        reasons::outcome_unknown(draft.plan(), step, purpose)
    } else {
        reasons::no_attempt_left(draft.plan(), step, purpose)
    };
    draft.suspend(step, purpose, reason);
}

#[cfg(test)]
mod tests {
    use crate::{Purpose, testing::*};

    #[test]
    fn a_step_without_compensation_is_passed_over_on_the_way_back() {
        let steps = [
            step("payment").compensated(),
            step("stock").after(&[0]),
            step("packing").after(&[1]),
        ];
        let mut story = Story::of(plan(steps)).given([start(), done(PAYMENT, 1), done(STOCK, 1)]);
        assert_eq!(
            story.when(&refused(PACKING, 1)),
            [
                "failed packing 1",
                "turned back: STEP_FAILED",
                "requested undo-payment 1/1"
            ]
        );
    }

    #[test]
    fn a_step_waits_on_the_way_back_for_a_dependent_that_is_pending() {
        let steps = [
            step("payment").compensated(),
            step("stock").compensated(),
            step("packing").after(&[0]).compensated(),
        ];
        let mut story = Story::of(plan(steps)).given([start(), done(PAYMENT, 1), refused(STOCK, 1)]);
        assert_eq!(story.request(PAYMENT, Purpose::Compensation), "not requested 0/0");
        assert_eq!(
            story.when(&done(PACKING, 1)),
            ["succeeded packing 1", "requested undo-packing 1/1"]
        );
        assert_eq!(
            story.when(&undone(PACKING, 1)),
            ["succeeded undo-packing 1", "requested undo-payment 1/1"]
        );
    }

    #[test]
    fn two_compensations_without_attempts_are_waited_for_one_after_the_other() {
        let steps = [
            step("payment").compensated(),
            step("stock").compensated(),
            step("packing"),
        ];
        let mut story = Story::of(plan(steps)).given([start(), done(PAYMENT, 1), done(STOCK, 1), refused(PACKING, 1)]);
        for undo in [PAYMENT, STOCK] {
            story.when(&undo_refused(undo, 1));
            story.when(&undo_retry(undo, 1));
            story.when(&undo_refused(undo, 2));
        }
        assert_eq!(
            story.when(&resume(None)),
            [
                "resumed",
                "requested undo-payment 3/3",
                "suspended on undo-stock: ATTEMPTS_EXHAUSTED"
            ]
        );
        assert_eq!(story.when(&undone(PAYMENT, 3)), ["succeeded undo-payment 3"]);
        assert_eq!(story.when(&resume(None)), ["resumed", "requested undo-stock 3/3"]);
        assert_eq!(
            story.when(&undone(STOCK, 3)),
            ["succeeded undo-stock 3", "compensated: STEP_FAILED"]
        );
    }
}
