//! The pause before the next attempt ends.

use crate::{Attempt, Purpose, RequestStatus, StepIndex};

use super::Draft;

/// Sends the next command, when the pause after `attempt` is the one that lasts. A saga that is suspended for another
/// reason sends it as well: what was begun goes on, only new steps are not.
pub(super) fn retry(draft: &mut Draft<'_>, step: StepIndex, purpose: Purpose, attempt: Attempt) {
    let Some(request) = draft.request_of(step, purpose) else {
        return;
    };
    if request.attempt == attempt && matches!(request.status, RequestStatus::Paused { .. }) {
        draft.request(step, purpose, request.round);
    }
}
