//! What a transition writes: journal events first, then messages, in the order of the core.

use std::sync::Arc;

use bytes::Bytes;
use palinode_core::{
    Effect, Event, IdempotencyKey, InputId, MessageIndex, ParentAnswer, Purpose, Reason, ReasonCode, SagaId, Sequence,
    SubSaga, Timestamp, Transition, Value, limits,
};
use palinode_log::{Consumed, Header, HeaderName, Produced};
use palinode_store::Stores;
use palinode_wire::{
    Origin,
    dead_letter::DeadLetter,
    frame,
    headers::{self, Envelope, saga_id_text},
    inbox,
    journal::event_type,
    outcome::OutcomeRecord,
    own, partition_of,
};

use super::Shared;
use crate::{
    definitions::Loaded,
    journal::{Journal, SagaEventAt},
};

/// The correlation id and the trace that a saga carries from its start to all of its messages.
pub(super) type Carried = (Arc<str>, Option<Arc<str>>);

/// Writes what one transition of one saga leads to.
pub(super) struct Sender<'a, St: Stores> {
    shared: &'a Shared<St>,
    loaded: &'a Loaded,
    id: &'a SagaId,
    cause: &'a InputId,
    now: Timestamp,
    /// The number of the saga's last event before the transition; none when the saga was not known.
    before: Option<Sequence>,
    carried: Option<Carried>,
    saga_text: String,
    key: Bytes,
}

