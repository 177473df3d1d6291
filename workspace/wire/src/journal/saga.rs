//! The flat record of one saga event.

use std::{borrow::Cow, fmt::Write, sync::Arc};

use bytes::Bytes;
use palinode_core::{
    Attempt, InputId, LockKey, Payload, Purpose, Round, SagaId, SchemaId, Sequence, StepName, Timestamp,
};

use super::{JournalError, event::known_word};
use crate::{
    avro::{Malformed, Reader, write_boolean, write_bytes, write_long},
    frame,
    headers::{parse_saga_id, saga_id_text, write_saga_id},
};

/// One saga event, as the journal holds it. [`SagaRecord::from_event`] makes it, [`SagaRecord::event`] reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SagaRecord {
    /// The saga.
    pub id: SagaId,
    /// The version of the definition.
    pub version: u32,
    /// The number of the event within its saga; zero when no such saga is known.
    pub sequence: Sequence,
    /// When it happened.
    pub time: Timestamp,
    /// What happened.
    pub event_type: Cow<'static, str>,
    /// The step.
    pub step: Option<StepName>,
    /// The step or its compensation.
    pub purpose: Option<Purpose>,
    /// The request.
    pub round: Option<Round>,
    /// The command.
    pub attempt: Option<Attempt>,
    /// When waiting or a pause ends, or the deadline passes.
    pub due: Option<Timestamp>,
    /// For a failure: whether it is certain that nothing was done.
    pub definite: Option<bool>,
    /// For a failure: whether another attempt follows of its own accord.
    pub retried: Option<bool>,
    /// The class of the reason.
    pub code: Option<Cow<'static, str>>,
    /// The reason in words.
    pub reason: Option<Arc<str>>,
    /// The input that it followed from.
    pub cause: InputId,
    /// The correlation id.
    pub correlation: Option<Arc<str>>,
    /// The W3C trace context of the start event.
    pub traceparent: Option<Arc<str>>,
    /// The start event, the reply, or the event that was waited for.
    pub payload: Option<Payload>,
    /// For a step that is done for each element of an array: how many there are.
    pub items: Option<u16>,
    /// For a wait or a decision: whether the step failed by it.
    pub fails: Option<bool>,
    /// What was decided.
    pub option: Option<Arc<str>>,
    /// Who decided; none when nobody did in time.
    pub by: Option<Arc<str>>,
    /// What they said to it.
    pub note: Option<Arc<str>>,
    /// The lock that the step asks for or lets go of.
    pub lock: Option<LockKey>,
    /// For a lock: the saga that asks for it.
    pub asker: Option<SagaId>,
    /// The place in the queue of a lock, from 1.
    pub place: Option<u16>,
    /// The saga that does the step: `definition/key`.
    pub sub_saga: Option<Arc<str>>,
    /// The request of the saga of which this one is a step: `definition/key/step/forward/round`.
    pub parent: Option<Arc<str>>,
    /// How many sagas stand above this one.
    pub depth: Option<u16>,
    /// What became of a saga that was moved to another version, as JSON.
    pub migration: Option<Arc<str>>,
}

impl SagaRecord {
    /// `definition/key/sequence`, or `definition/key/0/<cause>` when no such saga is known.
    pub fn event_id(&self) -> String {
        let mut text = String::with_capacity(self.id.definition.as_str().len() + self.id.key.as_str().len() + 24);
        write_saga_id(&mut text, &self.id);
        // Writing to a string cannot fail.
        let _ = match self.sequence {
            Sequence(0) => write!(text, "/0/{}", self.cause),
            Sequence(number) => write!(text, "/{number}"),
        };
        text
    }

    /// Appends the record with its frame to `out`. Counters above what Avro's types hold are written as the largest
    /// that they do; the limits of the core keep far below.
    pub fn encode(&self, schema: SchemaId, out: &mut Vec<u8>) {
        frame::write_header(out, schema);
        write_bytes(out, self.event_id().as_bytes());
        write_bytes(out, self.id.definition.as_str().as_bytes());
        write_count(out, self.version);
        write_bytes(out, self.id.key.as_str().as_bytes());
        write_long(out, i64::try_from(self.sequence.0).unwrap_or(i64::MAX));
        write_long(out, self.time.0);
        write_bytes(out, self.event_type.as_bytes());
        write_text(out, self.step.as_ref().map(StepName::as_str));
        write_text(out, self.purpose.map(Purpose::as_str));
        write_optional(out, self.round, |out, round| write_count(out, round.0));
        write_optional(out, self.attempt, |out, attempt| write_count(out, attempt.0));
        write_optional(out, self.due, |out, due| write_long(out, due.0));
        write_optional(out, self.definite, write_boolean);
        write_optional(out, self.retried, write_boolean);
        write_text(out, self.code.as_deref());
        write_text(out, self.reason.as_deref());
        write_bytes(out, self.cause.as_str().as_bytes());
        write_text(out, self.correlation.as_deref());
        write_text(out, self.traceparent.as_deref());
        // A registry's ids are four signed bytes.
        write_optional(out, self.payload.as_ref(), |out, payload| {
            write_long(out, i64::from(payload.schema.0.cast_signed()));
        });
        write_optional(out, self.payload.as_ref(), |out, payload| {
            write_bytes(out, &payload.bytes)
        });
        write_optional(out, self.items, |out, items| write_count(out, u32::from(items)));
        write_optional(out, self.fails, write_boolean);
        write_text(out, self.option.as_deref());
        write_text(out, self.by.as_deref());
        write_text(out, self.note.as_deref());
        write_text(out, self.lock.as_ref().map(LockKey::as_str));
        write_text(out, self.asker.as_ref().map(saga_id_text).as_deref());
        write_optional(out, self.place, |out, place| write_count(out, u32::from(place)));
        write_text(out, self.sub_saga.as_deref());
        write_text(out, self.parent.as_deref());
        write_optional(out, self.depth, |out, depth| write_count(out, u32::from(depth)));
        write_text(out, self.migration.as_deref());
    }

