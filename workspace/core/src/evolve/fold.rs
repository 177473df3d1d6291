//! Which family an event belongs to.

use super::{direction, lifecycle, lock, migration, passage, request, sub_saga, suspension, wait};
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
            let command = request::Command {
                round: *round,
                attempt: *attempt,
                due: *due,
            };
            request::requested(plan, state, (*step, *purpose), &command, at)
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
        Event::PassedOver { step } => open(saga, at, |state| passage::passed_over(state, *step)),
        Event::Expanded { step, items } => open(saga, at, |state| passage::expanded(state, *step, *items, at)),
        Event::ItemsSucceeded { step } => open(saga, at, |state| passage::items_succeeded(state, *step, at)),
        Event::WaitStarted { step, until } | Event::DecisionAsked { step, due: until } => {
            open(saga, at, |state| wait::started(state, *step, *until, at))
        }
        Event::EventArrived { step, payload } => open(saga, at, |state| wait::event_arrived(state, *step, payload)),
        Event::WaitEnded { step, fails, payload } => open(saga, at, |state| {
            wait::ended(state, *step, *fails, payload.as_ref(), at)
        }),
        Event::DecisionMade { step, decision, fails } => {
            open(saga, at, |state| wait::decided(state, *step, decision, *fails, at))
        }
        Event::LockAsked {
            step,
            round,
            lock: key,
            due,
        } => open(saga, at, |state| lock::asked(state, *step, *round, key, *due, at)),
        Event::LockQueued { step, place } => open(saga, at, |state| lock::queued(state, *step, *place)),
        Event::LockGranted { step } => open(saga, at, |state| lock::granted(state, *step, at)),
        Event::LockMissed { step, fails, .. } => open(saga, at, |state| lock::missed(state, *step, *fails, at)),
        Event::LockReleased { step, .. } => open(saga, at, |state| lock::released(state, *step)),
        Event::SubSagaNamed { step, saga: id } => open(saga, at, |state| sub_saga::named(state, *step, id)),
        Event::ParentNamed { parent } => open(saga, at, |state| sub_saga::parent_named(state, parent)),
        Event::TakenBackByParent { round } => open(saga, at, |state| sub_saga::taken_back(state, *round)),
        Event::GivenUp { step, purpose, .. } => open(saga, at, |state| request::given_up(state, (*step, *purpose))),
        Event::CancellationAccepted => open(saga, at, |_| ()),
        Event::CompensationStarted { reason } => {
            open(saga, at, |state| direction::compensation_started(plan, state, reason))
        }
        Event::DeadlinePassed => open(saga, at, direction::deadline_passed),
        Event::SagaSuspended { step, reason } => {
            open(saga, at, |state| suspension::suspended(state, *step, reason, at))
        }
        Event::SagaResumed => open(saga, at, suspension::resumed),
        Event::SagaMigrated { migration: moved, .. } => open(saga, at, |state| migration::migrated(state, moved)),
        Event::MigrationUndone { .. } => migration::undone(saga, at),
    }
}

/// Counts the event and, when the saga is open, lets `change` fold it.
fn open(saga: Option<Saga>, at: Timestamp, change: impl FnOnce(&mut SagaState)) -> Option<Saga> {
    let mut saga = lifecycle::counted(saga?);
    if let Saga::Open(state) = &mut saga {
        state.changed_at = at;
        migration::went_on(state);
        change(state);
    }
    Some(saga)
}

#[cfg(test)]
mod tests {
    use crate::{
        Event, Reason, ReasonCode, RejectionCode, Saga, SagaId, Sequence, Timestamp, evolve, reasons, testing::*,
    };

    /// A journal with every kind of event that an open saga can have.
    fn eventful() -> Story {
        Story::of(order().with_deadline()).given([
            start(),
            timed_out(PAYMENT, 1),
            retry(PAYMENT, 1),
            timed_out(PAYMENT, 2),
            start(),
            resume(None),
            done(STOCK, 1),
            cancel(),
            undone(STOCK, 1),
            timed_out(PAYMENT, 3),
            undone(PAYMENT, 1),
            done(PAYMENT, 1),
            undone(PAYMENT, 2),
        ])
    }

    #[test]
    fn every_event_of_a_known_saga_is_counted() {
        let story = eventful();
        assert_eq!(
            story.saga.as_ref().map(Saga::sequence),
            Some(Sequence(story.journal.len() as u64))
        );
    }

    #[test]
    fn a_rejection_changes_only_the_count_and_leaves_an_unknown_saga_unknown() {
        let story = Story::of(order()).given([start()]);
        let code = RejectionCode::DuplicateStart;
        let rejected = Event::InputRejected {
            code,
            step: None,
            reason: reasons::rejected(code),
        };
        assert_eq!(evolve(&story.plan, &story.id, None, &rejected, Timestamp(9)), None);
        let mut expected = story.state().clone();
        expected.sequence = expected.sequence.next();
        let after = evolve(&story.plan, &story.id, story.saga, &rejected, Timestamp(9_000));
        assert_eq!(after, Some(Saga::Open(Box::new(expected))));
    }

    #[test]
    fn no_event_breaks_the_fold_in_any_state() {
        let story = eventful();
        let id = SagaId::new("order", "o-1");
        let mut states = vec![
            None,
            evolve(&story.plan, &id, None, &Event::CancellationKept, Timestamp(1)),
        ];
        let mut saga = None;
        for (event, at) in &story.journal {
            saga = evolve(&story.plan, &id, saga, event, *at);
            states.push(saga.clone());
        }
        let foreign = Event::SagaSuspended {
            step: Some((crate::StepIndex(99), crate::Purpose::Forward)),
            reason: Reason::new(ReasonCode::OutputRefused, "a step of another plan"),
        };
        for state in states {
            let before = state.as_ref().map(Saga::sequence);
            for event in story.journal.iter().map(|(event, _)| event).chain([&foreign]) {
                let after = evolve(&story.plan, &id, state.clone(), event, Timestamp(99));
                if let Some(before) = before {
                    assert_eq!(after.as_ref().map(Saga::sequence), Some(before.next()), "{event:?}");
                }
            }
        }
    }
}
