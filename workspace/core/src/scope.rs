//! What an expression can see of a saga.

use std::sync::Arc;

use crate::{Decoder, FieldError, FieldName, Fields, Payload, Plan, RequestStatus, SagaState, StepIndex, Value};

/// The fields of one saga, looked up lazily. The first name of a path is one of
///
/// - `start`: the start event, for example `start.order_id`;
/// - `reply`: the reply in hand, in a retry's `when`;
/// - `steps`: what became of a step: the reply that said it was done, for example `steps.payment.reply.reservation_id`;
///   the event that it waited for, `steps.arrival.event.gate`; what was decided, `steps.approval.decision`; the key of the
///   lock that it holds, `steps.seat.lock`. Each is null when there is none, as of a step that was passed over;
/// - `item`, `item_index`: the element of an array that the step is done for, and its number from 0;
/// - `saga`: `saga.definition`, `saga.key`, `saga.version`, `saga.milestone`, `saga.reason`, `saga.reason_code`,
///   `saga.started_at` (milliseconds).
///
/// A field that is not there because the saga started with another version has the value that its migration gave it.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The plan of the saga.
    pub plan: &'a Plan,
    /// The state of the saga.
    pub state: &'a SagaState,
    /// Looks into payloads.
    pub decoder: &'a dyn Decoder,
    /// The step that the value is for, when it matters: an item sees its element.
    pub step: Option<StepIndex>,
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
            "start" => {
                let found = self.decoder.value(&self.state.start, rest)?;
                Ok(found.or_else(|| self.default(path)))
            }
            "reply" => self.reply.map_or(Ok(None), |payload| self.decoder.value(payload, rest)),
            "steps" => self.of_step(rest, path),
            "saga" => Ok(self.of_saga(rest)),
            "item" => self.of_item(rest),
            "item_index" if rest.is_empty() => Ok(self.item().map(|item| Value::Long(i64::from(item)))),
            _ => Ok(None),
        }
    }
}

impl<'a> Scope<'a> {
    /// The fields of a saga, with nothing in hand.
    pub fn new(plan: &'a Plan, state: &'a SagaState, decoder: &'a dyn Decoder) -> Self {
        Self {
            plan,
            state,
            decoder,
            step: None,
            reply: None,
            milestone: None,
            reason: None,
        }
    }

    fn of_step(&self, within: &[FieldName], path: &[FieldName]) -> Result<Option<Value>, FieldError> {
        let [name, what, rest @ ..] = within else {
            return Ok(None);
        };
        let Some(index) = self.plan.step_named(name.as_str()) else {
            return Ok(None);
        };
        let Some(state) = self.state.get(index) else {
            return Ok(Some(Value::Null));
        };
        match (what.as_str(), self.plan.step(index).event().is_some()) {
            ("reply", false) => match &state.reply {
                Some(reply) => self.decoder.value(reply, rest),
                None => Ok(Some(self.default(path).unwrap_or(Value::Null))),
            },
            // An event that came before its wait is not seen before the wait has ended.
            ("event", true) => {
                let ended = state.forward.status == RequestStatus::Succeeded;
                self.of_payload(state.reply.as_ref().filter(|_| ended), rest)
            }
            ("decision", _) if rest.is_empty() => {
                let decision = state.decision.as_ref();
                Ok(Some(decision.map_or(Value::Null, |decision| {
                    Value::String(Arc::clone(&decision.option))
                })))
            }
            ("lock", _) if rest.is_empty() => {
                let held = state
                    .lock
                    .as_ref()
                    .filter(|_| state.forward.status == RequestStatus::Succeeded);
                Ok(Some(
                    held.map_or(Value::Null, |lock| Value::String(lock.key.as_str().into())),
                ))
            }
            _ => Ok(None),
        }
    }

    fn of_payload(&self, payload: Option<&Payload>, path: &[FieldName]) -> Result<Option<Value>, FieldError> {
        match payload {
            Some(payload) => self.decoder.value(payload, path),
            None => Ok(Some(Value::Null)),
        }
    }

    /// What stands in for a field that the saga does not have because it started with another version.
    fn default(&self, path: &[FieldName]) -> Option<Value> {
        let moved = self.state.moved.as_ref()?;
        moved.default(path.iter().map(FieldName::as_str))
    }

    fn item(&self) -> Option<u16> {
        self.step.and_then(StepIndex::item)
    }

    fn of_item(&self, path: &[FieldName]) -> Result<Option<Value>, FieldError> {
        let Some((step, item)) = self.step.and_then(|step| Some((step, step.item()?))) else {
            return Ok(None);
        };
        let Some(items) = &self.plan.step(step).items else {
            return Ok(None);
        };
        let unreadable = |reason: String| FieldError {
            path: "item".into(),
            reason,
        };
        let outside = Scope { step: None, ..*self };
        let list = items
            .list
            .evaluate(&outside)
            .map_err(|error| unreadable(error.to_string()))?;
        let Value::List(list) = list else {
            return Err(unreadable(format!("'{}' is no array", items.list.source())));
        };
        let element = list.into_iter().nth(usize::from(item));
        let element = element.ok_or_else(|| unreadable(format!("'{}' has no element {item}", items.list.source())))?;
        Ok(field_of(element, path))
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

/// The field at `path` within a value; of null, null.
fn field_of(value: Value, path: &[FieldName]) -> Option<Value> {
    let Some((name, rest)) = path.split_first() else {
        return Some(value);
    };
    match value {
        Value::Record(fields) => {
            let field = fields.into_iter().find(|(known, _)| known == name);
            field.and_then(|(_, value)| field_of(value, rest))
        }
        Value::Null => Some(Value::Null),
        _ => None,
    }
}
