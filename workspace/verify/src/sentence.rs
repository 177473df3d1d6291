//! What is wrong, in a sentence, and what to do about it.

use palinode_core::{Plan, StepIndex};

use crate::{Bounds, Rule, tell::span};

pub(crate) fn sentence(plan: &Plan, rule: Rule, step: Option<StepIndex>, bounds: Bounds) -> String {
    let name = step.map_or_else(|| "a step".to_owned(), |step| plan.step_name(step).to_string());
    let deadline = span(bounds.deadline_ms.unwrap_or(0));
    match rule {
        Rule::Stuck => "the saga waits for nothing, and for nobody: it never ends".into(),
        Rule::Endless => "the saga can go on for ever: the last moves come again and again".into(),
        Rule::NoWayOut => "from here no end can be reached, whoever helps".into(),
        Rule::NoReason => "the saga waits without saying why".into(),
        Rule::LeftDone => format!("the saga ends compensated, but '{name}' may still be done"),
        Rule::CompensatedTwice => format!("'{name}' is taken back a second time"),
        Rule::CompensatedNeedlessly => format!("'{name}' is taken back, but was never done"),
        Rule::CompensationOrder => format!("'{name}' is taken back before all that came after it is"),
        Rule::BackAfterPivot => format!("'{name}' is taken back, or left, although the pivot may have been done"),
        Rule::CommandAfterEnd => format!("'{name}' is asked for after the saga ended"),
        Rule::AskedTooEarly => format!("'{name}' is asked for before all that it waits for is done"),
        Rule::AskedUnderNewId => {
            format!("'{name}' is asked for under another id while it may be done under the last one")
        }
        Rule::AskedOnTheWayBack => format!("'{name}' is asked for although the saga has turned back"),
        Rule::CompletedEarly => format!("the saga ends completed, but '{name}' is not known to be done"),
        Rule::LockTakenTwice => format!("'{name}' takes a lock that the saga holds"),
        Rule::LocksCross => format!("'{name}' and another step take their locks in no certain order"),
        Rule::LockKept => format!("the saga ends with the lock of '{name}'"),
        Rule::OutcomeRecord => "an end does not leave exactly one outcome record".into(),
        Rule::NotIdempotent => format!("the same input again changes something at '{name}'"),
        Rule::NotReplayable => "the state is not what its journal says: a replay would lead elsewhere".into(),
        Rule::DeadlineTooShort if step.is_some() => format!(
            "the deadline of {deadline} passes although every participant answers within its own time-out, when arrays \
             are as long as they may be, as that of '{name}': give the saga more time, or the step a smaller 'max' or a \
             larger 'parallel'"
        ),
        Rule::DeadlineTooShort => format!(
            "the deadline of {deadline} passes although every participant answers within its own time-out: \
             give the saga more time, or the steps less"
        ),
        Rule::AttemptsNeverMade => format!(
            "the deadline of {deadline} passes before '{name}' has had all of its attempts, even when every other step \
             takes no time: its last attempts can never be made"
        ),
        Rule::DeadlineCutsAttempts => format!(
            "when every step needs its last attempt, the deadline of {deadline} passes first: the way forward takes up \
             to {}",
            span(bounds.forward_ms)
        ),
        Rule::UnreachableStep => format!("no path asks for '{name}'"),
        Rule::DeadMilestone | Rule::DeadResumption | Rule::DeadCancellation => "no path leads there".into(),
        Rule::DeadCompensation | Rule::DeadCondition => format!("nothing ever asks this of '{name}'"),
        Rule::NothingTakesItBack => format!(
            "the saga can end compensated while '{name}' stays done: it has no compensation. Right when there is nothing \
             to take back"
        ),
        Rule::CompensationGivenUp => format!(
            "the saga can end compensated while '{name}' stays done, because its compensation was given up; a person is told"
        ),
        Rule::LeftUnknown => {
            format!("the saga can end completed while nobody knows whether '{name}' was done: it was given up")
        }
        Rule::GoesOnTooLong => format!(
            "a saga can go on by itself for {}: nobody will wait that long. Give it a deadline, or fewer attempts",
            span(bounds.whole_ms)
        ),
        Rule::WaitsForAPerson => waits(&[name.as_str()]),
        Rule::NoDeadline => format!(
            "the saga has no deadline: without a person it ends or waits within {}, and while it waits nothing ends it",
            span(bounds.whole_ms)
        ),
    }
}

/// The steps for which a saga may wait until a person looks.
pub(crate) fn waits(steps: &[&str]) -> String {
    if steps.is_empty() {
        return "the saga can wait for a person".into();
    }
    let names: Vec<String> = steps.iter().map(|step| format!("'{step}'")).collect();
    format!(
        "the saga can wait for a person at {}: no event resumes it there. For the first of them:",
        names.join(", ")
    )
}
