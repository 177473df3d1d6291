//! The name of a sub-saga.

use crate::{
    EvaluationError, Event, Expression, Purpose, SagaId, SagaKey, Scope, StepIndex, SubSagaPlan, Value, limits, reasons,
};

use super::Draft;

/// Names the sub-saga that does `step`, once; false when it gets no name, and the saga waits.
pub(super) fn name(draft: &mut Draft<'_>, step: StepIndex, sub_saga: &SubSagaPlan) -> bool {
    let Some(state) = draft.open() else { return false };
    if state.get(step).is_some_and(|step| step.sub_saga.is_some()) {
        return true;
    }
    let scope = Scope {
        step: Some(step),
        ..Scope::new(draft.plan(), state, draft.context.decoder)
    };
    match key(sub_saga.key.as_ref(), &scope) {
        Ok(key) => {
            let saga = SagaId {
                definition: sub_saga.definition.clone(),
                key,
            };
            draft.push(Event::SubSagaNamed { step, saga });
            true
        }
        Err(error) => {
            draft.suspend(step, Purpose::Forward, reasons::expression_failed(&error));
            false
        }
    }
}

fn key(expression: &dyn Expression, scope: &Scope<'_>) -> Result<SagaKey, EvaluationError> {
    let no_key = |reason: String| EvaluationError {
        expression: expression.source().into(),
        reason,
    };
    let text = match expression.evaluate(scope)? {
        Value::String(text) => text,
        Value::Long(number) => number.to_string().into(),
        _ => return Err(no_key("the key of a sub-saga is text or a whole number".into())),
    };
    match text.len() {
        0 => Err(no_key("the key of the sub-saga is empty".into())),
        bytes if bytes > limits::SAGA_KEY_BYTES_MAX => Err(no_key(format!(
            "the key of the sub-saga has {bytes} bytes, and {} are allowed",
            limits::SAGA_KEY_BYTES_MAX
        ))),
        _ => Ok(text.into()),
    }
}
