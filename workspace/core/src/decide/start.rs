//! The start event of a definition.

use std::sync::Arc;

use crate::{Event, Parent, Payload, RejectionCode, Saga, reasons};

use super::{Draft, advance::advance};

/// Starts a saga and requests its first steps. One that was cancelled before its start is told as a whole, with nothing
/// in it: it starts, turns back and ends.
pub(super) fn start(
    draft: &mut Draft<'_>,
    payload: &Payload,
    correlation: &Arc<str>,
    traceparent: &Option<Arc<str>>,
    parent: Option<&Parent>,
) {
    let cancelled = match draft.saga() {
        None => false,
        Some(Saga::CancelledEarly { .. }) => true,
        Some(Saga::Open(_) | Saga::Closed(_) | Saga::Lock(_)) => {
            return draft.reject(RejectionCode::DuplicateStart, None);
        }
    };
    draft.push(Event::SagaStarted {
        payload: payload.clone(),
        correlation: Arc::clone(correlation),
        traceparent: traceparent.clone(),
        deadline_at: draft.plan().deadline.map(|deadline| draft.context.now.plus(deadline)),
    });
    if let Some(parent) = parent {
        draft.push(Event::ParentNamed { parent: parent.clone() });
    }
    if cancelled {
        draft.push(Event::CancellationAccepted);
        draft.turn_back(reasons::cancelled());
    } else {
        advance(draft);
    }
}

#[cfg(test)]
mod tests {
    use crate::{Timestamp, testing::*};

    #[test]
    fn a_start_requests_every_step_that_waits_for_no_other() {
        let mut story = Story::of(order().with_deadline());
        assert_eq!(
            story.when(&start()),
            ["started", "requested payment 1/1", "requested stock 1/1"]
        );
        assert_eq!(story.sent(), ["do payment", "do stock"]);
        assert_eq!(story.state().deadline_at, Some(Timestamp(3_601_000)));
    }

    #[test]
    fn a_second_start_is_rejected_while_the_saga_runs_and_after_it_ended() {
        let mut story = Story::of(plan([step("payment")])).given([start()]);
        assert_eq!(story.when(&start()), ["rejected: DUPLICATE_START"]);
        story.when(&done(PAYMENT, 1));
        assert_eq!(story.when(&start()), ["rejected: DUPLICATE_START"]);
        assert!(story.sent().is_empty());
    }

    #[test]
    fn a_saga_that_was_cancelled_before_its_start_does_nothing() {
        let mut story = Story::of(order()).given([cancel()]);
        assert_eq!(
            story.when(&start()),
            [
                "started",
                "cancellation accepted",
                "turned back: CANCELLED",
                "compensated: CANCELLED"
            ]
        );
        assert_eq!(story.sent(), ["outcome Compensated"]);
    }

    #[test]
    fn a_plan_without_steps_is_completed_by_its_start() {
        let mut story = Story::of(plan([]));
        assert_eq!(story.when(&start()), ["started", "completed"]);
    }
}
