//! The one row that a finished saga leaves for analysts.

use std::sync::Arc;

use palinode_core::{
    Attempt, FieldName, Outcome, Plan, Purpose, Reason, Request, RequestStatus, SagaId, SagaState, SchemaId, Sequence,
    StepName, StepState, Timestamp, Value,
};
use serde::{Deserialize, Serialize};

use crate::{
    Schemas,
    headers::write_saga_id,
    typed::{Error, RecordCodec},
};

/// The outcome of one saga.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutcomeRecord {
    /// The id of the event that ended the saga.
    pub event_id: Arc<str>,
    /// The definition.
    pub definition: Arc<str>,
    /// The version of the definition.
    pub version: u32,
    /// The key of the saga.
    pub saga: Arc<str>,
    /// `COMPLETED` or `COMPENSATED`.
    pub outcome: Arc<str>,
    /// The class of the reason, when the saga was compensated.
    pub reason_code: Option<Arc<str>>,
    /// The reason in words, when the saga was compensated.
    pub reason: Option<Arc<str>>,
    /// When the saga started.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// The correlation id.
    pub correlation: Arc<str>,
    /// The steps, in the order of the definition, and then their items.
    pub stages: Vec<Stage>,
    /// The fields that the definition gives to analysts.
    pub attributes: std::collections::BTreeMap<String, Attribute>,
}

/// What became of one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// The step.
    pub step: StepName,
    /// How far it got: one of [`STAGE_STATUSES`].
    pub status: Arc<str>,
    /// How many commands were sent to do it.
    pub attempts: Attempt,
    /// How many requests those commands made.
    pub rounds: u32,
    /// When the first command was sent.
    pub requested_at: Option<Timestamp>,
    /// When the final reply came.
    pub answered_at: Option<Timestamp>,
    /// How many commands were sent to take it back.
    pub compensation_attempts: Attempt,
    /// When it was taken back.
    pub compensated_at: Option<Timestamp>,
}

/// A field that the definition gives to analysts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Attribute {
    /// No value.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number; also times.
    Long(i64),
    /// A number.
    Double(f64),
    /// Text.
    String(Arc<str>),
}

/// The words for how far a step got.
pub const STAGE_STATUSES: [&str; 8] = [
    "NOT_REQUESTED",
    "PENDING",
    "SUCCEEDED",
    "FAILED",
    "UNKNOWN",
    "COMPENSATED",
    "PASSED_OVER",
    "GIVEN_UP",
];

impl OutcomeRecord {
    /// The outcome of the saga whose last state before its end is `state`. `sequence` and `ended_at` are those of the
    /// event that ended it; `values` stand in the order of the plan's outcome fields and attributes.
    ///
    /// # Errors
    /// When a value is neither null, a boolean, a number nor text; the message names the field.
    pub fn new(
        plan: &Plan,
        state: &SagaState,
        sequence: Sequence,
        ended_at: Timestamp,
        outcome: Outcome,
        reason: Option<&Reason>,
        values: &[Value],
    ) -> Result<Self, Error> {
        let fields = plan.outcome.iter().chain(&plan.attributes).zip(values);
        let attributes =
            fields.map(|(field, value)| Ok((field.name.as_str().to_owned(), attribute(&field.name, value)?)));
        Ok(Self {
            event_id: event_id(&state.id, sequence),
            definition: state.id.definition.as_str().into(),
            version: state.version,
            saga: state.id.key.as_str().into(),
            outcome: outcome_word(outcome).into(),
            reason_code: reason.map(|reason| reason.code.as_str().into()),
            reason: reason.map(|reason| Arc::clone(&reason.text)),
            started_at: state.started_at,
            ended_at,
            correlation: Arc::clone(&state.correlation),
            stages: state
                .indexes()
                .map(|step| Stage::new(plan.step_name(step), state.step(step)))
                .collect(),
            attributes: attributes.collect::<Result<_, Error>>()?,
        })
    }

    /// Appends the record with its frame to `out`. `codec` is that of `palinode.Outcome`.
    ///
    /// # Errors
    /// When a counter does not fit its schema.
    pub fn encode(&self, codec: &RecordCodec, out: &mut Vec<u8>) -> Result<(), Error> {
        codec.encode_into(self, out)
    }

    /// Reads a framed outcome. `codec` is that of `palinode.Outcome`; `schemas` knows the writers' schemas.
    ///
    /// # Errors
    /// When the value is no outcome.
    pub fn decode(codec: &RecordCodec, framed: &[u8], schemas: &Schemas) -> Result<Self, Error> {
        codec.decode(framed, schemas)
    }

    /// A codec of `palinode.Outcome`, registered as `schema`.
    ///
    /// # Errors
    /// Never for our own text; a test holds it to that.
    pub fn codec(schema: SchemaId) -> Result<RecordCodec, crate::avro::CompileError> {
        RecordCodec::new(crate::own::OUTCOME.text, schema)
    }
}

impl Stage {
    fn new(name: StepName, step: &StepState) -> Self {
        let Request {
            attempt,
            round,
            requested_at,
            answered_at,
            ..
        } = step.request(Purpose::Forward);
        let back = step.request(Purpose::Compensation);
        let compensated = back.status == RequestStatus::Succeeded;
        Self {
            step: name,
            status: match step.forward.status {
                _ if compensated => "COMPENSATED",
                RequestStatus::Failed | RequestStatus::Unknown if step.forward.given_up => "GIVEN_UP",
                status => status_word(status),
            }
            .into(),
            attempts: *attempt,
            rounds: round.0,
            requested_at: *requested_at,
            answered_at: *answered_at,
            compensation_attempts: back.attempt,
            compensated_at: back.answered_at.filter(|_| compensated),
        }
    }
}

/// The word for how a saga ended.
pub fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Completed => "COMPLETED",
        Outcome::Compensated => "COMPENSATED",
    }
}

fn status_word(status: RequestStatus) -> &'static str {
    match status {
        RequestStatus::NotRequested => "NOT_REQUESTED",
        RequestStatus::Pending { .. } | RequestStatus::Paused { .. } | RequestStatus::Expanded => "PENDING",
        RequestStatus::Succeeded => "SUCCEEDED",
        RequestStatus::Failed => "FAILED",
        RequestStatus::Unknown => "UNKNOWN",
        RequestStatus::PassedOver => "PASSED_OVER",
    }
}

fn event_id(id: &SagaId, sequence: Sequence) -> Arc<str> {
    let mut text = String::new();
    write_saga_id(&mut text, id);
    text.push('/');
    text.push_str(&sequence.0.to_string());
    text.into()
}

fn attribute(name: &FieldName, value: &Value) -> Result<Attribute, Error> {
    Ok(match value {
        Value::Null => Attribute::Null,
        Value::Boolean(value) => Attribute::Boolean(*value),
        Value::Long(value) => Attribute::Long(*value),
        Value::Double(value) => Attribute::Double(*value),
        Value::String(text) => Attribute::String(Arc::clone(text)),
        Value::Bytes(_) | Value::List(_) | Value::Record(_) => {
            let reason = format!("the outcome's field '{name}' is neither null, a boolean, a number nor text");
            return Err(Error::Serde(reason));
        }
    })
}
