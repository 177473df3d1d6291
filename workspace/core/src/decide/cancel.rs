//! A wish to cancel. It is kept when it comes before the start and refused when the pivot may have been done.

use crate::{Event, Outcome, RejectionCode, Saga, SagaState, reasons};

use super::{Draft, past};

enum Answer {
    Keep,
    Accept,
    Refuse(RejectionCode),
}

pub(super) fn cancel(draft: &mut Draft<'_>) {
    let answer = match draft.saga() {
        None => Answer::Keep,
        Some(Saga::CancelledEarly { .. }) => Answer::Refuse(RejectionCode::AlreadyCancelled),
        Some(Saga::Lock(_)) => Answer::Refuse(RejectionCode::UnknownSaga),
        Some(Saga::Open(state)) => of_open(draft, state),
        Some(Saga::Closed(closed)) => Answer::Refuse(match closed.outcome {
            Outcome::Completed => RejectionCode::CancelAfterPivot,
            Outcome::Compensated => RejectionCode::SagaClosed,
        }),
    };
    match answer {
        Answer::Keep => draft.push(Event::CancellationKept),
        Answer::Refuse(code) => draft.reject(code, None),
        Answer::Accept => {
            draft.push(Event::CancellationAccepted);
            draft.turn_back(reasons::cancelled());
        }
    }
}

fn of_open(draft: &Draft<'_>, state: &SagaState) -> Answer {
    if !draft.goes_forward() {
        Answer::Refuse(RejectionCode::AlreadyCancelled)
    } else if past::is_past_pivot(draft.plan(), state) {
        Answer::Refuse(RejectionCode::CancelAfterPivot)
    } else if past::is_window_closed(draft.plan(), state) {
        Answer::Refuse(RejectionCode::CancelWindowClosed)
    } else {
        Answer::Accept
    }
}

#[cfg(test)]
mod tests {
    use crate::{Milestone, testing::*};

    #[test]
    fn a_wish_before_the_start_is_kept_once() {
        let mut story = Story::of(order());
        assert_eq!(story.when(&cancel()), ["cancellation kept"]);
        assert_eq!(story.when(&cancel()), ["rejected: ALREADY_CANCELLED"]);
    }

    #[test]
    fn a_wish_before_the_pivot_takes_back_what_was_done() {
        let mut story = Story::of(order()).given([start(), done(PAYMENT, 1)]);
        assert_eq!(
            story.when(&cancel()),
            [
                "cancellation accepted",
                "turned back: CANCELLED",
                "requested undo-payment 1/1"
            ]
        );
        assert_eq!(story.when(&cancel()), ["rejected: ALREADY_CANCELLED"]);
    }

    #[test]
    fn a_suspended_saga_can_be_cancelled() {
        let mut story = Story::of(plan([step("payment").compensated()])).given([start(), timed_out(PAYMENT, 1)]);
        assert_eq!(
            story.when(&cancel()),
            [
                "cancellation accepted",
                "turned back: CANCELLED",
                "requested undo-payment 1/1"
            ]
        );
        assert_eq!(story.state().suspended, None);
    }

    #[test]
    fn a_wish_is_refused_and_told_once_the_pivot_may_have_been_done() {
        let plan = plan([step("shipment").pivot(), step("capture").after(&[0])])
            .emitting(&[Milestone::CancelRefused], Field("start.order_id"));
        let mut story = Story::of(plan).given([start()]);
        for answer in [done(PAYMENT, 1), done(STOCK, 1), start()] {
            assert_eq!(story.when(&cancel()), ["rejected: CANCEL_AFTER_PIVOT"]);
            assert_eq!(story.sent(), ["emit o-1"]);
            story.when(&answer);
        }
    }

    #[test]
    fn a_pivot_that_was_definitely_refused_can_still_be_cancelled() {
        let plan = plan([step("shipment").pivot().attempts(3).retried_on("BUSY")]);
        let mut story = Story::of(plan).given([start(), refused_with(PAYMENT, 1, "code=BUSY")]);
        assert_eq!(
            story.when(&cancel()),
            [
                "cancellation accepted",
                "turned back: CANCELLED",
                "compensated: CANCELLED"
            ]
        );
        assert_eq!(story.when(&cancel()), ["rejected: SAGA_CLOSED"]);
    }

    #[test]
    fn a_pivot_that_waits_for_another_try_of_an_unknown_outcome_cannot_be_cancelled() {
        let plan = plan([step("shipment").pivot().attempts(3)]);
        let mut story = Story::of(plan).given([start(), timed_out(PAYMENT, 1)]);
        assert_eq!(story.when(&cancel()), ["rejected: CANCEL_AFTER_PIVOT"]);
    }

    #[test]
    fn a_wish_is_refused_and_told_once_the_window_is_closed() {
        let plan = plan([
            step("payment").compensated(),
            step("stock").after(&[0]),
            step("packing").after(&[1]),
        ])
        .cancellable_until(STOCK)
        .emitting(&[Milestone::CancelRefused], Field("start.order_id"));
        let mut story = Story::of(plan).given([start(), done(PAYMENT, 1)]);
        assert_eq!(story.when(&cancel()), ["rejected: CANCEL_WINDOW_CLOSED"]);
        assert_eq!(story.sent(), ["emit o-1"]);
        story.when(&done(STOCK, 1));
        assert_eq!(story.when(&cancel()), ["rejected: CANCEL_WINDOW_CLOSED"]);
    }

    #[test]
    fn a_wish_before_the_window_closes_is_accepted() {
        let plan = plan([step("payment"), step("stock").after(&[0])]).cancellable_until(STOCK);
        let mut story = Story::of(plan).given([start()]);
        assert_eq!(story.when(&cancel())[0], "cancellation accepted");
    }
}
