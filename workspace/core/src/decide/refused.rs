//! What the saga wanted to send was refused, or its handling broke an invariant.

use crate::{Event, Reason};

use super::Draft;

/// Lets an open saga wait for a person. One that waits already goes on waiting for what it waits for.
pub(super) fn refused(draft: &mut Draft<'_>, reason: &Reason) {
    if draft.open().is_some_and(|state| state.suspended.is_none()) {
        draft.push(Event::SagaSuspended {
            step: None,
            reason: reason.clone(),
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::{Input, Reason, ReasonCode, testing::*};

    fn refusal() -> Input {
        Input::OutputRefused {
            reason: Reason::new(ReasonCode::OutputRefused, "the topic is missing"),
        }
    }

    #[test]
    fn an_open_saga_waits_for_a_person() {
        let mut story = Story::of(order()).given([start()]);
        assert_eq!(story.when(&refusal()), ["suspended: OUTPUT_REFUSED"]);
        assert!(story.when(&refusal()).is_empty());
        assert_eq!(story.when(&done(PAYMENT, 1)), ["succeeded payment 1"]);
        assert_eq!(story.when(&done(STOCK, 1)), ["succeeded stock 1"]);
        assert_eq!(story.when(&resume(None)), ["resumed", "requested packing 1/1"]);
    }

    #[test]
    fn nothing_else_can_wait() {
        assert!(Story::of(order()).when(&refusal()).is_empty());
        assert!(Story::of(order()).given([cancel()]).when(&refusal()).is_empty());
    }
}
