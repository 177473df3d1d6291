//! What an expression can see of a saga.

use std::sync::Arc;

use crate::{Decoder, FieldError, FieldName, Fields, Payload, Plan, SagaState, Value};

/// The fields of one saga, looked up lazily. The first name of a path is one of
///
/// - `start`: the start event, for example `start.order_id`;
/// - `reply`: the reply in hand, in a retry's `when`;
/// - `steps`: replies that said a step was done, for example `steps.payment.reply.reservation_id`;
/// - `saga`: `saga.definition`, `saga.key`, `saga.version`, `saga.milestone`, `saga.reason`, `saga.reason_code`,
///   `saga.started_at` (milliseconds).
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The plan of the saga.
    pub plan: &'a Plan,
    /// The state of the saga.
    pub state: &'a SagaState,
    /// Looks into payloads.
    pub decoder: &'a dyn Decoder,
    /// The reply in hand.
    pub reply: Option<&'a Payload>,
    /// The milestone that is being told.
    pub milestone: Option<&'a Arc<str>>,
    /// The class and the text of the reason that is being told.
    pub reason: Option<(&'a str, &'a Arc<str>)>,
}

impl Fields for Scope<'_> {
    fn value(&self, path: &[FieldName]) -> Result<Option<Value>, FieldError> {
        let Some((root, rest)) = path.split_first() else {
            return Ok(None);
        };
        match root.as_str() {
            "start" => self.decoder.value(&self.state.start, rest),
            "reply" => self.reply.map_or(Ok(None), |payload| self.decoder.value(payload, rest)),
            "steps" => self.of_step(rest),
            "saga" => Ok(self.of_saga(rest)),
            _ => Ok(None),
        }
    }
}

impl Scope<'_> {
    fn of_step(&self, path: &[FieldName]) -> Result<Option<Value>, FieldError> {
        let [name, reply, rest @ ..] = path else {
            return Ok(None);
        };
        if reply.as_str() != "reply" {
            return Ok(None);
        }
        let Some(step) = self.plan.step_named(name.as_str()) else {
            return Ok(None);
        };
        match self.state.steps.get(step.at()).and_then(|step| step.reply.as_ref()) {
            Some(payload) => self.decoder.value(payload, rest),
            None => Ok(Some(Value::Null)),
        }
    }

    fn of_saga(&self, path: &[FieldName]) -> Option<Value> {
        let [name] = path else { return None };
        match name.as_str() {
            "definition" => Some(Value::String(self.state.id.definition.as_str().into())),
            "key" => Some(Value::String(self.state.id.key.as_str().into())),
            "version" => Some(Value::Long(i64::from(self.state.version))),
            "started_at" => Some(Value::Long(self.state.started_at.0)),
            "milestone" => Some(
                self.milestone
                    .map_or(Value::Null, |name| Value::String(Arc::clone(name))),
            ),
            "reason" => Some(
                self.reason
                    .map_or(Value::Null, |(_, text)| Value::String(Arc::clone(text))),
            ),
            "reason_code" => Some(self.reason.map_or(Value::Null, |(code, _)| Value::String(code.into()))),
            _ => None,
        }
    }
}
