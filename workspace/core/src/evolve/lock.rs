//! Locks that the saga asks for, holds, and lets go.

use crate::{LockKey, RequestStatus, Round, SagaState, StepIndex, StepLock, Timestamp};

pub(super) fn asked(
    state: &mut SagaState,
    step: StepIndex,
    round: Round,
    lock: &LockKey,
    due: Timestamp,
    at: Timestamp,
) {
    let Some(step) = state.get_mut(step) else { return };
    let request = &mut step.forward;
    request.round = round;
    request.attempt.0 = request.attempt.0.saturating_add(1);
    request.status = RequestStatus::Pending { due };
    request.requested_at.get_or_insert(at);
    request.answered_at = None;
    step.lock = Some(Box::new(StepLock {
        key: lock.clone(),
        place: None,
    }));
}

pub(super) fn queued(state: &mut SagaState, step: StepIndex, place: u16) {
    if let Some(lock) = state.get_mut(step).and_then(|step| step.lock.as_mut()) {
        lock.place = Some(place);
    }
}

pub(super) fn granted(state: &mut SagaState, step: StepIndex, at: Timestamp) {
    let Some(step) = state.get_mut(step) else { return };
    step.forward.status = RequestStatus::Succeeded;
    step.forward.answered_at = Some(at);
    if let Some(lock) = &mut step.lock {
        lock.place = None;
    }
}

pub(super) fn missed(state: &mut SagaState, step: StepIndex, fails: bool, at: Timestamp) {
    let Some(step) = state.get_mut(step) else { return };
    step.lock = None;
    step.forward.answered_at = Some(at);
    step.forward.status = if fails {
        RequestStatus::Failed
    } else {
        RequestStatus::Succeeded
    };
}

/// What was held was done; what was waited for is not done in this saga.
pub(super) fn released(state: &mut SagaState, step: StepIndex) {
    let Some(step) = state.get_mut(step) else { return };
    step.lock = None;
    if matches!(step.forward.status, RequestStatus::Pending { .. }) {
        step.forward.status = RequestStatus::PassedOver;
    }
}
