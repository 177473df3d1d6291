//! Whether the deadline leaves participants the time that the definition promises them.

use std::{cmp::Reverse, time::Duration};

use palinode_core::{Action, Plan, Purpose, StepIndex, StepPlan, WaitPlan, Zone};

use super::{Played, play};
use crate::{Core, Rule, world::Taker};

/// How long before the end of its time an answer comes that comes at the last moment.
const LAST_MOMENT: Duration = Duration::from_millis(1);

/// A deadline that passes too early, and the saga that shows it.
pub(crate) struct Late {
    pub(crate) rule: Rule,
    pub(crate) step: Option<StepIndex>,
    pub(crate) played: Played,
}

/// Plays sagas of `plan`, which has all of its attempts, with one element in every array, and gives those that meet the
/// deadline too early.
pub(crate) fn late<C: Core>(core: &C, plan: &Plan) -> Vec<Late> {
    if plan.deadline.is_none() {
        return Vec::new();
    }
    let taker = Taker::new(core, plan);
    let in_time = |step: StepIndex| last_moment(plan, step);
    let patient = play(&taker, &|step, _| Some(in_time(step)));
    if patient.meets_deadline() {
        return vec![Late {
            rule: Rule::DeadlineTooShort,
            step: None,
            played: patient,
        }];
    }
    // From the pivot on a step is tried again after the deadline, too.
    let mut found: Vec<Late> = plan
        .step_indexes()
        .filter(|step| plan.step(*step).zone == Zone::Compensatable && plan.step(*step).replies().is_some())
        .filter_map(|step| {
            let silent = play(&taker, &|asked, _| (asked.template() != step).then_some(Duration::ZERO));
            // A step with a deadline of its own gives attempts up before.
            let left = silent.attempts(step) < plan.step(step).retry_for(Purpose::Forward).attempts;
            let left = left && plan.step(step).deadline.is_none();
            (left && silent.meets_deadline()).then_some(Late {
                rule: Rule::AttemptsNeverMade,
                step: Some(step),
                played: silent,
            })
        })
        .collect();
    if found.is_empty() {
        let last = |step: StepIndex, attempt: u32| {
            plan.step(step).replies().is_none() || attempt >= plan.step(step).retry_for(Purpose::Forward).attempts
        };
        let tiring = play(&taker, &|step, attempt| last(step, attempt.0).then(|| in_time(step)));
        if tiring.meets_deadline() {
            found.push(Late {
                rule: Rule::DeadlineCutsAttempts,
                step: None,
                played: tiring,
            });
        }
    }
    found
}

/// The saga that meets the deadline although everybody answers in time, with the arrays of `plan`, which are
/// as long as they may be.
pub(crate) fn late_with_longest_arrays<C: Core>(core: &C, plan: &Plan) -> Option<Late> {
    plan.deadline?;
    let longest = plan
        .step_indexes()
        .filter_map(|step| Some((plan.step(step).items.as_ref()?.max, Reverse(step))))
        .max();
    let (_, Reverse(step)) = longest?;
    let played = play(&Taker::new(core, plan), &|step, _| Some(last_moment(plan, step)));
    played.meets_deadline().then_some(Late {
        rule: Rule::DeadlineTooShort,
        step: Some(step),
        played,
    })
}

fn last_moment(plan: &Plan, step: StepIndex) -> Duration {
    patience(plan.step(step)).saturating_sub(LAST_MOMENT)
}

/// How long the definition waits for one answer.
fn patience(step: &StepPlan) -> Duration {
    match &step.action {
        Action::Command { .. } | Action::SubSaga(_) => step
            .deadline
            .map_or(step.timeout, |deadline| deadline.min(step.timeout)),
        Action::Wait(WaitPlan::Event { timeout, .. }) => *timeout,
        Action::Wait(WaitPlan::For(_) | WaitPlan::Until(_)) => Duration::ZERO,
        Action::Decision(question) => question.deadline,
        Action::Lock(lock) => lock.timeout,
    }
}