impl<'a, St: Stores> Sender<'a, St> {
    /// A sender for `decided`.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a part of the surroundings of one transition"
    )]
    pub(super) fn new(
        shared: &'a Shared<St>,
        plan: usize,
        id: &'a SagaId,
        cause: &'a InputId,
        now: Timestamp,
        before: Option<Sequence>,
        carried: Option<Carried>,
        decided: &Transition,
    ) -> Self {
        let started = || {
            decided.events.iter().find_map(|event| match event {
                Event::SagaStarted {
                    correlation,
                    traceparent,
                    ..
                } => Some((Arc::clone(correlation), traceparent.clone())),
                _ => None,
            })
        };
        Self {
            shared,
            loaded: shared.definitions.at(plan),
            id,
            cause,
            now,
            before,
            carried: carried.or_else(started),
            saga_text: saga_id_text(id),
            key: Bytes::copy_from_slice(id.key.as_str().as_bytes()),
        }
    }

    /// Writes the journal events.
    pub(super) fn events(&self, journal: &mut Journal, events: &[Event], records: &mut Vec<Produced>) {
        let known = self.before.is_some() || events.iter().any(|event| !matches!(event, Event::InputRejected { .. }));
        let mut sequence = self.before.unwrap_or_default();
        for event in events {
            if known {
                sequence = sequence.next();
            }
            tracing::debug!(
                saga = %self.id,
                sequence = sequence.0,
                correlation_id = self.carried.as_ref().map(|(correlation, _)| &**correlation),
                cause = %self.cause,
                event = event_type(event),
                "journaled"
            );
            let at = SagaEventAt {
                id: self.id,
                sequence,
                time: self.now,
                cause: self.cause,
                correlation: self.carried.as_ref().map(|(correlation, _)| correlation),
                traceparent: self.carried.as_ref().and_then(|(_, traceparent)| traceparent.as_ref()),
            };
            journal.saga_event(&self.loaded.plan, &at, event, &self.key, records);
        }
    }

    /// Writes one message; gives the topic that it goes to.
    pub(super) fn effect(&self, effect: &Effect, records: &mut Vec<Produced>) -> Result<Arc<str>, Reason> {
        let (id, message, values, request) = match effect {
            Effect::Command {
                step,
                purpose,
                round,
                attempt,
                message,
                values,
                sub_saga,
            } => {
                let step = self.loaded.plan.step_name(*step);
                let key = IdempotencyKey {
                    saga: self.id.clone(),
                    step,
                    purpose: *purpose,
                    round: *round,
                }
                .to_string();
                if let Some(sub_saga) = sub_saga {
                    let values = (*purpose == Purpose::Forward).then_some((*message, values.as_slice()));
                    records.push(self.ask(sub_saga, values, &key, attempt.0)?);
                    return Ok(Arc::clone(&self.shared.definitions.topics.inbox));
                }
                (format!("{key}/{}", attempt.0), message, values, Some((key, attempt.0)))
            }
            Effect::Answer(answer) => {
                let answering = Answering {
                    sub_saga: self.id,
                    cause: self.cause,
                    now: self.now,
                    carried: self.carried.as_ref(),
                };
                records.push(answering.record(self.shared, answer));
                return Ok(Arc::clone(&self.shared.definitions.topics.inbox));
            }
            Effect::Emission {
                milestone,
                sequence,
                message,
                values,
            } => {
                let name = milestone.name(&self.loaded.plan);
                (
                    format!("{}/{}/{name}", self.saga_text, sequence.0),
                    message,
                    values,
                    None,
                )
            }
            Effect::Outcome {
                outcome,
                reason,
                sequence,
                state,
                values,
            } => {
                let plan = &self.loaded.plan;
                let row = OutcomeRecord::new(plan, state, *sequence, self.now, *outcome, reason.as_ref(), values);
                let topic = &self.shared.definitions.topics.outcomes;
                let mut value = Vec::new();
                let id = row
                    .and_then(|row| {
                        row.encode(&self.shared.outcome_codec, &mut value)
                            .map(|()| row.event_id)
                    })
                    .map_err(|error| cannot_be_filled(own::OUTCOME.name, &error))?;
                records.push(self.message(topic, own::OUTCOME.name, &id, value, None));
                return Ok(Arc::clone(topic));
            }
        };
        let message = &self.loaded.messages[message.at()];
        let mut value = Vec::new();
        let encoded = message.encoder.encode(values, &mut value);
        encoded.map_err(|error| cannot_be_filled(message.record.as_str(), &error))?;
        let request = request.as_ref().map(|(key, attempt)| (key.as_str(), *attempt));
        records.push(self.message(&message.topic, message.record.as_str(), &id, value, request));
        Ok(Arc::clone(&message.topic))
    }

    /// What asks for a sub-saga: its start event, or that it is taken back. It goes to the task of the sub-saga.
    fn ask(
        &self,
        sub_saga: &SubSaga,
        start: Option<(MessageIndex, &[Value])>,
        key: &str,
        attempt: u32,
    ) -> Result<Produced, Reason> {
        let mut value = Vec::new();
        let record = if let Some((message, values)) = start {
            let message = &self.loaded.messages[message.at()];
            let encoded = message.encoder.encode(values, &mut value);
            encoded.map_err(|error| cannot_be_filled(message.record.as_str(), &error))?;
            message.record.as_str()
        } else {
            self.shared.journal_schemas.inbox.taken_back(&sub_saga.id, &mut value);
            own::SUB_SAGA_TAKEN_BACK.name
        };
        let bytes = value.len().saturating_sub(frame::HEADER_BYTES);
        if bytes > limits::PAYLOAD_BYTES_MAX {
            let what = format!("it has {bytes} bytes, and {} are allowed", limits::PAYLOAD_BYTES_MAX);
            return Err(cannot_be_filled(record, &what));
        }
        let topic = &self.shared.definitions.topics.inbox;
        let mut produced = self.message(topic, record, &format!("{key}/{attempt}"), value, Some((key, attempt)));
        let about = Bytes::from(inbox::sub_saga_text(sub_saga));
        produced.headers.push(header((headers::SUB_SAGA, about)));
        address(self.shared, &mut produced, &sub_saga.id);
        Ok(produced)
    }

    fn message(
        &self,
        topic: &Arc<str>,
        record: &str,
        id: &str,
        value: Vec<u8>,
        request: Option<(&str, u32)>,
    ) -> Produced {
        let (correlation, traceparent) = match &self.carried {
            Some((correlation, traceparent)) => (Some(&**correlation), traceparent.as_deref()),
            None => (None, None),
        };
        let traceparent = traceparent.map(|parent| headers::child(parent, id.as_bytes()));
        let envelope = Envelope {
            id,
            record,
            source: &self.shared.source,
            time: self.now,
            traceparent: traceparent.as_deref(),
            correlation_id: correlation,
            idempotency_key: request.map(|(key, _)| key),
            saga_id: Some(&self.saga_text),
            attempt: request.map(|(_, attempt)| attempt),
        };
        Produced {
            topic: Arc::clone(topic),
            partition: None,
            key: Some(self.key.clone()),
            value: Some(value.into()),
            headers: envelope.headers().into_iter().map(header).collect(),
        }
    }
}

