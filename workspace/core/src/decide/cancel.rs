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
    } else {
        Answer::Accept
    }
}
