//! What a plan sends.

use std::sync::Arc;

use crate::{EvaluationError, Expression, FieldName, Fields, MessageIndex, Milestone, RecordName, TopicName, Value};

/// A message that the plan can send.
#[derive(Debug)]
pub struct MessagePlan {
    /// Where it goes.
    pub topic: TopicName,
    /// Its record type.
    pub record: RecordName,
    /// How it is filled.
    pub fields: Vec<FieldPlan>,
}

/// How one field is filled.
#[derive(Clone, Debug)]
pub struct FieldPlan {
    /// The field.
    pub name: FieldName,
    /// Its value.
    pub expression: Arc<dyn Expression>,
}

/// An event that the saga emits for everybody at some of its milestones.
#[derive(Debug)]
pub struct Emission {
    /// The milestones.
    pub on: Vec<Milestone>,
    /// The message.
    pub message: MessageIndex,
}

/// An expression that always gives the same value; for tests and for literals.
#[derive(Clone, Debug)]
pub struct Constant(pub Value);

impl Expression for Constant {
    fn evaluate(&self, _: &dyn Fields) -> Result<Value, EvaluationError> {
        Ok(self.0.clone())
    }

    fn source(&self) -> &str {
        "constant"
    }
}
