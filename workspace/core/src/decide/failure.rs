//! What follows when an attempt ended without success: another one, a suspension, or the way back.

use crate::{
    CompensationExhausted, Event, OnExhausted, Plan, Purpose, Reason, Request, Round, StepIndex, Zone, reasons,
};

use super::{Draft, advance::advance, budget, past};

/// Plans the next attempt, in `round`; says whether there is one left.
pub(super) fn try_again(
    draft: &mut Draft<'_>,
    step: StepIndex,
    purpose: Purpose,
    request: &Request,
    round: Round,
) -> bool {
    let Some(pause) = budget::next_pause(draft, step, purpose, request) else {
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
    if may_be_given_up(draft.plan(), step, purpose) {
        give_up(draft, step, purpose, reason);
    } else if purpose == Purpose::Forward && may_turn_back(draft, step) {
        draft.turn_back(reason);
    } else {
        draft.suspend(step, purpose, reason);
    }
}

/// A step was refused and nothing will change that: it is given up, or the saga turns back, or, when it can only go
/// forward, waits.
pub(super) fn failed_for_good(draft: &mut Draft<'_>, step: StepIndex, reason: Reason) {
    let plan = draft.plan();
    if may_be_given_up(plan, step, Purpose::Forward) {
        give_up(draft, step, Purpose::Forward, reason);
    } else if draft
        .open()
        .is_some_and(|state| past::only_goes_forward(plan, state, step))
    {
        draft.suspend(step, Purpose::Forward, reason);
    } else {
        draft.turn_back(reason);
    }
}

fn give_up(draft: &mut Draft<'_>, step: StepIndex, purpose: Purpose, reason: Reason) {
    draft.push(Event::GivenUp { step, purpose, reason });
    draft.resume_after(step, purpose);
    advance(draft);
}

/// Whether the definition goes on without the step, or without its compensation.
fn may_be_given_up(plan: &Plan, step: StepIndex, purpose: Purpose) -> bool {
    let step = plan.step(step);
    match purpose {
        Purpose::Forward => step.on_exhausted == OnExhausted::Continue,
        Purpose::Compensation => step
            .compensation
            .as_ref()
            .is_some_and(|compensation| compensation.on_exhausted == CompensationExhausted::Continue),
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

#[cfg(test)]
mod tests {
    use crate::{Purpose, RequestStatus, Timestamp, testing::*};

    fn with_gift() -> crate::Plan {
        plan([
            step("payment").compensated(),
            step("gift").after(&[0]).optional().compensated(),
            step("ribbon").after(&[1]),
            step("packing").after(&[0, 1]),
        ])
    }

    #[test]
    fn an_optional_step_that_is_refused_is_given_up_with_what_is_behind_it_alone() {
        let mut story = Story::of(with_gift()).given([start(), done(PAYMENT, 1)]);
        assert_eq!(
            story.when(&refused(STOCK, 1)),
            [
                "failed gift 1",
                "gave up gift: STEP_FAILED",
                "passed over ribbon",
                "requested packing 1/1"
            ]
        );
        assert_eq!(
            story.when(&refused(SHIPMENT, 1))[1..],
            ["turned back: STEP_FAILED", "requested undo-payment 1/1"]
        );
    }

    #[test]
    fn an_optional_step_without_answer_is_given_up_and_taken_back_when_the_saga_turns_back() {
        let mut story = Story::of(with_gift()).given([start(), done(PAYMENT, 1)]);
        assert_eq!(
            story.when(&timed_out(STOCK, 1))[..2],
            ["timed out gift 1/1", "gave up gift: OUTCOME_UNKNOWN"]
        );
        assert_eq!(
            story.when(&refused(SHIPMENT, 1))[1..],
            ["turned back: STEP_FAILED", "requested undo-gift 1/1"]
        );
        assert_eq!(
            story.when(&undone(STOCK, 1)),
            ["succeeded undo-gift 1", "requested undo-payment 1/1"]
        );
    }

    #[test]
    fn what_is_heard_of_a_given_up_step_later_is_recorded() {
        let mut story = Story::of(with_gift()).given([start(), done(PAYMENT, 1), timed_out(STOCK, 1)]);
        assert_eq!(story.when(&refused(STOCK, 1)), ["failed gift 1"]);
        let mut story = Story::of(with_gift()).given([start(), done(PAYMENT, 1), timed_out(STOCK, 1)]);
        assert_eq!(story.when(&done(STOCK, 1)), ["succeeded gift 1"]);
        assert_eq!(story.request(STOCK, Purpose::Forward), "succeeded 1/1");
    }

    #[test]
    fn a_given_up_step_that_was_done_after_the_end_needs_attention() {
        let mut story =
            Story::of(with_gift()).given([start(), done(PAYMENT, 1), timed_out(STOCK, 1), done(SHIPMENT, 1)]);
        assert_eq!(story.sent(), ["outcome Completed"]);
        assert_eq!(story.when(&done(STOCK, 1)), ["rejected: SAGA_CLOSED"]);
        assert!(story.last_event().needs_attention());
        assert_eq!(story.when(&done(SHIPMENT, 1)), ["rejected: DUPLICATE_REPLY"]);
        assert!(!story.last_event().needs_attention());
    }

    #[test]
    fn the_deadline_of_a_step_bounds_its_attempts_and_pauses() {
        let plan = plan([step("payment").attempts(10).within(8), step("stock").after(&[0])]);
        let mut story = Story::of(plan).given([start()]);
        let end = Timestamp(story.now.0 + 8_000);
        story.when(&timed_out(PAYMENT, 1));
        story.when(&retry(PAYMENT, 1));
        story.when(&timed_out(PAYMENT, 2));
        assert_eq!(story.when(&retry(PAYMENT, 2)), ["requested payment 1/3"]);
        assert_eq!(
            story.state().step(PAYMENT).forward.status,
            RequestStatus::Pending { due: end },
            "the attempt waits no longer than the deadline"
        );
        assert_eq!(
            story.when(&timed_out(PAYMENT, 3)),
            ["timed out payment 1/3", "suspended on payment: OUTCOME_UNKNOWN"],
            "the next pause would end after the deadline"
        );
        story.when(&resume(None));
        assert_eq!(
            story.when(&timed_out(PAYMENT, 4)),
            ["timed out payment 1/4", "retry of payment in 1"],
            "a resumption begins anew"
        );
    }

    #[test]
    fn a_pause_that_ends_after_the_deadline_is_the_last() {
        let plan = plan([step("payment").attempts(10).within(4)]);
        let mut story = Story::of(plan).given([start(), timed_out(PAYMENT, 1)]);
        story.now = Timestamp(60_000);
        assert_eq!(
            story.when(&retry(PAYMENT, 1)),
            ["suspended on payment: OUTCOME_UNKNOWN"]
        );
        assert_eq!(story.request(PAYMENT, Purpose::Forward), "unknown 1/1, unanswered");
    }

    #[test]
    fn pauses_with_jitter_differ_from_saga_to_saga() {
        let pause = |key: &str| {
            let mut story = Story::of(plan([step("payment").attempts(3).jitter(0.5)]));
            story.id = crate::SagaId::new("order", key);
            story = story.given([start(), timed_out(PAYMENT, 1)]);
            let RequestStatus::Paused { until } = story.state().step(PAYMENT).forward.status else {
                panic!("it pauses")
            };
            until.0 - story.now.0
        };
        assert_ne!(pause("o-1"), pause("o-2"));
        assert!((500..=1500).contains(&pause("o-1")));
    }
}
