//! What a saga asks of one of its sub-sagas, through the inbox of that one's task.

use std::sync::Arc;

use palinode_core::{
    IdempotencyKey, Input, InputId, Parent, ParentAnswer, Payload, Purpose, Reason, ReasonCode, RecordName, Saga,
    SagaId, SagaKey, SubSaga, SubSagaInput,
};
use palinode_log::Consumed;
use palinode_store::{Error as StoreError, Stores};
use palinode_wire::{
    Origin,
    dead_letter::ErrorCode,
    headers::{self, MessageHeaders, SUB_SAGA},
    inbox::parse_sub_saga,
};

use super::{
    batch::{Batch, Taken},
    decode::{Decoded, pairs},
    held::Held,
    outbox,
};

/// A request for a sub-saga.
#[derive(Debug)]
pub(super) struct Asked {
    origin: Origin,
    sub_saga: SubSaga,
    /// The request of the saga that asks.
    request: IdempotencyKey,
    /// The record that asks: the start event, or that the sub-saga is taken back.
    record: RecordName,
    payload: Payload,
    correlation: Option<Arc<str>>,
    traceparent: Option<Arc<str>>,
}

/// Whether a record of the inbox was sent by a saga, and not forwarded.
pub(super) fn is_from_saga(record: &Consumed) -> bool {
    let by_type =
        headers::last(pairs(record), headers::CE_TYPE).is_some_and(|name| name.starts_with("palinode.inbox."));
    by_type || headers::last(pairs(record), SUB_SAGA).is_some()
}

/// Whether such a record is a request for a sub-saga; otherwise it is an answer.
pub(super) fn is_request(record: &Consumed) -> bool {
    headers::last(pairs(record), SUB_SAGA).is_some()
}

/// What the request says to `task`. `owner` gives the task of a key.
pub(super) fn asked<'d>(
    record: &Consumed,
    origin: Origin,
    headers: &MessageHeaders<'_>,
    name: &RecordName,
    payload: Payload,
    (task, owner): (i32, impl FnOnce(&SagaKey) -> i32),
) -> Decoded<'d> {
    let text = headers::last(pairs(record), SUB_SAGA).unwrap_or_default();
    let (Some(sub_saga), Some(request)) = (parse_sub_saga(text), headers.parsed_idempotency_key()) else {
        let reason = format!("it does not say which saga asks for the sub-saga '{text}'");
        return Decoded::Dead(origin, ErrorCode::WrongSagaId, reason);
    };
    let owner = owner(&sub_saga.id.key);
    if owner != task {
        let reason = format!("the sub-saga belongs to task {owner}, and was asked of task {task}");
        return Decoded::Dead(origin, ErrorCode::ForwardedTwice, reason);
    }
    Decoded::Asked(Box::new(Asked {
        origin,
        sub_saga,
        request,
        record: name.clone(),
        payload,
        correlation: headers.correlation_id.or(headers.ce_id).map(Arc::from),
        traceparent: headers.traceparent.map(Arc::from),
    }))
}

impl<St: Stores> Batch<'_, St> {
    /// Takes the request to the sub-saga. One for a definition that is not run, or that starts by another event, is a
    /// dead letter, and the saga that asks hears of it. To take back what never began is done at once.
    pub(super) fn asked(&mut self, held: &Held, asked: Asked, record: &Consumed) -> Result<Taken, StoreError> {
        let id = &asked.sub_saga.id;
        if let Some(schema) = self.missing_schema(held, id)? {
            return Ok(Taken::SchemaMissing(schema));
        }
        let Some(plan) = self.plan_of(id)? else {
            if self.not_run.is_some() {
                return Ok(Taken::Yes);
            }
            if asked.request.purpose == Purpose::Compensation && self.never_began(id)? {
                self.answer(&asked, None);
            } else {
                let reason = format!("no version of the definition '{}' can be run here", id.definition);
                self.refuse(&asked, record, ErrorCode::UnknownDefinition, reason);
            }
            return Ok(Taken::Yes);
        };
        let starts = &self.shared.definitions.at(plan).plan.started_by.record;
        if asked.request.purpose == Purpose::Forward && *starts != asked.record {
            let reason = format!(
                "the definition '{}' is started by {starts}, not by {}",
                id.definition, asked.record
            );
            self.refuse(&asked, record, ErrorCode::UnknownDefinition, reason);
            return Ok(Taken::Yes);
        }
        let input = asked.input();
        self.apply(plan, id, &input, &asked.origin.input_id(), Some(record))?;
        Ok(Taken::Yes)
    }

    /// Whether the sub-saga has neither begun nor ended.
    fn never_began(&mut self, id: &SagaId) -> Result<bool, StoreError> {
        self.draft.look(self.store, id, |saga| {
            !matches!(saga, Some(Saga::Open(_) | Saga::Closed(_)))
        })
    }

    fn refuse(&mut self, asked: &Asked, record: &Consumed, code: ErrorCode, reason: String) {
        self.answer(asked, Some(Reason::new(ReasonCode::Rejected, reason.clone())));
        self.dead(record, asked.origin.clone(), code, reason);
    }

    fn answer(&mut self, asked: &Asked, refusal: Option<Reason>) {
        let answer = ParentAnswer {
            request: asked.request.clone(),
            refusal,
        };
        let cause = asked.origin.input_id();
        let carried = asked
            .correlation
            .as_ref()
            .map(|correlation| (Arc::clone(correlation), asked.traceparent.clone()));
        let answering = outbox::Answering {
            sub_saga: &asked.sub_saga.id,
            cause: &cause,
            now: self.now,
            carried: carried.as_ref(),
        };
        self.draft.records.push(answering.record(self.shared, &answer));
    }
}

impl Asked {
    fn input(&self) -> Input {
        let IdempotencyKey {
            saga,
            step,
            purpose,
            round,
        } = &self.request;
        let SubSaga {
            id: SagaId { key, .. },
            depth,
        } = &self.sub_saga;
        let asks = match purpose {
            Purpose::Forward => SubSagaInput::Begin {
                payload: self.payload.clone(),
                correlation: self.correlation.clone().unwrap_or_else(|| key.as_str().into()),
                traceparent: Some(
                    self.traceparent
                        .clone()
                        .unwrap_or_else(|| root(&self.origin.input_id())),
                ),
            },
            Purpose::Compensation => SubSagaInput::TakeBack,
        };
        Input::FromParent {
            parent: Parent {
                saga: saga.clone(),
                step: step.clone(),
                round: *round,
                depth: *depth,
            },
            asks,
        }
    }
}

fn root(cause: &InputId) -> Arc<str> {
    headers::root(cause.as_str().as_bytes()).into()
}
