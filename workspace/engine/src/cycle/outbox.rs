//! What a transition writes: journal events first, then messages, in the order of the core.

use std::sync::Arc;

use bytes::Bytes;
use palinode_core::{
    Effect, Event, IdempotencyKey, InputId, Reason, ReasonCode, SagaId, Sequence, Timestamp, Transition, limits,
};
use palinode_log::{Consumed, Header, HeaderName, Produced};
use palinode_store::Stores;
use palinode_wire::{
    Origin,
    dead_letter::DeadLetter,
    headers::{self, Envelope, saga_id_text},
    journal::event_type,
    outcome::OutcomeRecord,
    own,
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
            } => {
                let step = self.loaded.plan.step_name(*step);
                let key = IdempotencyKey {
                    saga: self.id.clone(),
                    step,
                    purpose: *purpose,
                    round: *round,
                }
                .to_string();
                (format!("{key}/{}", attempt.0), message, values, Some((key, attempt.0)))
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
            value: value.into(),
            headers: envelope.headers().into_iter().map(header).collect(),
        }
    }
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
        value: record.value.clone().unwrap_or_default(),
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
        value,
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
