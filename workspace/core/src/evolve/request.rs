//! Commands, replies and time-outs of one step and purpose.
//!
//! `TimedOut` and an indefinite failure leave the request `Unknown`, a definite failure leaves it `Failed`; a
//! `RetryScheduled` right after them makes that a pause. So no event has to know what follows it.

use crate::{Attempt, Payload, Plan, Purpose, Request, RequestStatus, Round, SagaState, StepIndex, Timestamp};

use super::direction::end_pause;

type Asked = (StepIndex, Purpose);

/// What a command says of its request.
pub(super) struct Command {
    pub(super) round: Round,
    pub(super) attempt: Attempt,
    pub(super) due: Timestamp,
}

/// The first command, and the first one after a resumption, says when all attempts end.
pub(super) fn requested(plan: &Plan, state: &mut SagaState, asked: Asked, command: &Command, at: Timestamp) {
    let (step, purpose) = asked;
    change(state, asked, |request| {
        enter(request, command.round);
        request.attempt = command.attempt;
        request.status = RequestStatus::Pending { due: command.due };
        request.requested_at.get_or_insert(at);
        request.answered_at = None;
        if request.deadline_at.is_none() && plan.has_step(step) {
            request.deadline_at = plan.step(step).deadline_for(purpose).map(|deadline| at.plus(deadline));
        }
    });
}

/// The step gets no further attempt, or the way back does not go by it.
pub(super) fn given_up(state: &mut SagaState, asked: Asked) {
    change(state, asked, |request| {
        end_pause(request);
        request.given_up = true;
    });
}

/// A success settles the outcome. A step that turns out to be done after it was compensated owes another compensation,
/// which has attempts and time of its own: those of the first went to what was answered.
pub(super) fn succeeded(state: &mut SagaState, asked: Asked, payload: &Payload, at: Timestamp) {
    change(state, asked, |request| answer(request, RequestStatus::Succeeded, at));
    let (step, purpose) = asked;
    let Some(step) = state.get_mut(step) else {
        return;
    };
    if purpose == Purpose::Forward {
        step.reply = Some(payload.clone());
        let compensation = &mut step.compensation;
        if compensation.status == RequestStatus::Succeeded {
            compensation.status = RequestStatus::NotRequested;
            compensation.attempts_forgiven = compensation.attempt.0;
            compensation.deadline_at = None;
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
    request.given_up &= status != RequestStatus::Succeeded;
    request.status = status;
    request.unanswered = false;
    request.answered_at = Some(at);
}

fn change(state: &mut SagaState, (step, purpose): Asked, change: impl FnOnce(&mut Request)) {
    if let Some(step) = state.get_mut(step) {
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
