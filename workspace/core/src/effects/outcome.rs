//! The one row that a finished saga leaves for analysts.

use crate::{Effect, EvaluationError, Outcome, Scope};

use super::{Told, values::values};

pub(super) fn outcome(told: &Told<'_>, outcome: Outcome) -> Result<Effect, EvaluationError> {
    let plan = told.context.plan;
    let reason = told.event.reason();
    let scope = Scope {
        plan,
        state: told.state,
        decoder: told.context.decoder,
        reply: None,
        milestone: None,
        reason: reason.map(|reason| (reason.code.as_str(), &reason.text)),
    };
    Ok(Effect::Outcome {
        outcome,
        reason: reason.cloned(),
        sequence: told.sequence,
        state: Box::new(told.state.clone()),
        values: values(&plan.outcome, &scope)?,
    })
}
