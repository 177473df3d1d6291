//! Commands, replies and time-outs of one step and purpose.
//!
//! `TimedOut` and an indefinite failure leave the request `Unknown`, a definite failure leaves it `Failed`; a
//! `RetryScheduled` right after them makes that a pause. So no event has to know what follows it.

use crate::{Attempt, Payload, Purpose, Request, RequestStatus, Round, SagaState, StepIndex, Timestamp};

type Asked = (StepIndex, Purpose);

pub(super) fn requested(
    state: &mut SagaState,
    asked: Asked,
    round: Round,
    attempt: Attempt,
    due: Timestamp,
    at: Timestamp,
) {
    change(state, asked, |request| {
        enter(request, round);
        request.attempt = attempt;
        request.status = RequestStatus::Pending { due };
        request.requested_at.get_or_insert(at);
        request.answered_at = None;
    });
}

/// A success settles the outcome. A step that turns out to be done after it was compensated owes another compensation.
pub(super) fn succeeded(state: &mut SagaState, asked: Asked, payload: &Payload, at: Timestamp) {
    change(state, asked, |request| answer(request, RequestStatus::Succeeded, at));
    let (step, purpose) = asked;
    let Some(step) = state.steps.get_mut(step.at()) else {
        return;
    };
    if purpose == Purpose::Forward {
        step.reply = Some(payload.clone());
        if step.compensation.status == RequestStatus::Succeeded {
            step.compensation.status = RequestStatus::NotRequested;
        }
    }
}

pub(super) fn refused(state: &mut SagaState, asked: Asked, at: Timestamp) {
    change(state, asked, |request| answer(request, RequestStatus::Failed, at));
}

/// An attempt has no usable answer. A pause that is already there goes on.
pub(super) fn unanswered(state: &mut SagaState, asked: Asked) {
    change(state, asked, |request| {
        request.unanswered = true;
        if !matches!(request.status, RequestStatus::Paused { .. }) {
            request.status = RequestStatus::Unknown;
        }
    });
}

pub(super) fn retry_scheduled(state: &mut SagaState, asked: Asked, round: Round, until: Timestamp) {
    change(state, asked, |request| {
        enter(request, round);
        request.status = RequestStatus::Paused { until };
        request.answered_at = None;
    });
}

/// A new round begins with nothing unanswered.
fn enter(request: &mut Request, round: Round) {
    if round != request.round {
        request.round = round;
        request.unanswered = false;
    }
}

fn answer(request: &mut Request, status: RequestStatus, at: Timestamp) {
    request.status = status;
    request.unanswered = false;
    request.answered_at = Some(at);
}

fn change(state: &mut SagaState, (step, purpose): Asked, change: impl FnOnce(&mut Request)) {
    if let Some(step) = state.steps.get_mut(step.at()) {
        change(step.request_mut(purpose));
    }
}

#[cfg(test)]
mod tests {
    use crate::{Purpose, Timestamp, testing::*};

    #[test]
    fn a_request_keeps_when_it_was_first_sent_and_when_it_was_answered() {
        let story = Story::of(order()).given([start(), timed_out(PAYMENT, 1), retry(PAYMENT, 1), done(PAYMENT, 1)]);
        let request = story.state().step(PAYMENT).forward;
        assert_eq!(request.requested_at, Some(Timestamp(1_000)));
        assert_eq!(request.answered_at, Some(Timestamp(4_000)));
        assert!(!request.unanswered);
    }

    #[test]
    fn an_attempt_stays_unanswered_within_its_round_only() {
        let mut story = Story::of(order()).given([start(), timed_out(PAYMENT, 1)]);
        assert_eq!(story.request(PAYMENT, Purpose::Forward), "paused 1/1, unanswered");
        story.when(&refused_with(PAYMENT, 1, "code=BANK_UNAVAILABLE"));
        assert_eq!(story.request(PAYMENT, Purpose::Forward), "paused 2/1");
    }

    #[test]
    fn only_a_success_leaves_its_reply() {
        let mut story = Story::of(order()).given([start(), refused_with(PAYMENT, 1, "code=BANK_UNAVAILABLE")]);
        assert_eq!(story.state().step(PAYMENT).reply, None);
        story.when(&done_plainly(PAYMENT));
        assert!(story.state().step(PAYMENT).reply.is_some());
    }
}
