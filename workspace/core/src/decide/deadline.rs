//! The deadline of a saga passes.

use crate::{Event, reasons};

use super::{Draft, past};

/// Turns back, or, when the pivot may have been done, waits for a person or any success. A saga that goes back or has
/// ended has no deadline.
pub(super) fn deadline(draft: &mut Draft<'_>) {
    let Some(state) = draft.open() else { return };
    if state.deadline_at.is_none() || !draft.goes_forward() {
        return;
    }
    let (past, waits) = (past::is_past_pivot(draft.plan(), state), state.suspended.is_some());
    draft.push(Event::DeadlinePassed);
    if !past {
        draft.turn_back(reasons::deadline_passed());
    } else if !waits {
        draft.push(Event::SagaSuspended { step: None, reason: reasons::deadline_passed() });
    }
}
