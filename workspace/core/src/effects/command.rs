//! Commands to participants.

use crate::{Attempt, Effect, EvaluationError, Purpose, Round, Scope, StepIndex, SubSaga};

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
    let id = told.state.get(step).and_then(|state| state.sub_saga.as_deref());
    let sub_saga = id.map(|id| {
        let above = told.state.parent.as_ref().map_or(0, |known| known.parent.depth);
        Box::new(SubSaga {
            id: id.clone(),
            depth: above.saturating_add(1),
        })
    });
    let fields = match (purpose, &sub_saga) {
        (Purpose::Compensation, Some(_)) => &[][..],
        _ => &plan.message(message).fields,
    };
    let values = values(fields, &scope)?;
    Ok(Some(Effect::Command {
        step,
        purpose,
        round,
        attempt,
        message,
        values,
        sub_saga,
    }))
}
