//! Waits and decisions. They are requests that no participant answers.

use crate::{Decision, Payload, RequestStatus, Round, SagaState, StepIndex, Timestamp};

pub(super) fn started(state: &mut SagaState, step: StepIndex, until: Timestamp, at: Timestamp) {
    let Some(step) = state.get_mut(step) else { return };
    let request = &mut step.forward;
    request.round = Round(request.round.0.max(1));
    request.attempt.0 = request.attempt.0.saturating_add(1);
    request.status = RequestStatus::Pending { due: until };
    request.requested_at.get_or_insert(at);
    request.answered_at = None;
}

pub(super) fn event_arrived(state: &mut SagaState, step: StepIndex, payload: &Payload) {
    if let Some(step) = state.get_mut(step) {
        step.reply = Some(payload.clone());
    }
}

pub(super) fn ended(state: &mut SagaState, step: StepIndex, fails: bool, payload: Option<&Payload>, at: Timestamp) {
    let Some(step) = state.get_mut(step) else { return };
    if let Some(payload) = payload {
        step.reply = Some(payload.clone());
    }
    step.forward.status = status(fails);
    step.forward.answered_at = Some(at);
}

pub(super) fn decided(state: &mut SagaState, step: StepIndex, decision: &Decision, fails: bool, at: Timestamp) {
    let Some(step) = state.get_mut(step) else { return };
    step.decision = Some(Box::new(decision.clone()));
    step.forward.status = status(fails);
    step.forward.answered_at = Some(at);
}

fn status(fails: bool) -> RequestStatus {
    if fails {
        RequestStatus::Failed
    } else {
        RequestStatus::Succeeded
    }
}
