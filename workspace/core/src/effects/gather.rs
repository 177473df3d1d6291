//! Which messages an event leads to.

use super::{answer, command, emission, outcome};
use crate::{Context, Effect, EvaluationError, Event, SagaState, Sequence};

/// What has to be sent because of `event`, given the state that it led to.
///
/// `before_end` is the state of the saga when `event` closed it, and the state after `event` otherwise.
///
/// # Errors
/// When an expression of the definition has no value for this saga's data.
pub fn effects(context: Context<'_>, before_end: &SagaState, event: &Event) -> Result<Vec<Effect>, EvaluationError> {
    let sequence = if event.outcome().is_some() {
        before_end.sequence.next()
    } else {
        before_end.sequence
    };
    let mut effects = Vec::new();
    let told = Told {
        context,
        state: before_end,
        sequence,
        event,
    };
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
    if let Event::Requested {
        step,
        purpose,
        round,
        attempt,
        ..
    } = told.event
    {
        effects.extend(command::command(told, *step, *purpose, *round, *attempt)?);
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
        answer::answers(told, outcome, effects);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{Effect, Milestone, Sequence, Value, testing::*};

    #[test]
    fn emissions_tell_of_their_milestones_in_the_order_of_the_journal() {
        let on = [
            Milestone::Started,
            Milestone::StepSucceeded(PAYMENT),
            Milestone::StepFailed(STOCK),
            Milestone::Compensating,
            Milestone::StepCompensated(PAYMENT),
            Milestone::Compensated,
        ];
        let mut story = Story::of(order().emitting(&on, Field("saga.milestone")));
        story.when(&start());
        assert_eq!(story.sent(), ["emit started", "do payment", "do stock"]);
        story.when(&done(PAYMENT, 1));
        assert_eq!(story.sent(), ["emit payment.succeeded"]);
        story.when(&refused(STOCK, 1));
        assert_eq!(story.sent(), ["emit stock.failed", "emit compensating", "undo payment"]);
        story.when(&undone(PAYMENT, 1));
        assert_eq!(
            story.sent(),
            ["emit payment.compensated", "emit compensated", "outcome Compensated"]
        );
    }

    #[test]
    fn an_emission_names_the_event_that_it_tells_of() {
        let mut story = Story::of(plan([step("payment")]).emitting(&[Milestone::Completed], Field("saga.key")));
        story.when(&start());
        story.when(&done(PAYMENT, 1));
        let sequences: Vec<Sequence> = story
            .effects()
            .iter()
            .filter_map(|effect| match effect {
                Effect::Emission { sequence, .. } => Some(*sequence),
                _ => None,
            })
            .collect();
        assert_eq!(sequences, [Sequence(4)], "started, requested, succeeded, completed");
    }

    #[test]
    fn an_emission_sees_the_reason() {
        let on = [
            Milestone::StepFailed(PAYMENT),
            Milestone::Suspended,
            Milestone::Compensated,
        ];
        let mut story = Story::of(plan([step("payment")]).emitting(&on, Field("saga.reason_code"))).given([start()]);
        story.when(&timed_out(PAYMENT, 1));
        assert_eq!(story.sent(), ["emit OUTCOME_UNKNOWN"]);
        story.when(&refused(PAYMENT, 1));
        assert_eq!(
            story.sent(),
            ["emit STEP_FAILED", "emit STEP_FAILED", "outcome Compensated"]
        );
    }

    #[test]
    fn an_outcome_has_the_fields_of_the_definition_and_the_last_state() {
        let mut story = Story::of(plan([step("payment")])).given([start()]);
        story.when(&done(PAYMENT, 1));
        let [
            Effect::Outcome {
                reason: None,
                sequence,
                state,
                values,
                ..
            },
        ] = story.effects()
        else {
            panic!("{:?}", story.effects())
        };
        assert_eq!(values, &[Value::String("o-1".into())]);
        assert_eq!(*sequence, Sequence(4), "started, requested, succeeded, completed");
        assert!(state.step(PAYMENT).reply.is_some());
    }

    #[test]
    fn a_command_sees_the_replies_of_the_steps_before_it() {
        let plan = plan([step("payment"), step("stock").after(&[0])])
            .commanding(STOCK, Field("steps.payment.reply.reservation"));
        let mut story = Story::of(plan).given([start()]);
        story.when(&done(PAYMENT, 1));
        assert_eq!(story.sent(), ["r-1"]);
    }
}
