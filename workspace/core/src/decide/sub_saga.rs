//! A saga that is a step of another one: what its parent asks, and how it answers.
//!
//! It answers by itself when it ends; see `effects`. What is answered here at once is a request that changes nothing.

use std::sync::Arc;

use crate::{
    Direction, Event, Outcome, Parent, ParentAnswer, Payload, Purpose, Reason, RejectionCode, Saga, SagaState, limits,
    reasons,
};

use super::{Draft, past, start};

/// The parent asks for the sub-saga. One that was asked for before is done once: it answers when it ends, or has ended.
pub(super) fn begin(
    draft: &mut Draft<'_>,
    parent: &Parent,
    payload: &Payload,
    correlation: &Arc<str>,
    traceparent: &Option<Arc<str>>,
) {
    if parent.depth > limits::SUB_SAGA_DEPTH_MAX {
        let reason = reasons::rejected(RejectionCode::NestedTooDeep);
        return refuse(draft, parent, Purpose::Forward, RejectionCode::NestedTooDeep, reason);
    }
    let (is_own, ended) = match draft.saga() {
        None | Some(Saga::CancelledEarly { .. }) => {
            return start::start(draft, payload, correlation, traceparent, Some(parent));
        }
        Some(Saga::Lock(_)) => (false, None),
        Some(Saga::Open(state)) => (is_of(state, parent), None),
        Some(Saga::Closed(closed)) => {
            let memory = closed.memory.as_deref();
            let why = memory.and_then(turned_back_for);
            (
                memory.is_some_and(|state| is_of(state, parent)),
                Some((closed.outcome, why)),
            )
        }
    };
    match ended {
        _ if !is_own => {
            let reason = reasons::key_taken(draft.id);
            refuse(draft, parent, Purpose::Forward, RejectionCode::DuplicateStart, reason);
        }
        None => draft.reject(RejectionCode::DuplicateStart, None),
        Some((Outcome::Completed, _)) => {
            draft.reject(RejectionCode::DuplicateStart, None);
            answer(draft, parent, Purpose::Forward, None);
        }
        Some((Outcome::Compensated, why)) => {
            let reason = why.unwrap_or_else(|| reasons::rejected(RejectionCode::SagaClosed));
            refuse(draft, parent, Purpose::Forward, RejectionCode::DuplicateStart, reason);
        }
    }
}

/// The parent takes the sub-saga back. One that is under way turns back, unless its pivot may have been done: then the
/// parent hears how it ends. One that was completed is opened again and goes back.
pub(super) fn take_back(draft: &mut Draft<'_>, parent: &Parent) {
    // It was refused, see `begin`, and the refusal crosses this request.
    if parent.depth > limits::SUB_SAGA_DEPTH_MAX {
        return done_already(draft, parent);
    }
    match draft.saga() {
        // A saga with this key would have been cancelled before its start: nothing was done, and nothing will be.
        Some(Saga::CancelledEarly { .. } | Saga::Lock(_)) => done_already(draft, parent),
        None => {
            let reason = reasons::sub_saga_forgotten(draft.id);
            refuse(draft, parent, Purpose::Compensation, RejectionCode::UnknownSaga, reason);
        }
        Some(Saga::Open(state)) => match &state.parent {
            Some(known) if known.parent.is_of_same_step(parent) => {
                if known.taken_back.is_some_and(|round| round >= parent.round) {
                    return draft.reject(RejectionCode::AlreadyCancelled, None);
                }
                let may_turn_back = draft.goes_forward() && !past::is_past_pivot(draft.plan(), state);
                draft.push(Event::TakenBackByParent { round: parent.round });
                if may_turn_back {
                    draft.turn_back(reasons::taken_back(parent));
                }
            }
            // The key was taken, so that this parent's sub-saga never began.
            _ => done_already(draft, parent),
        },
        Some(Saga::Closed(closed)) => match (closed.outcome, closed.memory.as_deref()) {
            (_, Some(state)) if !is_of(state, parent) => done_already(draft, parent),
            (Outcome::Compensated, _) => done_already(draft, parent),
            (Outcome::Completed, Some(state)) if !past::is_past_pivot(draft.plan(), state) => {
                let reason = reasons::taken_back(parent);
                draft.push(Event::SagaReopened { reason: reason.clone() });
                draft.push(Event::TakenBackByParent { round: parent.round });
                draft.turn_back(reason);
            }
            (Outcome::Completed, Some(_)) => {
                let reason = reasons::sub_saga_past_pivot(draft.id);
                refuse(
                    draft,
                    parent,
                    Purpose::Compensation,
                    RejectionCode::CannotBeTakenBack,
                    reason,
                );
            }
            (Outcome::Completed, None) => done_already(draft, parent),
        },
    }
}

fn is_of(state: &SagaState, parent: &Parent) -> bool {
    state
        .parent
        .as_ref()
        .is_some_and(|known| known.parent.is_of_same_step(parent))
}

fn turned_back_for(state: &SagaState) -> Option<Reason> {
    match &state.direction {
        Direction::Forward => None,
        Direction::Backward(reason) => Some(reason.clone()),
    }
}

/// There is nothing of this parent to take back.
fn done_already(draft: &mut Draft<'_>, parent: &Parent) {
    draft.reject(RejectionCode::AlreadyCancelled, None);
    answer(draft, parent, Purpose::Compensation, None);
}

fn refuse(draft: &mut Draft<'_>, parent: &Parent, purpose: Purpose, code: RejectionCode, reason: Reason) {
    draft.reject(code, None);
    answer(draft, parent, purpose, Some(reason));
}

fn answer(draft: &mut Draft<'_>, parent: &Parent, purpose: Purpose, refusal: Option<Reason>) {
    draft.answer(ParentAnswer {
        request: parent.request(purpose, parent.round),
        refusal,
    });
}