    /// Reads a record that was written with our own schema. The payload shares the bytes of `body`.
    pub(super) fn decode(body: &Bytes) -> Result<Self, JournalError> {
        let mut input = Reader::new(body);
        let input = &mut input;
        input.bytes()?;
        let definition = input.string()?;
        let version = count(input)?;
        let record = Self {
            id: SagaId::new(definition, input.string()?),
            version,
            sequence: Sequence(whole(input)?),
            time: Timestamp(input.long()?),
            event_type: known_word(input.string()?),
            step: optional(input, |input| Ok(input.string()?.into()))?,
            purpose: optional(input, Reader::string)?.map(purpose).transpose()?,
            round: optional(input, |input| Ok(Round(count(input)?)))?,
            attempt: optional(input, |input| Ok(Attempt(count(input)?)))?,
            due: optional(input, |input| Ok(Timestamp(input.long()?)))?,
            definite: optional(input, Reader::boolean)?,
            retried: optional(input, Reader::boolean)?,
            code: optional(input, |input| Ok(known_word(input.string()?)))?,
            reason: optional(input, |input| Ok(input.string()?.into()))?,
            cause: input.string()?.into(),
            correlation: optional(input, |input| Ok(input.string()?.into()))?,
            traceparent: optional(input, |input| Ok(input.string()?.into()))?,
            payload: {
                let schema = optional(input, |input| Ok(SchemaId(input.int()?.cast_unsigned())))?;
                let bytes = optional(input, |input| Ok(body.slice_ref(input.bytes()?)))?;
                schema.zip(bytes).map(|(schema, bytes)| Payload { schema, bytes })
            },
            items: optional(input, |input| small(input))?,
            fails: optional(input, Reader::boolean)?,
            option: optional(input, |input| Ok(input.string()?.into()))?,
            by: optional(input, |input| Ok(input.string()?.into()))?,
            note: optional(input, |input| Ok(input.string()?.into()))?,
            lock: optional(input, |input| Ok(input.string()?.into()))?,
            asker: optional(input, Reader::string)?.map(asker).transpose()?,
            place: optional(input, |input| small(input))?,
            sub_saga: optional(input, |input| Ok(input.string()?.into()))?,
            parent: optional(input, |input| Ok(input.string()?.into()))?,
            depth: optional(input, |input| small(input))?,
            migration: optional(input, |input| Ok(input.string()?.into()))?,
        };
        input.finish()?;
        Ok(record)
    }
}

fn whole(input: &mut Reader<'_>) -> Result<u64, Malformed> {
    let number = input.long()?;
    u64::try_from(number).map_err(|_| Malformed::Negative(number))
}

fn small(input: &mut Reader<'_>) -> Result<u16, Malformed> {
    let number = input.int()?;
    u16::try_from(number).map_err(|_| Malformed::NotAnInt(i64::from(number)))
}

/// Reads the id of the saga that asks for a lock.
pub(super) fn asker(text: &str) -> Result<SagaId, JournalError> {
    parse_saga_id(text).ok_or_else(|| JournalError::UnknownWord {
        field: "asker",
        word: text.to_owned(),
    })
}

/// Reads the word for a purpose.
pub(super) fn purpose(word: &str) -> Result<Purpose, JournalError> {
    [Purpose::Forward, Purpose::Compensation]
        .into_iter()
        .find(|purpose| purpose.as_str() == word)
        .ok_or_else(|| JournalError::UnknownWord {
            field: "purpose",
            word: word.to_owned(),
        })
}

fn optional<'a, T>(
    input: &mut Reader<'a>,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, Malformed>,
) -> Result<Option<T>, Malformed> {
    match input.long()? {
        0 => Ok(None),
        1 => read(input).map(Some),
        other => Err(Malformed::UnknownBranch(other)),
    }
}

fn write_optional<T>(out: &mut Vec<u8>, value: Option<T>, write: impl FnOnce(&mut Vec<u8>, T)) {
    match value {
        None => write_long(out, 0),
        Some(value) => {
            write_long(out, 1);
            write(out, value);
        }
    }
}

fn write_text(out: &mut Vec<u8>, text: Option<&str>) {
    write_optional(out, text, |out, text| write_bytes(out, text.as_bytes()));
}

/// A counter as an Avro int.
fn write_count(out: &mut Vec<u8>, count: u32) {
    write_long(out, i64::from(i32::try_from(count).unwrap_or(i32::MAX)));
}

fn count(input: &mut Reader<'_>) -> Result<u32, Malformed> {
    let number = input.int()?;
    u32::try_from(number).map_err(|_| Malformed::NotAnInt(i64::from(number)))
}
