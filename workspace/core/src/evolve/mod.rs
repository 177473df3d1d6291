//! The fold: what each event does to the state of a saga. One file per family of events.
//!
//! `evolve` cannot fail and decides nothing: an event that does not fit the state (which `decide` never makes) changes
//! only the sequence number. Replay calls nothing else.

mod direction;
mod lifecycle;
mod request;
mod suspension;

use crate::{Event, Plan, Saga, SagaId, SagaState, Timestamp};

/// The state of the saga `id` after `event`, which happened at `at`; `None` while nothing is known of it.
///
/// Every event of a known saga raises its sequence number by one. A rejection changes nothing else, and leaves an
/// unknown saga unknown.
pub fn evolve(plan: &Plan, id: &SagaId, saga: Option<Saga>, event: &Event, at: Timestamp) -> Option<Saga> {
    match event {
        Event::SagaStarted {
            payload,
            correlation,
            traceparent,
            deadline_at,
        } => {
            let start = lifecycle::Start {
                payload,
                correlation,
                traceparent: traceparent.as_ref(),
                deadline_at: *deadline_at,
            };
            lifecycle::started(plan, id, saga, &start, at)
        }
        Event::CancellationKept => lifecycle::cancellation_kept(saga, at),
        Event::SagaCompleted => lifecycle::completed(plan, saga, at),
        Event::SagaCompensated { .. } => lifecycle::compensated(saga, at),
        Event::SagaReopened { .. } => lifecycle::reopened(saga, at),
        Event::InputRejected { .. } => saga.map(lifecycle::counted),
        Event::Requested {
            step,
            purpose,
            round,
            attempt,
            due,
        } => open(saga, at, |state| {
            request::requested(state, (*step, *purpose), *round, *attempt, *due, at)
        }),
        Event::Succeeded {
            step, purpose, payload, ..
        } => open(saga, at, |state| {
            request::succeeded(state, (*step, *purpose), payload, at)
        }),
        Event::Failed {
            step,
            purpose,
            definite: true,
            ..
        } => open(saga, at, |state| request::refused(state, (*step, *purpose), at)),
        Event::Failed {
            step,
            purpose,
            definite: false,
            ..
        }
        | Event::TimedOut { step, purpose, .. } => {
            open(saga, at, |state| request::unanswered(state, (*step, *purpose)))
        }
        Event::RetryScheduled {
            step,
            purpose,
            round,
            at: until,
        } => open(saga, at, |state| {
            request::retry_scheduled(state, (*step, *purpose), *round, *until)
        }),
        Event::CancellationAccepted => open(saga, at, |_| ()),
        Event::CompensationStarted { reason } => open(saga, at, |state| direction::compensation_started(state, reason)),
        Event::DeadlinePassed => open(saga, at, direction::deadline_passed),
        Event::SagaSuspended { step, reason } => {
            open(saga, at, |state| suspension::suspended(state, *step, reason, at))
        }
        Event::SagaResumed => open(saga, at, suspension::resumed),
    }
}

/// Counts the event and, when the saga is open, lets `change` fold it.
fn open(saga: Option<Saga>, at: Timestamp, change: impl FnOnce(&mut SagaState)) -> Option<Saga> {
    let mut saga = lifecycle::counted(saga?);
    if let Saga::Open(state) = &mut saga {
        state.changed_at = at;
        change(state);
    }
    Some(saga)
}
