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
        && let Some(step) = state.steps.get_mut(step.at())
    {
        end_pause(step.request_mut(purpose));
    }
}

/// The step that the saga waited for has a fresh budget of attempts.
pub(super) fn resumed(state: &mut SagaState) {
    let Some(Suspension {
        step: Some((step, purpose)),
        ..
    }) = state.suspended.take()
    else {
        return;
    };
    if let Some(step) = state.steps.get_mut(step.at()) {
        let request = step.request_mut(purpose);
        if matches!(request.status, RequestStatus::Failed | RequestStatus::Unknown) {
            request.attempts_forgiven = request.attempt.0;
        }
    }
}
