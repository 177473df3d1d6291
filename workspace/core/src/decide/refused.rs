//! What the saga wanted to send was refused, or its handling broke an invariant.

use crate::{Event, Reason};

use super::Draft;

/// Lets an open saga wait for a person. One that waits already goes on waiting for what it waits for.
pub(super) fn refused(draft: &mut Draft<'_>, reason: &Reason) {
    if draft.open().is_some_and(|state| state.suspended.is_none()) {
        draft.push(Event::SagaSuspended { step: None, reason: reason.clone() });
    }
}
