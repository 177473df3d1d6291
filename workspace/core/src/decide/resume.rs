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
    if named.is_some() && named != waiting {
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
        | RequestStatus::Succeeded => {}
    }
}
