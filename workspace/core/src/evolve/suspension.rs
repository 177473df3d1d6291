//! Waiting for somebody, and going on.

use crate::{Purpose, Reason, RequestStatus, SagaState, StepIndex, Suspension, Timestamp};

use super::direction::end_pause;

/// A pause of the step that the saga waits for ends: nothing is sent before somebody resumes it.
pub(super) fn suspended(state: &mut SagaState, step: Option<(StepIndex, Purpose)>, reason: &Reason, at: Timestamp) {
    state.suspended = Some(Suspension {
        step,
        reason: reason.clone(),
        at,
    });
    if let Some((step, purpose)) = step
        && let Some(step) = state.get_mut(step)
    {
        end_pause(step.request_mut(purpose));
    }
}

/// The step that the saga waited for has a fresh budget of attempts, and a fresh deadline.
pub(super) fn resumed(state: &mut SagaState) {
    let Some(Suspension {
        step: Some((step, purpose)),
        ..
    }) = state.suspended.take()
    else {
        return;
    };
    if let Some(step) = state.get_mut(step) {
        let request = step.request_mut(purpose);
        if matches!(request.status, RequestStatus::Failed | RequestStatus::Unknown) {
            request.attempts_forgiven = request.attempt.0;
            request.deadline_at = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::*;

    #[test]
    fn a_resumption_forgives_the_attempts_of_the_step_that_was_waited_for() {
        let mut story = Story::of(plan([step("payment"), step("stock")])).given([start(), timed_out(PAYMENT, 1)]);
        story.when(&resume(None));
        assert_eq!(story.state().step(PAYMENT).forward.attempts_forgiven, 1);
        assert_eq!(story.state().step(STOCK).forward.attempts_forgiven, 0);
    }

    #[test]
    fn a_late_success_forgives_nothing() {
        let story =
            Story::of(plan([step("payment"), step("stock")])).given([start(), timed_out(PAYMENT, 1), done(PAYMENT, 1)]);
        assert_eq!(story.state().suspended, None);
        assert_eq!(story.state().step(PAYMENT).forward.attempts_forgiven, 0);
    }
}
