//! The wait for a reply, a time, an event, a decision or a lock ends.

use crate::{Action, Attempt, Event, Purpose, RequestStatus, StepIndex};

use super::{Draft, decision, failure, lock, wait};

/// Ends the wait of `attempt`, when it is the one that is awaited.
pub(super) fn timeout(draft: &mut Draft<'_>, step: StepIndex, purpose: Purpose, attempt: Attempt) {
    let action = draft.plan().steps.get(step.template().at()).map(|step| &step.action);
    match (purpose, action) {
        (Purpose::Forward, Some(Action::Wait(plan))) => wait::time_out(draft, step, attempt, plan),
        (Purpose::Forward, Some(Action::Decision(question))) => decision::time_out(draft, step, attempt, question),
        (Purpose::Forward, Some(Action::Lock(plan))) => lock::time_out(draft, step, attempt, plan),
        _ => unanswered(draft, step, purpose, attempt),
    }
}

fn unanswered(draft: &mut Draft<'_>, step: StepIndex, purpose: Purpose, attempt: Attempt) {
    let Some(request) = draft.request_of(step, purpose) else {
        return;
    };
    if request.attempt == attempt && matches!(request.status, RequestStatus::Pending { .. }) {
        draft.push(Event::TimedOut {
            step,
            purpose,
            round: request.round,
            attempt,
        });
        failure::unanswered(draft, step, purpose, &request);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Purpose, RequestStatus, Timestamp, testing::*};

    #[test]
    fn a_step_is_asked_again_in_its_round_and_then_the_saga_waits() {
        let mut story = Story::of(order()).given([start()]);
        assert_eq!(
            story.when(&timed_out(PAYMENT, 1)),
            ["timed out payment 1/1", "retry of payment in 1"]
        );
        let until = Timestamp(story.now.0 + 1_000);
        assert_eq!(
            story.state().step(PAYMENT).forward.status,
            RequestStatus::Paused { until }
        );
        assert_eq!(story.when(&retry(PAYMENT, 1)), ["requested payment 1/2"]);
        assert_eq!(
            story.when(&timed_out(PAYMENT, 2)),
            ["timed out payment 1/2", "suspended on payment: OUTCOME_UNKNOWN"]
        );
        assert_eq!(story.request(PAYMENT, Purpose::Forward), "unknown 1/2, unanswered");
    }

    #[test]
    fn a_timer_of_an_attempt_that_is_over_means_nothing() {
        let mut story = Story::of(order()).given([start(), timed_out(PAYMENT, 1), retry(PAYMENT, 1)]);
        for stale in [timed_out(PAYMENT, 1), timed_out(PACKING, 0), undo_timed_out(PAYMENT, 0)] {
            assert!(story.when(&stale).is_empty());
        }
    }

    #[test]
    fn a_step_that_may_have_been_done_is_compensated_when_its_definition_says_so() {
        let mut story = Story::of(plan([step("payment").compensated().compensate_when_exhausted()])).given([start()]);
        assert_eq!(
            story.when(&timed_out(PAYMENT, 1)),
            [
                "timed out payment 1/1",
                "turned back: OUTCOME_UNKNOWN",
                "requested undo-payment 1/1"
            ]
        );
    }

    #[test]
    fn a_pivot_that_may_have_been_done_never_turns_back() {
        let mut story = Story::of(plan([step("shipment").pivot().compensate_when_exhausted()])).given([start()]);
        assert_eq!(
            story.when(&timed_out(PAYMENT, 1)),
            ["timed out shipment 1/1", "suspended on shipment: OUTCOME_UNKNOWN"]
        );
    }

    #[test]
    fn going_back_a_step_without_answer_is_compensated_at_once() {
        let mut story = Story::of(order()).given([start(), refused(STOCK, 1)]);
        assert_eq!(
            story.when(&timed_out(PAYMENT, 1)),
            ["timed out payment 1/1", "requested undo-payment 1/1"]
        );
    }

    #[test]
    fn a_compensation_without_answer_is_asked_again_while_others_go_on() {
        let mut story = Story::of(plan([
            step("payment").compensated(),
            step("stock").compensated(),
            step("packing").after(&[0, 1]),
        ]))
        .given([
            start(),
            done(PAYMENT, 1),
            done(STOCK, 1),
            refused(PACKING, 1),
            undo_timed_out(PAYMENT, 1),
        ]);
        story.when(&undo_retry(PAYMENT, 1));
        assert_eq!(
            story.when(&undo_timed_out(PAYMENT, 2)),
            [
                "timed out undo-payment 1/2",
                "suspended on undo-payment: OUTCOME_UNKNOWN"
            ]
        );
        assert_eq!(story.when(&undone(STOCK, 1)), ["succeeded undo-stock 1"]);
        assert_eq!(
            story.when(&undone(PAYMENT, 1)),
            ["succeeded undo-payment 1", "resumed", "compensated: STEP_FAILED"]
        );
    }
}
