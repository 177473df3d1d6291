//! A participant refused what it was asked.
//!
//! A definite failure going forward is tried again in a new round when the step's `when` says that it is worth it;
//! otherwise the saga turns back, or, when the pivot may have been done, waits. A compensation is always worth another
//! attempt. A request that had been given up gets no further attempt of its own accord.

use crate::{
    EvaluationError, Event, Purpose, RejectionCode, Reply, Request, RequestStatus, Round, Scope, StepIndex, Value,
    reasons,
};

use super::{
    Draft,
    advance::advance,
    budget, failure, past,
    reply::{Answered, Refusal, answered, check_failure},
};

pub(super) fn failed(draft: &mut Draft<'_>, reply: &Reply) {
    match answered(draft, reply) {
        Answered::Open(request) => match check_failure(&request, reply.round) {
            Err(code) => reject(draft, reply, code),
            Ok(Refusal::Definite) => definite(draft, reply, &request),
            Ok(Refusal::Indefinite) => indefinite(draft, reply, &request),
        },
        Answered::Compensated(request) => {
            let code = check_failure(&request, reply.round).err().unwrap_or(RejectionCode::SagaClosed);
            reject(draft, reply, code);
        }
        Answered::Completed => reject(draft, reply, RejectionCode::SagaClosed),
        Answered::Nothing => reject(draft, reply, RejectionCode::NeverRequested),
        Answered::UnknownSaga => reject(draft, reply, RejectionCode::UnknownSaga),
    }
}

fn definite(draft: &mut Draft<'_>, reply: &Reply, request: &Request) {
    match (reply.purpose, draft.goes_forward()) {
        (Purpose::Forward, true) => definite_forward(draft, reply, request),
        (Purpose::Forward, false) => {
            record(draft, reply, request, Refusal::Definite, Then::Nothing);
            advance(draft);
        }
        (Purpose::Compensation, _) => definite_or_exhausted(draft, reply, request),
    }
}

fn definite_forward(draft: &mut Draft<'_>, reply: &Reply, request: &Request) {
    match is_worth_another(draft, reply) {
        Ok(true) => definite_or_exhausted(draft, reply, request),
        Ok(false) => {
            record(draft, reply, request, Refusal::Definite, Then::Nothing);
            let reason = reasons::step_failed(draft.context, reply.step, reply.purpose, &reply.payload);
            draft.turn_back(reason);
        }
        Err(error) => {
            record(draft, reply, request, Refusal::Definite, Then::Nothing);
            draft.suspend(reply.step, reply.purpose, reasons::expression_failed(&error));
        }
    }
}

/// Tries again in a new round, or has no attempt left.
fn definite_or_exhausted(draft: &mut Draft<'_>, reply: &Reply, request: &Request) {
    let (step, purpose) = (reply.step, reply.purpose);
    let then = match request.status {
        RequestStatus::Unknown => Then::Nothing,
        _ => Then::left(draft, step, purpose, request),
    };
    record(draft, reply, request, Refusal::Definite, then);
    if then == Then::Retry {
        failure::try_again(draft, step, purpose, request, Round(request.round.0.saturating_add(1)));
    } else {
        let reason = reasons::attempts_exhausted(draft.context, step, purpose, &reply.payload);
        failure::exhausted(draft, step, purpose, reason);
    }
}

/// The attempt ends as if nobody had answered. One that had ended before only notes the reply.
fn indefinite(draft: &mut Draft<'_>, reply: &Reply, request: &Request) {
    let (step, purpose) = (reply.step, reply.purpose);
    match request.status {
        RequestStatus::Pending { .. } => {
            let goes_on = purpose == Purpose::Compensation || draft.goes_forward();
            let then = if goes_on { Then::left(draft, step, purpose, request) } else { Then::Nothing };
            record(draft, reply, request, Refusal::Indefinite, then);
            failure::unanswered(draft, step, purpose, request);
        }
        RequestStatus::Paused { .. } => record(draft, reply, request, Refusal::Indefinite, Then::Retry),
        _ => record(draft, reply, request, Refusal::Indefinite, Then::Nothing),
    }
}

/// Whether the step's policy wants another attempt after this refusal. A step that can only go forward always does.
fn is_worth_another(draft: &Draft<'_>, reply: &Reply) -> Result<bool, EvaluationError> {
    let (plan, Some(state)) = (draft.plan(), draft.open()) else {
        return Ok(false);
    };
    if past::only_goes_forward(plan, state, reply.step) {
        return Ok(true);
    }
    let Some(when) = &plan.step(reply.step).retry.when else {
        return Ok(false);
    };
    let decoder = draft.context.decoder;
    let scope = Scope { plan, state, decoder, reply: Some(&reply.payload), milestone: None, reason: None };
    match when.evaluate(&scope)? {
        Value::Boolean(worth) => Ok(worth),
        _ => Err(EvaluationError { expression: when.source().into(), reason: "it is neither true nor false".into() }),
    }
}

/// What follows a failure of its own accord.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Retry,
    Nothing,
}

impl Then {
    fn left(draft: &Draft<'_>, step: StepIndex, purpose: Purpose, request: &Request) -> Self {
        match budget::next_pause(draft.plan(), step, purpose, request) {
            Some(_) => Self::Retry,
            None => Self::Nothing,
        }
    }
}

fn record(draft: &mut Draft<'_>, reply: &Reply, request: &Request, refusal: Refusal, then: Then) {
    draft.push(Event::Failed {
        step: reply.step,
        purpose: reply.purpose,
        round: request.round,
        definite: refusal == Refusal::Definite,
        retried: then == Then::Retry,
        payload: reply.payload.clone(),
    });
}

fn reject(draft: &mut Draft<'_>, reply: &Reply, code: RejectionCode) {
    draft.reject(code, Some((reply.step, reply.purpose)));
}
