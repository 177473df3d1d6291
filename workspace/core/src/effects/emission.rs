//! Events for everybody, at the milestones that a definition names.

use crate::{Direction, Effect, EvaluationError, Event, Milestone, Reason, Scope, reasons};

use super::{Missing, Told, values::values};

/// Adds an emission for each one of the plan that tells of `milestone`.
pub(super) fn emissions(
    told: &Told<'_>,
    milestone: Milestone,
    missing: Missing,
    effects: &mut Vec<Effect>,
) -> Result<(), EvaluationError> {
    let plan = told.context.plan;
    let mut emissions = plan
        .emits
        .iter()
        .filter(|emission| emission.on.contains(&milestone))
        .peekable();
    if emissions.peek().is_none() {
        return Ok(());
    }
    let name = milestone.name(plan);
    let reason = reason(told);
    let scope = Scope {
        milestone: Some(&name),
        reason: reason.as_ref().map(|reason| (reason.code.as_str(), &reason.text)),
        ..Scope::new(plan, told.state, told.context.decoder)
    };
    for emission in emissions {
        match values(&plan.message(emission.message).fields, &scope) {
            Ok(values) => {
                effects.push(Effect::Emission {
                    milestone,
                    sequence: told.sequence,
                    message: emission.message,
                    values,
                });
            }
            Err(_) if missing == Missing::Dropped => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The event's own reason, else why the saga goes back.
fn reason(told: &Told<'_>) -> Option<Reason> {
    let own = match told.event {
        Event::Failed {
            step, purpose, payload, ..
        } => Some(reasons::step_failed(told.context, *step, *purpose, payload)),
        Event::WaitEnded { step, fails: true, .. } => Some(reasons::wait_timed_out(told.context.plan, *step)),
        Event::DecisionMade {
            step,
            decision,
            fails: true,
        } => Some(reasons::decided_against(told.context.plan, *step, decision)),
        _ => None,
    };
    if own.is_some() {
        return own;
    }
    told.event.reason().cloned().or_else(|| match &told.state.direction {
        Direction::Forward => None,
        Direction::Backward(reason) => Some(reason.clone()),
    })
}
