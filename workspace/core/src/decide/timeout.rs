//! The wait for a reply ends.

use crate::{Attempt, Event, Purpose, RequestStatus, StepIndex};

use super::{Draft, failure};

/// Ends the wait of `attempt`, when it is the one that is awaited.
pub(super) fn timeout(draft: &mut Draft<'_>, step: StepIndex, purpose: Purpose, attempt: Attempt) {
    let Some(request) = draft.request_of(step, purpose) else {
        return;
    };
    if request.attempt == attempt && matches!(request.status, RequestStatus::Pending { .. }) {
        draft.push(Event::TimedOut { step, purpose, round: request.round, attempt });
        failure::unanswered(draft, step, purpose, &request);
    }
}
