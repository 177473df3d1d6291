//! A definition, ready to be played.

use palinode_core::{MessageIndex, Plan, Value};
use palinode_wire::{Encoder, Schemas};

use crate::values::{Records, encode};

/// A plan, the schemas, and what writes its messages.
pub(crate) struct Cast<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) records: Records<'a>,
    encoders: Vec<Result<Encoder, String>>,
}

impl<'a> Cast<'a> {
    pub(crate) fn new(plan: &'a Plan, schemas: &'a Schemas) -> Self {
        let records = Records { schemas };
        let encoders = plan.messages.iter().map(|message| records.encoder(message)).collect();
        Self {
            plan,
            records,
            encoders,
        }
    }

    /// Why messages cannot be written; nothing when all can.
    pub(crate) fn unwritable(&self) -> Vec<String> {
        let messages = self.plan.messages.iter().zip(&self.encoders);
        messages
            .filter_map(|(message, encoder)| Some(format!("{}: {}", message.record, encoder.as_ref().err()?)))
            .collect()
    }

    /// What a receiver of the message reads; otherwise which field does not fit. A message without a schema is taken as it
    /// stands.
    pub(crate) fn content(&self, message: MessageIndex, values: &[Value]) -> Result<Value, String> {
        let plan = self.plan.message(message);
        // A sub-saga that is taken back is asked without content.
        if values.len() < plan.fields.len() {
            return Ok(Value::Record(Vec::new()));
        }
        match self.encoders.get(message.at()) {
            Some(Ok(encoder)) => encode(encoder, values)
                .map(|payload| self.records.read(&payload))
                .map_err(|reason| format!("{} cannot be written: {reason}", plan.record)),
            _ => Ok(named(plan.fields.iter().map(|field| &field.name), values)),
        }
    }

    /// The definition's own fields of the outcome.
    pub(crate) fn outcome(&self, values: &[Value]) -> Value {
        named(self.plan.outcome.iter().map(|field| &field.name), values)
    }
}

fn named<'n>(names: impl Iterator<Item = &'n palinode_core::FieldName>, values: &[Value]) -> Value {
    Value::Record(names.cloned().zip(values.iter().cloned()).collect())
}
