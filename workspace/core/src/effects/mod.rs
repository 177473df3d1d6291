//! What has to be sent because of what happened: commands, emissions, outcomes.
//!
//! A message whose expressions have no value is an error, with two exceptions: an emission that tells of a suspension
//! or of a refused input is left out. The saga is suspended already, or its state stays as it is; suspending it for
//! the sake of the message would help nobody.

mod command;
mod emission;
mod outcome;
mod values;

use crate::{Context, Effect, EvaluationError, Event, SagaState, Sequence};

/// What has to be sent because of `event`, given the state that it led to.
///
/// `before_end` is the state of the saga when `event` closed it, and the state after `event` otherwise.
///
/// # Errors
/// When an expression of the definition has no value for this saga's data.
pub fn effects(context: Context<'_>, before_end: &SagaState, event: &Event) -> Result<Vec<Effect>, EvaluationError> {
    let sequence = if event.outcome().is_some() { before_end.sequence.next() } else { before_end.sequence };
    let mut effects = Vec::new();
    let told = Told { context, state: before_end, sequence, event };
    gather(&told, Missing::Refused, &mut effects)?;
    Ok(effects)
}

/// An event and what surrounds it.
#[derive(Clone, Copy)]
pub(crate) struct Told<'a> {
    pub(crate) context: Context<'a>,
    /// The state that the expressions see.
    pub(crate) state: &'a SagaState,
    /// The number of the event.
    pub(crate) sequence: Sequence,
    pub(crate) event: &'a Event,
}

/// What becomes of an emission whose expressions have no value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// It is an error.
    Refused,
    /// It is left out.
    Dropped,
}

/// Adds to `effects` what has to be sent because of the event.
pub(crate) fn gather(told: &Told<'_>, missing: Missing, effects: &mut Vec<Effect>) -> Result<(), EvaluationError> {
    if let Event::Requested { step, purpose, round, attempt, .. } = told.event {
        effects.push(command::command(told, *step, *purpose, *round, *attempt)?);
    }
    if let Some(milestone) = told.event.milestone() {
        let missing = match told.event {
            Event::SagaSuspended { .. } | Event::InputRejected { .. } => Missing::Dropped,
            _ => missing,
        };
        emission::emissions(told, milestone, missing, effects)?;
    }
    if let Some(outcome) = told.event.outcome() {
        effects.push(outcome::outcome(told, outcome)?);
    }
    Ok(())
}
