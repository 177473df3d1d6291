//! What the definition says and no path does.

use palinode_core::{Milestone, OnExhausted, Plan, Purpose, Zone};

use crate::{Finding, Rule, explore::Coverage, facts::Facts, tell::Teller};

/// The parts of the definition that no path reaches.
pub(crate) fn dead(plan: &Plan, facts: &Facts, coverage: &Coverage) -> Vec<Finding> {
    let teller = Teller::new(plan, facts);
    let mut found = Vec::new();
    for step in plan.step_indexes() {
        let part = plan.step(step);
        let name = &part.name;
        if !coverage.requests(step, Purpose::Forward) {
            let message = format!("the step '{name}' is never asked for: no path leads to it");
            found.push(teller.no_path(Rule::UnreachableStep, Some(step), message));
            continue;
        }
        if part.compensation.is_some() && !coverage.requests(step, Purpose::Compensation) {
            let message = format!(
                "the compensation of '{name}' is never asked for: nothing turns the saga back once '{name}' may be done"
            );
            found.push(teller.no_path(Rule::DeadCompensation, Some(step), message));
        }
        if part.resumed_by.is_some() && !coverage.waits_for(step) {
            let why = match part.on_exhausted {
                OnExhausted::Compensate => "'onExhausted' is 'compensate'",
                OnExhausted::Continue => "'onExhausted' is 'continue'",
                OnExhausted::Suspend => "it never runs out of attempts",
            };
            let message =
                format!("'resumedBy' of '{name}' resumes nothing: the saga never waits for it, because {why}");
            found.push(teller.no_path(Rule::DeadResumption, Some(step), message));
        }
        if part.retry.when.is_some() && part.zone == Zone::ForwardOnly {
            let message = format!(
                "'retry.when' of '{name}' is never asked: after the pivot every refusal is tried again while attempts \
                 are left"
            );
            found.push(teller.no_path(Rule::DeadCondition, Some(step), message));
        }
    }
    for (key, step, value) in &facts.constants {
        let name = &plan.step(*step).name;
        let message = format!("'{key}' of '{name}' is always {value}: it looks at no data");
        found.push(teller.no_path(Rule::DeadCondition, Some(*step), message));
    }
    for milestone in facts
        .milestones
        .iter()
        .filter(|milestone| !coverage.reaches(**milestone))
    {
        let told = milestone.name(plan);
        let message = format!("the milestone '{told}' is never reached, so that nothing is emitted for it");
        let step = match milestone {
            Milestone::StepSucceeded(step) | Milestone::StepFailed(step) | Milestone::StepCompensated(step) => {
                Some(*step)
            }
            _ => None,
        };
        found.push(teller.no_path(Rule::DeadMilestone, step, message));
    }
    if plan.cancelled_by.is_some() && !coverage.cancelled {
        let why = match plan.cancel_until {
            Some(step) => format!("its window closes when '{}' begins", plan.step(step).name),
            None => "the pivot may have been done from the start".into(),
        };
        let message = format!("'cancelledBy' cancels nothing once a saga has started: {why}");
        found.push(teller.no_path(Rule::DeadCancellation, None, message));
    }
    found
}
