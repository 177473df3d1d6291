//! A participant refused what it was asked.
//!
//! A definite failure going forward is tried again in a new round when the step's `when` says that it is worth it;
//! otherwise the saga turns back, or, when the pivot may have been done, waits. A compensation is always worth another
//! attempt. A request that had been given up gets no further attempt of its own accord.

use crate::{EvaluationError, Event, Purpose, RejectionCode, Reply, Request, RequestStatus, Round, StepIndex, reasons};

use super::{
    Draft,
    advance::advance,
    budget,
    condition::holds,
    failure, past,
    reply::{Answered, Refusal, answered, check_failure},
};

pub(super) fn failed(draft: &mut Draft<'_>, reply: &Reply) {
    match answered(draft, reply) {
        Answered::Open(request) => match check_failure(&request, reply.round) {
            Err(code) => reject(draft, reply, code),
            Ok(Refusal::Definite) => definite(draft, reply, &request),
            Ok(Refusal::Indefinite) => indefinite(draft, reply, &request),
        },
        Answered::Compensated(request) => {
            let code = check_failure(&request, reply.round)
                .err()
                .unwrap_or(RejectionCode::SagaClosed);
            reject(draft, reply, code);
        }
        Answered::Completed(_) => reject(draft, reply, RejectionCode::SagaClosed),
        Answered::Nothing => reject(draft, reply, RejectionCode::NeverRequested),
        Answered::UnknownSaga => reject(draft, reply, RejectionCode::UnknownSaga),
    }
}

fn definite(draft: &mut Draft<'_>, reply: &Reply, request: &Request) {
    match (reply.purpose, draft.goes_forward()) {
        (Purpose::Forward, true) | (Purpose::Compensation, _) if request.given_up => {
            record(draft, reply, request, Refusal::Definite, Then::Nothing);
        }
        (Purpose::Forward, true) => definite_forward(draft, reply, request),
        (Purpose::Forward, false) => {
            record(draft, reply, request, Refusal::Definite, Then::Nothing);
            advance(draft);
        }
        (Purpose::Compensation, _) => definite_or_exhausted(draft, reply, request),
    }
}

fn definite_forward(draft: &mut Draft<'_>, reply: &Reply, request: &Request) {
    match is_worth_another(draft, reply) {
        Ok(true) => definite_or_exhausted(draft, reply, request),
        Ok(false) => {
            record(draft, reply, request, Refusal::Definite, Then::Nothing);
            let reason = reasons::step_failed(draft.context, reply.step, reply.purpose, &reply.payload);
            failure::failed_for_good(draft, reply.step, reason);
        }
        Err(error) => {
            record(draft, reply, request, Refusal::Definite, Then::Nothing);
            draft.suspend(reply.step, reply.purpose, reasons::expression_failed(&error));
        }
    }
}

/// Tries again in a new round, or has no attempt left.
fn definite_or_exhausted(draft: &mut Draft<'_>, reply: &Reply, request: &Request) {
    let (step, purpose) = (reply.step, reply.purpose);
    let then = match request.status {
        RequestStatus::Unknown => Then::Nothing,
        _ => Then::left(draft, step, purpose, request),
    };
    record(draft, reply, request, Refusal::Definite, then);
    if then == Then::Retry {
        failure::try_again(draft, step, purpose, request, Round(request.round.0.saturating_add(1)));
    } else {
        let reason = reasons::attempts_exhausted(draft.context, step, purpose, &reply.payload);
        failure::exhausted(draft, step, purpose, reason);
    }
}

/// The attempt ends as if nobody had answered. One that had ended before only notes the reply.
fn indefinite(draft: &mut Draft<'_>, reply: &Reply, request: &Request) {
    let (step, purpose) = (reply.step, reply.purpose);
    match request.status {
        RequestStatus::Pending { .. } => {
            let goes_on = purpose == Purpose::Compensation || draft.goes_forward();
            let then = if goes_on {
                Then::left(draft, step, purpose, request)
            } else {
                Then::Nothing
            };
            record(draft, reply, request, Refusal::Indefinite, then);
            failure::unanswered(draft, step, purpose, request);
        }
        RequestStatus::Paused { .. } => record(draft, reply, request, Refusal::Indefinite, Then::Retry),
        _ => record(draft, reply, request, Refusal::Indefinite, Then::Nothing),
    }
}

