//! What a reply answers, before it is asked what it says. The cells are listed in `docs/reply-table.md`.

use std::cmp::Ordering;

use crate::{Outcome, Purpose, RejectionCode, Reply, Request, RequestStatus, Round, Saga, SagaState};

use super::Draft;

/// The request that a reply claims to answer.
pub(super) enum Answered {
    /// The saga is open.
    Open(Request),
    /// The saga was compensated; this is how the request ended.
    Compensated(Request),
    /// The saga was completed; how the request ended is known only when a step was given up that may have been done.
    Completed(Option<Request>),
    /// The saga has not started, or its plan has no such step.
    Nothing,
    /// The saga is not known.
    UnknownSaga,
}

/// Finds the request that `reply` claims to answer.
pub(super) fn answered(draft: &Draft<'_>, reply: &Reply) -> Answered {
    let plan = draft.plan();
    let is_asked = plan.has_step(reply.step) && plan.step(reply.step).command_for(reply.purpose).is_some();
    let step = |state: &SagaState| {
        let step = state.get(reply.step).filter(|_| is_asked);
        step.map(|step| *step.request(reply.purpose))
    };
    match draft.saga() {
        None => Answered::UnknownSaga,
        Some(Saga::CancelledEarly { .. } | Saga::Lock(_)) => Answered::Nothing,
        Some(Saga::Open(state)) => step(state).map_or(Answered::Nothing, Answered::Open),
        Some(Saga::Closed(closed)) => match &closed.memory {
            Some(state) if closed.outcome == Outcome::Compensated => {
                step(state).map_or(Answered::Nothing, Answered::Compensated)
            }
            memory => Answered::Completed(memory.as_deref().and_then(step)),
        },
    }
}

/// Where a reply's round stands to the current one. A reply without headers is taken as one to the current round.
enum Age {
    Older,
    Current,
    /// No command of this round was sent.
    Newer,
}

fn age(request: &Request, round: Option<Round>) -> Age {
    match round.unwrap_or(request.round).cmp(&request.round) {
        Ordering::Less => Age::Older,
        Ordering::Equal => Age::Current,
        Ordering::Greater => Age::Newer,
    }
}

/// Whether a success can be taken.
///
/// An older round of a step ended with a definite failure, so a success there contradicts it. An older round of a
/// compensation may have ended with a success, so another one there is merely old.
pub(super) fn check_success(request: &Request, purpose: Purpose, round: Option<Round>) -> Result<(), RejectionCode> {
    match (age(request, round), request.status) {
        (Age::Newer, _) => Err(RejectionCode::NeverRequested),
        (Age::Older, _) if purpose == Purpose::Forward => Err(RejectionCode::ContradictoryReply),
        (Age::Older, _) => Err(RejectionCode::StaleReply),
        (Age::Current, RequestStatus::NotRequested) if request.round == Round::default() => {
            Err(RejectionCode::NeverRequested)
        }
        (Age::Current, RequestStatus::PassedOver | RequestStatus::Expanded) => Err(RejectionCode::NeverRequested),
        (Age::Current, RequestStatus::NotRequested | RequestStatus::Succeeded) => Err(RejectionCode::DuplicateReply),
        (Age::Current, RequestStatus::Failed) => Err(RejectionCode::ContradictoryReply),
        (Age::Current, RequestStatus::Pending { .. } | RequestStatus::Paused { .. } | RequestStatus::Unknown) => Ok(()),
    }
}

/// What a failure that can be taken means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Nothing was done.
    Definite,
    /// Which attempt it answers is not known, and an earlier one has no answer: the outcome stays unknown.
    Indefinite,
}

/// Whether a failure can be taken, and what it means.
pub(super) fn check_failure(request: &Request, round: Option<Round>) -> Result<Refusal, RejectionCode> {
    match (age(request, round), request.status) {
        (Age::Newer, _) => Err(RejectionCode::NeverRequested),
        (Age::Older, _) => Err(RejectionCode::StaleReply),
        (Age::Current, RequestStatus::NotRequested) if request.round == Round::default() => {
            Err(RejectionCode::NeverRequested)
        }
        (Age::Current, RequestStatus::PassedOver | RequestStatus::Expanded) => Err(RejectionCode::NeverRequested),
        (Age::Current, RequestStatus::NotRequested) => Err(RejectionCode::StaleReply),
        (Age::Current, RequestStatus::Succeeded) => Err(RejectionCode::ContradictoryReply),
        (Age::Current, RequestStatus::Failed) => Err(RejectionCode::DuplicateReply),
        (Age::Current, RequestStatus::Paused { .. }) if !request.unanswered => Err(RejectionCode::DuplicateReply),
        (Age::Current, RequestStatus::Pending { .. } | RequestStatus::Paused { .. } | RequestStatus::Unknown) => {
            let definite = round.is_some() || !request.unanswered;
            Ok(if definite {
                Refusal::Definite
            } else {
                Refusal::Indefinite
            })
        }
    }
}
