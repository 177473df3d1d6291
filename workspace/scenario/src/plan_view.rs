//! What scenarios ask of a plan: steps by name, and the records that answer them.

use palinode_core::{Plan, Purpose, RecordName, Replies, ReplyResult, StepIndex};

/// What stands behind a step's name when its compensation is meant.
const COMPENSATION: &str = ".compensation";

/// The step and purpose that `name` means: `payment`, or `payment.compensation`.
pub(crate) fn asked(plan: &Plan, name: &str) -> Option<(StepIndex, Purpose)> {
    match name.strip_suffix(COMPENSATION) {
        Some(step) => {
            let step = plan.step_named(step)?;
            plan.step(step).compensation.as_ref()?;
            Some((step, Purpose::Compensation))
        }
        None => Some((plan.step_named(name)?, Purpose::Forward)),
    }
}

/// The name of a step or of its compensation, as scenarios write it.
pub(crate) fn name(step: &str, purpose: Purpose) -> String {
    match purpose {
        Purpose::Forward => step.to_owned(),
        Purpose::Compensation => format!("{step}{COMPENSATION}"),
    }
}

/// The name of the step or item at `index`, or of its compensation.
pub(crate) fn name_of(plan: &Plan, index: StepIndex, purpose: Purpose) -> String {
    name(plan.step_name(index).as_str(), purpose)
}

/// Every name that [`asked`] knows.
pub(crate) fn names(plan: &Plan) -> Vec<String> {
    let mut names = Vec::new();
    for index in plan.step_indexes() {
        names.push(name_of(plan, index, Purpose::Forward));
        if plan.step(index).compensation.is_some() {
            names.push(name_of(plan, index, Purpose::Compensation));
        }
    }
    names
}

/// The records that answer a step or its compensation.
pub(crate) fn replies(plan: &Plan, step: StepIndex, purpose: Purpose) -> Option<&Replies> {
    plan.step(step).replies_for(purpose)
}

/// The record by which a step or its compensation is answered with `result`.
pub(crate) fn reply_record(plan: &Plan, step: StepIndex, purpose: Purpose, result: ReplyResult) -> Option<&RecordName> {
    let replies = replies(plan, step, purpose)?;
    match result {
        ReplyResult::Succeeded => Some(&replies.succeeded),
        ReplyResult::Failed => replies.failed.as_ref(),
    }
}
