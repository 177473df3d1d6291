//! A person or an event lets a suspended saga go on.

use crate::{Event, Purpose, RejectionCode, RequestStatus, Round, StepIndex};

use super::{Draft, advance::advance};

/// Goes on when the saga is suspended and waits for `step`, or when no step is named. A step without attempts left is
/// asked again with a fresh budget: after a definite failure in a new round, otherwise in the same one, because the
/// outcome of that one is unknown.
pub(super) fn resume(draft: &mut Draft<'_>, step: Option<StepIndex>) {
    let named = step.map(|step| (step, Purpose::Forward));
    if draft.saga().is_none() {
        return draft.reject(RejectionCode::UnknownSaga, named);
    }
    let Some(suspension) = draft.open().and_then(|state| state.suspended.as_ref()) else {
        return draft.reject(RejectionCode::NotSuspended, named);
    };
    let waiting = suspension.step;
    let is_waited_for = |(step, purpose)| {
        waiting
            .is_some_and(|(known, why): (StepIndex, _)| why == purpose && (known == step || known.template() == step))
    };
    if named.is_some_and(|named| !is_waited_for(named)) {
        return draft.reject(RejectionCode::NotSuspended, named);
    }
    draft.push(Event::SagaResumed);
    if let Some((step, purpose)) = waiting {
        ask_again(draft, step, purpose);
    }
    advance(draft);
}

fn ask_again(draft: &mut Draft<'_>, step: StepIndex, purpose: Purpose) {
    let Some(request) = draft.request_of(step, purpose) else {
        return;
    };
    match request.status {
        RequestStatus::Failed => draft.request(step, purpose, Round(request.round.0.saturating_add(1))),
        RequestStatus::Unknown => draft.request(step, purpose, request.round),
        RequestStatus::NotRequested
        | RequestStatus::Pending { .. }
        | RequestStatus::Paused { .. }
        | RequestStatus::Succeeded
        | RequestStatus::PassedOver
        | RequestStatus::Expanded => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::*;

    #[test]
    fn a_step_whose_outcome_is_unknown_is_asked_again_in_its_round_with_a_fresh_budget() {
        let mut story = Story::of(plan([step("payment").attempts(2)])).given([
            start(),
            timed_out(PAYMENT, 1),
            retry(PAYMENT, 1),
            timed_out(PAYMENT, 2),
        ]);
        assert_eq!(story.when(&resume(Some(PAYMENT))), ["resumed", "requested payment 1/3"]);
        assert_eq!(
            story.when(&timed_out(PAYMENT, 3)),
            ["timed out payment 1/3", "retry of payment in 1"]
        );
        story.when(&retry(PAYMENT, 3));
        assert_eq!(
            story.when(&timed_out(PAYMENT, 4)),
            ["timed out payment 1/4", "suspended on payment: OUTCOME_UNKNOWN"]
        );
    }

    #[test]
    fn a_refused_step_is_asked_again_in_a_new_round() {
        let mut story = Story::of(plan([step("payment").retried_on("BUSY")]))
            .given([start(), refused_with(PAYMENT, 1, "code=BUSY")]);
        assert_eq!(story.when(&resume(None)), ["resumed", "requested payment 2/2"]);
    }

    #[test]
    fn what_became_possible_in_the_meantime_is_requested_too() {
        let mut story = Story::of(plan([step("payment"), step("stock"), step("packing").after(&[1])])).given([
            start(),
            timed_out(PAYMENT, 1),
            done(STOCK, 1),
        ]);
        assert_eq!(
            story.when(&resume(None)),
            ["resumed", "requested payment 1/2", "requested packing 1/1"]
        );
    }

    #[test]
    fn a_saga_that_waits_for_two_steps_is_resumed_twice() {
        let mut story = Story::of(plan([step("payment"), step("stock")])).given([start(), timed_out(PAYMENT, 1)]);
        assert_eq!(story.when(&timed_out(STOCK, 1)), ["timed out stock 1/1"]);
        assert_eq!(story.when(&resume(Some(STOCK))), ["rejected: NOT_SUSPENDED"]);
        assert_eq!(
            story.when(&resume(Some(PAYMENT))),
            [
                "resumed",
                "requested payment 1/2",
                "suspended on stock: OUTCOME_UNKNOWN"
            ]
        );
        assert_eq!(story.when(&done(PAYMENT, 1)), ["succeeded payment 1"]);
        assert_eq!(story.when(&resume(Some(STOCK))), ["resumed", "requested stock 1/2"]);
        assert_eq!(story.when(&done(STOCK, 1)), ["succeeded stock 1", "completed"]);
    }

    #[test]
    fn there_must_be_something_to_resume() {
        let mut story = Story::of(plan([step("payment")]));
        assert_eq!(story.when(&resume(Some(PAYMENT))), ["rejected: UNKNOWN_SAGA"]);
        story.when(&start());
        assert_eq!(story.when(&resume(Some(PAYMENT))), ["rejected: NOT_SUSPENDED"]);
        story.when(&done(PAYMENT, 1));
        assert_eq!(story.when(&resume(None)), ["rejected: NOT_SUSPENDED"]);
    }

    #[test]
    fn an_event_that_resumes_a_step_does_not_resume_taking_it_back() {
        let steps = [step("payment").compensated().attempts(1), step("stock")];
        let mut story = Story::of(plan(steps)).given([start(), done(PAYMENT, 1), refused(STOCK, 1)]);
        while story.state().suspended.is_none() {
            let attempt = story.state().step(PAYMENT).compensation.attempt.0;
            story.when(&undo_refused(PAYMENT, attempt));
            story.when(&undo_retry(PAYMENT, attempt));
        }
        assert_eq!(story.when(&resume(Some(PAYMENT))), ["rejected: NOT_SUSPENDED"]);
        let asked = story.when(&resume(None));
        assert!(asked[1].starts_with("requested undo-payment"), "{asked:?}");
    }

    #[test]
    fn an_event_that_resumes_a_step_resumes_the_item_that_is_waited_for() {
        let plan = plan([step("pick").for_each("start.lines", 2)]);
        let mut story = Story::of(plan).given([start_with("order_id=o-1;lines=[a,b]"), timed_out(item(PAYMENT, 1), 1)]);
        assert_eq!(story.when(&resume(Some(PAYMENT))), ["resumed", "requested pick[1] 1/2"]);
    }
}
