//! Expressions that are true or false.

use std::sync::Arc;

use crate::{EvaluationError, Expression, Payload, Scope, StepIndex, Value};

use super::Draft;

/// Whether `condition` of `step` holds in the open saga, with `reply` in hand.
pub(super) fn holds(
    draft: &Draft<'_>,
    condition: &Arc<dyn Expression>,
    step: StepIndex,
    reply: Option<&Payload>,
) -> Result<bool, EvaluationError> {
    let Some(state) = draft.open() else { return Ok(false) };
    let scope = Scope {
        step: Some(step),
        reply,
        ..Scope::new(draft.plan(), state, draft.context.decoder)
    };
    match condition.evaluate(&scope)? {
        Value::Boolean(holds) => Ok(holds),
        _ => Err(EvaluationError {
            expression: condition.source().into(),
            reason: "it is neither true nor false".into(),
        }),
    }
}
