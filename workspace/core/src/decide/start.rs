//! The start event of a definition.

use std::sync::Arc;

use crate::{Event, Payload, RejectionCode, Saga, reasons};

use super::{Draft, advance::advance};

/// Starts a saga and requests its first steps. One that was cancelled before its start is told as a whole, with nothing
/// in it: it starts, turns back and ends.
pub(super) fn start(draft: &mut Draft<'_>, payload: &Payload, correlation: &Arc<str>, traceparent: &Option<Arc<str>>) {
    let cancelled = match draft.saga() {
        None => false,
        Some(Saga::CancelledEarly { .. }) => true,
        Some(Saga::Open(_) | Saga::Closed(_)) => return draft.reject(RejectionCode::DuplicateStart, None),
    };
    draft.push(Event::SagaStarted {
        payload: payload.clone(),
        correlation: Arc::clone(correlation),
        traceparent: traceparent.clone(),
        deadline_at: draft.plan().deadline.map(|deadline| draft.context.now.plus(deadline)),
    });
    if cancelled {
        draft.push(Event::CancellationAccepted);
        draft.turn_back(reasons::cancelled());
    } else {
        advance(draft);
    }
}
