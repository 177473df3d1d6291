//! The one row that a finished saga leaves for analysts.

use crate::{Effect, EvaluationError, Outcome, Scope};

use super::{Told, attributes::attribute_value, values::values};

pub(super) fn outcome(told: &Told<'_>, outcome: Outcome) -> Result<Effect, EvaluationError> {
    let plan = told.context.plan;
    let reason = told.event.reason();
    let scope = Scope {
        reason: reason.map(|reason| (reason.code.as_str(), &reason.text)),
        ..Scope::new(plan, told.state, told.context.decoder)
    };
    let mut values = values(&plan.outcome, &scope)?;
    values.extend(
        plan.attributes
            .iter()
            .map(|attribute| attribute_value(attribute, &scope)),
    );
    Ok(Effect::Outcome {
        outcome,
        reason: reason.cloned(),
        sequence: told.sequence,
        state: Box::new(told.state.clone()),
        values,
    })
}
