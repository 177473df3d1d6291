//! Commands to participants.

use crate::{Attempt, Effect, EvaluationError, Purpose, Round, Scope, StepIndex};

use super::{Told, values::values};

pub(super) fn command(
    told: &Told<'_>,
    step: StepIndex,
    purpose: Purpose,
    round: Round,
    attempt: Attempt,
) -> Result<Effect, EvaluationError> {
    let plan = told.context.plan;
    let message = plan.step(step).command_for(purpose);
    let scope = Scope {
        plan,
        state: told.state,
        decoder: told.context.decoder,
        reply: None,
        milestone: None,
        reason: None,
    };
    let values = values(&plan.message(message).fields, &scope)?;
    Ok(Effect::Command {
        step,
        purpose,
        round,
        attempt,
        message,
        values,
    })
}