/// How a sub-saga answers.
pub(super) struct Answering<'a> {
    pub(super) sub_saga: &'a SagaId,
    pub(super) cause: &'a InputId,
    pub(super) now: Timestamp,
    pub(super) carried: Option<&'a Carried>,
}

impl Answering<'_> {
    /// The record for the task of the saga that asked.
    pub(super) fn record<St: Stores>(&self, shared: &Shared<St>, answer: &ParentAnswer) -> Produced {
        let schemas = &shared.journal_schemas.inbox;
        let mut value = Vec::new();
        let record = match &answer.refusal {
            None => {
                schemas.succeeded(self.sub_saga, &mut value);
                own::SUB_SAGA_SUCCEEDED.name
            }
            Some(reason) => {
                schemas.failed(self.sub_saga, reason, &mut value);
                own::SUB_SAGA_FAILED.name
            }
        };
        let request = answer.request.to_string();
        let id = format!("{request}/answer/{}", self.cause);
        let parent = self.carried.and_then(|(_, traceparent)| traceparent.as_deref());
        let traceparent = parent.map(|parent| headers::child(parent, id.as_bytes()));
        let envelope = Envelope {
            id: &id,
            record,
            source: &shared.source,
            time: self.now,
            traceparent: traceparent.as_deref(),
            correlation_id: self.carried.map(|(correlation, _)| &**correlation),
            idempotency_key: Some(&request),
            saga_id: Some(&saga_id_text(&answer.request.saga)),
            attempt: None,
        };
        let mut produced = Produced {
            topic: Arc::clone(&shared.definitions.topics.inbox),
            partition: None,
            key: None,
            value: Some(value.into()),
            headers: envelope.headers().into_iter().map(header).collect(),
        };
        address(shared, &mut produced, &answer.request.saga);
        produced
    }
}

/// Gives a record of the inbox the key of the saga that it is for, and the partition of that one's task.
fn address<St: Stores>(shared: &Shared<St>, produced: &mut Produced, saga: &SagaId) {
    let key = saga.key.as_str().as_bytes();
    produced.key = Some(Bytes::copy_from_slice(key));
    produced.partition = Some(partition_of(key, shared.member.application.partitions));
}

fn cannot_be_filled(record: &str, error: &dyn std::fmt::Display) -> Reason {
    Reason::new(
        ReasonCode::OutputRefused,
        format!("the record '{record}' cannot be filled: {error}"),
    )
}

/// A record of the inbox: `record`, as it was, for the task that its saga belongs to.
pub(super) fn forwarded(inbox: &Arc<str>, partition: i32, record: &Consumed, origin: &Origin) -> Produced {
    let mut headers = record.headers.clone();
    headers.extend(origin.headers().into_iter().map(header));
    Produced {
        topic: Arc::clone(inbox),
        partition: Some(partition),
        key: record.key.clone(),
        value: Some(record.value.clone().unwrap_or_default()),
        headers,
    }
}

/// A dead letter: `record`, as it was, and why. `short` leaves out of the record what may be large.
pub(super) fn dead_letter(topic: &Arc<str>, record: &Consumed, letter: &DeadLetter, short: bool) -> Produced {
    let mut headers = if short { Vec::new() } else { record.headers.clone() };
    headers.extend(letter.headers().into_iter().map(header));
    let value = record.value.clone().filter(|_| !short).unwrap_or_default();
    let fits = |key: &Bytes| !short || key.len() <= limits::SAGA_KEY_BYTES_MAX;
    let key = record.key.clone().filter(fits);
    Produced {
        topic: Arc::clone(topic),
        partition: None,
        key,
        value: Some(value),
        headers,
    }
}

/// A header under a name of ours.
pub(crate) fn header((name, value): (&'static str, Bytes)) -> Header {
    Header {
        name: HeaderName::Known(name),
        value,
    }
}