/// Whether the step's policy wants another attempt after this refusal. A step that can only go forward always does.
fn is_worth_another(draft: &Draft<'_>, reply: &Reply) -> Result<bool, EvaluationError> {
    let (plan, Some(state)) = (draft.plan(), draft.open()) else {
        return Ok(false);
    };
    if past::only_goes_forward(plan, state, reply.step) {
        return Ok(true);
    }
    match &plan.step(reply.step).retry.when {
        Some(when) => holds(draft, when, reply.step, Some(&reply.payload)),
        None => Ok(false),
    }
}

/// What follows a failure of its own accord.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Retry,
    Nothing,
}

impl Then {
    fn left(draft: &Draft<'_>, step: StepIndex, purpose: Purpose, request: &Request) -> Self {
        match budget::next_pause(draft, step, purpose, request) {
            Some(_) => Self::Retry,
            None => Self::Nothing,
        }
    }
}

fn record(draft: &mut Draft<'_>, reply: &Reply, request: &Request, refusal: Refusal, then: Then) {
    draft.push(Event::Failed {
        step: reply.step,
        purpose: reply.purpose,
        round: request.round,
        definite: refusal == Refusal::Definite,
        retried: then == Then::Retry,
        payload: reply.payload.clone(),
    });
}

fn reject(draft: &mut Draft<'_>, reply: &Reply, code: RejectionCode) {
    draft.reject(code, Some((reply.step, reply.purpose)));
}

#[cfg(test)]
mod tests {
    use crate::{Direction, Purpose, testing::*};

    #[test]
    fn a_refusal_turns_back_what_is_done_and_awaits_what_is_pending() {
        let mut story = Story::of(order()).given([start(), done(PAYMENT, 1)]);
        assert_eq!(
            story.when(&refused(STOCK, 1)),
            [
                "failed stock 1",
                "turned back: STEP_FAILED",
                "requested undo-payment 1/1"
            ]
        );
        let Direction::Backward(reason) = &story.state().direction else {
            panic!("it goes back")
        };
        assert_eq!(
            reason.text.as_ref(),
            "step 'stock' was refused: the account is empty (NO_FUNDS)"
        );
    }

    #[test]
    fn a_refusal_worth_a_retry_is_asked_again_in_a_new_round() {
        let mut story = Story::of(order()).given([start()]);
        assert_eq!(
            story.when(&refused_with(PAYMENT, 1, "code=BANK_UNAVAILABLE")),
            ["failed payment 1, to be retried", "retry of payment in 2"]
        );
        assert_eq!(story.when(&retry(PAYMENT, 1)), ["requested payment 2/2"]);
        assert_eq!(
            story.when(&refused_with(PAYMENT, 2, "code=BANK_UNAVAILABLE")),
            ["failed payment 2", "suspended on payment: ATTEMPTS_EXHAUSTED"]
        );
        assert_eq!(story.request(PAYMENT, Purpose::Forward), "failed 2/2");
    }

    #[test]
    fn a_step_without_attempts_turns_back_when_its_definition_says_so() {
        let plan = plan([step("payment").retried_on("BUSY").compensate_when_exhausted()]);
        let mut story = Story::of(plan).given([start()]);
        assert_eq!(
            story.when(&refused_with(PAYMENT, 1, "code=BUSY")),
            [
                "failed payment 1",
                "turned back: ATTEMPTS_EXHAUSTED",
                "compensated: ATTEMPTS_EXHAUSTED"
            ]
        );
    }

    #[test]
    fn a_step_after_the_pivot_is_retried_and_then_waits() {
        let plan = plan([
            step("shipment").pivot(),
            step("capture").after(&[0]).attempts(2).compensate_when_exhausted(),
        ]);
        let mut story = Story::of(plan).given([start(), done(PAYMENT, 1)]);
        assert_eq!(
            story.when(&refused(STOCK, 1)),
            ["failed capture 1, to be retried", "retry of capture in 2"]
        );
        story.when(&retry(STOCK, 1));
        assert_eq!(
            story.when(&refused(STOCK, 2)),
            ["failed capture 2", "suspended on capture: ATTEMPTS_EXHAUSTED"]
        );
    }

    #[test]
    fn a_step_beside_the_pivot_cannot_turn_the_saga_back_while_the_pivot_may_have_been_done() {
        let plan = plan([step("payment").compensated(), step("shipment").pivot()]);
        let mut story = Story::of(plan).given([start()]);
        assert_eq!(
            story.when(&refused(PAYMENT, 1)),
            ["failed payment 1", "suspended on payment: ATTEMPTS_EXHAUSTED"]
        );
        assert_eq!(
            story.when(&refused(STOCK, 1)),
            [
                "failed shipment 1",
                "turned back: STEP_FAILED",
                "compensated: STEP_FAILED"
            ]
        );
    }

