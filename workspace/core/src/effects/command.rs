//! Commands to participants.

use crate::{Attempt, Effect, EvaluationError, Purpose, Round, Scope, StepIndex};

use super::{Told, values::values};

pub(super) fn command(
    told: &Told<'_>,
    step: StepIndex,
    purpose: Purpose,
    round: Round,
    attempt: Attempt,
) -> Result<Option<Effect>, EvaluationError> {
    let plan = told.context.plan;
    // Only what has a command is requested.
    let Some(message) = plan.step(step).command_for(purpose) else {
        return Ok(None);
    };
    let scope = Scope {
        step: Some(step),
        ..Scope::new(plan, told.state, told.context.decoder)
    };
    let values = values(&plan.message(message).fields, &scope)?;
    Ok(Some(Effect::Command {
        step,
        purpose,
        round,
        attempt,
        message,
        values,
    }))
}
