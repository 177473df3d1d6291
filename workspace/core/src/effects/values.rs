//! The values of a message, in the order of its fields.

use crate::{EvaluationError, FieldPlan, Scope, Value};

pub(super) fn values(fields: &[FieldPlan], scope: &Scope<'_>) -> Result<Vec<Value>, EvaluationError> {
    let mut values = Vec::with_capacity(fields.len());
    for field in fields {
        values.push(field.expression.evaluate(scope)?);
    }
    Ok(values)
}
