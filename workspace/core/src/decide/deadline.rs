//! The deadline of a saga passes.

use crate::{Event, reasons};

use super::{Draft, past};

/// Turns back, or, when the pivot may have been done, waits for a person or any success. A saga that goes back or has
/// ended has no deadline.
pub(super) fn deadline(draft: &mut Draft<'_>) {
    let Some(state) = draft.open() else { return };
    if state.deadline_at.is_none() || !draft.goes_forward() {
        return;
    }
    let (past, waits) = (past::is_past_pivot(draft.plan(), state), state.suspended.is_some());
    draft.push(Event::DeadlinePassed);
    if !past {
        draft.turn_back(reasons::deadline_passed());
    } else if !waits {
        draft.push(Event::SagaSuspended {
            step: None,
            reason: reasons::deadline_passed(),
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::*;

    #[test]
    fn before_the_pivot_the_saga_turns_back() {
        let mut story = Story::of(order().with_deadline()).given([start(), done(PAYMENT, 1)]);
        assert_eq!(
            story.when(&deadline()),
            [
                "deadline passed",
                "turned back: DEADLINE_PASSED",
                "requested undo-payment 1/1"
            ]
        );
        assert!(story.when(&deadline()).is_empty());
    }

    #[test]
    fn after_the_pivot_the_saga_waits_and_a_success_lets_it_go_on() {
        let plan = plan([step("shipment").pivot(), step("capture").after(&[0])]).with_deadline();
        let mut story = Story::of(plan).given([start()]);
        assert_eq!(
            story.when(&deadline()),
            ["deadline passed", "suspended: DEADLINE_PASSED"]
        );
        assert_eq!(
            story.when(&done(PAYMENT, 1)),
            ["succeeded shipment 1", "resumed", "requested capture 1/1"]
        );
        assert!(story.when(&deadline()).is_empty());
    }

    #[test]
    fn a_saga_that_waits_already_goes_on_waiting_for_its_step() {
        let mut story =
            Story::of(plan([step("shipment").pivot()]).with_deadline()).given([start(), timed_out(PAYMENT, 1)]);
        assert_eq!(story.when(&deadline()), ["deadline passed"]);
        assert_eq!(
            story.when(&resume(Some(PAYMENT))),
            ["resumed", "requested shipment 1/2"]
        );
    }

    #[test]
    fn a_saga_without_deadline_has_none() {
        let mut story = Story::of(order()).given([start()]);
        assert!(story.when(&deadline()).is_empty());
        assert!(Story::of(order()).when(&deadline()).is_empty());
    }
}
