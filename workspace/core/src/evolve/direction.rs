//! Turning back, and the deadline.

use crate::{Action, Direction, Plan, Reason, Request, RequestStatus, SagaState};

/// No step is tried again. A command that is pending is awaited: its reply or time-out says whether to compensate it. A
/// wait and a question are called off. A sub-saga that is under way is not awaited: it will be taken back.
pub(super) fn compensation_started(plan: &Plan, state: &mut SagaState, reason: &Reason) {
    state.direction = Direction::Backward(reason.clone());
    state.suspended = None;
    state.deadline_at = None;
    for step in &mut state.steps {
        end_pause(&mut step.forward);
    }
    for (step, plan) in state.steps.iter_mut().zip(&plan.steps) {
        let asks_nobody = matches!(plan.action, Action::Wait(_) | Action::Decision(_));
        if asks_nobody && matches!(step.forward.status, RequestStatus::Pending { .. }) {
            step.forward.status = RequestStatus::PassedOver;
        }
    }
    for step in state.steps.iter_mut().filter(|step| step.sub_saga.is_some()) {
        if matches!(step.forward.status, RequestStatus::Pending { .. }) {
            step.forward.status = RequestStatus::Unknown;
            step.forward.unanswered = true;
        }
    }
}

pub(super) fn deadline_passed(state: &mut SagaState) {
    state.deadline_at = None;
}

/// A request that waited for its next attempt gets no more: its outcome is unknown when an attempt of its round has no
/// answer, and a definite failure otherwise.
pub(super) fn end_pause(request: &mut Request) {
    if matches!(request.status, RequestStatus::Paused { .. }) {
        request.status = if request.unanswered {
            RequestStatus::Unknown
        } else {
            RequestStatus::Failed
        };
    }
}

#[cfg(test)]
mod tests {
    use crate::{Purpose, testing::*};

    #[test]
    fn turning_back_ends_pauses_and_the_deadline_and_leaves_what_is_pending() {
        let steps = [
            step("unknown").compensated().attempts(2),
            step("refused").attempts(2).retried_on("BUSY"),
            step("pending"),
        ];
        let story = Story::of(plan(steps).with_deadline()).given([
            start(),
            timed_out(PAYMENT, 1),
            refused_with(STOCK, 1, "code=BUSY"),
            cancel(),
        ]);
        assert_eq!(story.request(PAYMENT, Purpose::Forward), "unknown 1/1, unanswered");
        assert_eq!(story.request(STOCK, Purpose::Forward), "failed 2/1");
        assert_eq!(story.request(PACKING, Purpose::Forward), "pending 1/1");
        assert_eq!(story.state().deadline_at, None);
    }
}