    #[test]
    fn a_policy_without_a_value_suspends_the_saga() {
        let mut story = Story::of(plan([step("payment").retried_when(Broken)])).given([start()]);
        assert_eq!(
            story.when(&refused(PAYMENT, 1)),
            ["failed payment 1", "suspended on payment: EXPRESSION_FAILED"]
        );
        let mut story = Story::of(plan([step("payment").retried_when(Field("reply.code"))])).given([start()]);
        assert_eq!(
            story.when(&refused(PAYMENT, 1)),
            ["failed payment 1", "suspended on payment: EXPRESSION_FAILED"]
        );
    }

    #[test]
    fn a_refusal_without_headers_is_definite_only_when_no_attempt_is_unanswered() {
        let mut story = Story::of(order()).given([start(), timed_out(PAYMENT, 1)]);
        assert_eq!(
            story.when(&refused_plainly(PAYMENT)),
            ["failed payment 1, not surely, to be retried"]
        );
        assert_eq!(story.request(PAYMENT, Purpose::Forward), "paused 1/1, unanswered");
        story.when(&retry(PAYMENT, 1));
        assert_eq!(
            story.when(&refused_plainly(PAYMENT)),
            ["failed payment 1, not surely", "suspended on payment: OUTCOME_UNKNOWN"]
        );
        assert_eq!(story.when(&refused_plainly(PAYMENT)), ["failed payment 1, not surely"]);
        assert_eq!(
            story.when(&refused_plainly(STOCK)),
            [
                "failed stock 1",
                "turned back: STEP_FAILED",
                "requested undo-payment 1/1"
            ]
        );
    }

    #[test]
    fn a_definite_refusal_settles_a_step_whose_outcome_was_unknown() {
        let mut story =
            Story::of(order()).given([start(), timed_out(PAYMENT, 1), retry(PAYMENT, 1), timed_out(PAYMENT, 2)]);
        assert_eq!(
            story.when(&refused_with(PAYMENT, 1, "code=BANK_UNAVAILABLE")),
            ["failed payment 1", "suspended on payment: ATTEMPTS_EXHAUSTED"]
        );
        let mut story =
            Story::of(order()).given([start(), timed_out(PAYMENT, 1), retry(PAYMENT, 1), timed_out(PAYMENT, 2)]);
        assert_eq!(
            story.when(&refused(PAYMENT, 1)),
            ["failed payment 1", "turned back: STEP_FAILED"]
        );
    }

    #[test]
    fn going_back_a_refused_step_needs_no_compensation_and_an_unclear_one_does() {
        let steps = || plan([step("payment").compensated().attempts(2), step("stock")]);
        let mut story = Story::of(steps()).given([start(), refused(STOCK, 1)]);
        assert_eq!(
            story.when(&refused(PAYMENT, 1)),
            ["failed payment 1", "compensated: STEP_FAILED"]
        );

        let mut story =
            Story::of(steps()).given([start(), timed_out(PAYMENT, 1), retry(PAYMENT, 1), refused(STOCK, 1)]);
        assert_eq!(
            story.when(&refused_plainly(PAYMENT)),
            ["failed payment 1, not surely", "requested undo-payment 1/1"]
        );
        assert_eq!(story.when(&refused(PAYMENT, 1)), ["failed payment 1"]);
        assert_eq!(
            story.when(&undone(PAYMENT, 1)),
            ["succeeded undo-payment 1", "compensated: STEP_FAILED"]
        );
    }

    #[test]
    fn a_refused_compensation_is_asked_again_in_a_new_round_and_then_waits() {
        let mut story = Story::of(order()).given([start(), done(PAYMENT, 1), refused(STOCK, 1)]);
        assert_eq!(
            story.when(&undo_refused(PAYMENT, 1)),
            ["failed undo-payment 1, to be retried", "retry of undo-payment in 2"]
        );
        assert_eq!(story.when(&undo_retry(PAYMENT, 1)), ["requested undo-payment 2/2"]);
        assert_eq!(
            story.when(&undo_refused(PAYMENT, 2)),
            ["failed undo-payment 2", "suspended on undo-payment: ATTEMPTS_EXHAUSTED"]
        );
        assert_eq!(story.when(&resume(None)), ["resumed", "requested undo-payment 3/3"]);
        assert_eq!(
            story.when(&undone(PAYMENT, 3)),
            ["succeeded undo-payment 3", "compensated: STEP_FAILED"]
        );
    }
}
