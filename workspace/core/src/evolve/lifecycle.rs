//! Beginnings and ends: a saga starts, closes, opens again, or is cancelled before it starts.

use std::sync::Arc;

use crate::{
    ClosedSaga, Direction, Milestone, Outcome, Payload, Plan, RequestStatus, Saga, SagaId, SagaState, Sequence,
    StepState, Timestamp,
};

use super::migration;

/// What a start event says.
pub(super) struct Start<'a> {
    pub(super) payload: &'a Payload,
    pub(super) correlation: &'a Arc<str>,
    pub(super) traceparent: Option<&'a Arc<str>>,
    pub(super) deadline_at: Option<Timestamp>,
}

/// Opens a saga that is unknown, or that was only cancelled.
pub(super) fn started(plan: &Plan, id: &SagaId, saga: Option<Saga>, start: &Start<'_>, at: Timestamp) -> Option<Saga> {
    let sequence = match saga {
        None => Sequence::default(),
        Some(Saga::CancelledEarly { sequence, .. }) => sequence,
        Some(known) => return Some(counted(known)),
    };
    Some(Saga::Open(Box::new(SagaState {
        id: id.clone(),
        version: plan.version,
        sequence: sequence.next(),
        started_at: at,
        changed_at: at,
        deadline_at: start.deadline_at,
        correlation: Arc::clone(start.correlation),
        traceparent: start.traceparent.cloned(),
        start: start.payload.clone(),
        parent: None,
        direction: Direction::Forward,
        suspended: None,
        steps: vec![StepState::default(); plan.steps.len()],
        expansions: Vec::new(),
        moved: None,
    })))
}

/// Keeps a wish to cancel for a saga that has not started.
pub(super) fn cancellation_kept(saga: Option<Saga>, at: Timestamp) -> Option<Saga> {
    Some(match saga {
        None => Saga::CancelledEarly {
            at,
            sequence: Sequence::default().next(),
        },
        Some(known) => counted(known),
    })
}

/// Closes a saga whose steps are all settled. Only its parent can open it again, so that of one without a parent only
/// what a refused wish to cancel has to tell is remembered; and all of it when a step was given up that may have been
/// done, to tell its late success.
pub(super) fn completed(plan: &Plan, saga: Option<Saga>, at: Timestamp) -> Option<Saga> {
    let tells_refused_wishes = plan
        .emits
        .iter()
        .any(|emission| emission.on.contains(&Milestone::CancelRefused));
    close(saga, at, Outcome::Completed, |mut state| {
        let may_be_late = |step: &StepState| step.forward.given_up && step.forward.status == RequestStatus::Unknown;
        if state.parent.is_some() || state.steps.iter().any(may_be_late) {
            return Some(state);
        }
        tells_refused_wishes.then(|| {
            state.steps = Vec::new();
            state.expansions = Vec::new();
            state
        })
    })
}

/// Closes a saga that was taken back; it is remembered whole, because a late success opens it again.
pub(super) fn compensated(saga: Option<Saga>, at: Timestamp) -> Option<Saga> {
    close(saga, at, Outcome::Compensated, Some)
}

/// Opens a compensated saga again, or a completed one that its parent takes back.
pub(super) fn reopened(saga: Option<Saga>, at: Timestamp) -> Option<Saga> {
    Some(match counted(saga?) {
        Saga::Closed(ClosedSaga {
            outcome,
            memory: Some(mut state),
            sequence,
            ..
        }) if outcome == Outcome::Compensated || state.parent.is_some() => {
            state.sequence = sequence;
            state.changed_at = at;
            Saga::Open(state)
        }
        other => other,
    })
}

/// The saga with its sequence number raised by one.
pub(super) fn counted(mut saga: Saga) -> Saga {
    let sequence = match &mut saga {
        Saga::CancelledEarly { sequence, .. } => sequence,
        Saga::Open(state) => &mut state.sequence,
        Saga::Closed(closed) => &mut closed.sequence,
        Saga::Lock(lock) => &mut lock.sequence,
    };
    *sequence = sequence.next();
    saga
}

fn close(
    saga: Option<Saga>,
    at: Timestamp,
    outcome: Outcome,
    memory: impl FnOnce(Box<SagaState>) -> Option<Box<SagaState>>,
) -> Option<Saga> {
    Some(match counted(saga?) {
        Saga::Open(mut state) => {
            state.changed_at = at;
            state.deadline_at = None;
            state.suspended = None;
            migration::went_on(&mut state);
            let (version, sequence) = (state.version, state.sequence);
            Saga::Closed(ClosedSaga {
                outcome,
                at,
                version,
                sequence,
                memory: memory(state),
            })
        }
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use crate::{Milestone, Outcome, Saga, Sequence, testing::*};

    #[test]
    fn a_compensated_saga_is_remembered_whole() {
        let story = Story::of(plan([step("payment")])).given([start(), refused(PAYMENT, 1)]);
        let Some(Saga::Closed(closed)) = story.saga else {
            panic!("it is closed")
        };
        assert_eq!((closed.outcome, closed.sequence), (Outcome::Compensated, Sequence(5)));
        assert_eq!(closed.memory.map(|state| state.steps.len()), Some(1));
    }

    #[test]
    fn of_a_completed_saga_only_what_a_refused_wish_tells_is_remembered() {
        let completed = |plan| Story::of(plan).given([start(), done(PAYMENT, 1)]).saga;
        let Some(Saga::Closed(closed)) = completed(plan([step("payment")])) else {
            panic!("it is closed")
        };
        assert_eq!((closed.outcome, closed.memory), (Outcome::Completed, None));
        let tells = plan([step("payment")]).emitting(&[Milestone::CancelRefused], Field("saga.key"));
        let Some(Saga::Closed(closed)) = completed(tells) else {
            panic!("it is closed")
        };
        assert_eq!(closed.memory.map(|state| state.steps.len()), Some(0));
    }

    #[test]
    fn a_start_goes_on_counting_after_a_kept_wish() {
        let story = Story::of(plan([])).given([cancel(), start()]);
        assert_eq!(story.saga.as_ref().map(Saga::sequence), Some(Sequence(5)));
    }
}
