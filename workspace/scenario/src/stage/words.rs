//! Events of the journal in plain words.

use palinode_wire::journal::SagaRecord;

use crate::{document::told_span, plan_view};

/// The event in a few words.
pub(crate) fn told(record: &SagaRecord) -> String {
    let mut text = what(record);
    if let Some(step) = &record.step {
        let name = match record.purpose {
            Some(purpose) => plan_view::name(step.as_str(), purpose),
            None => step.to_string(),
        };
        text = text.replace("%", &name);
    }
    let mut more = Vec::new();
    if let Some(round) = record.round.filter(|round| round.0 > 1) {
        more.push(format!("round {}", round.0));
    }
    if let Some(attempt) = record.attempt.filter(|attempt| attempt.0 > 1) {
        more.push(format!("attempt {}", attempt.0));
    }
    if let Some(due) = record.due {
        more.push(format!("until {} later", told_span(due.since(record.time))));
    }
    if let Some(items) = record.items {
        more.push(format!("items: {items}"));
    }
    if let Some(option) = &record.option {
        more.push(format!(
            "{option}, by {}",
            record.by.as_deref().unwrap_or("nobody in time")
        ));
    }
    if record.definite == Some(false) {
        more.push("not surely".into());
    }
    if !more.is_empty() {
        text.push_str(&format!(" ({})", more.join(", ")));
    }
    if let Some(code) = &record.code {
        text.push_str(&format!(": {code}"));
    }
    if let Some(reason) = &record.reason {
        text.push_str(&format!(", {reason}"));
    }
    text
}

fn what(record: &SagaRecord) -> String {
    match &*record.event_type {
        "SagaStarted" => "the saga started",
        "StepRequested" | "CompensationRequested" => "% was requested",
        "StepSucceeded" | "CompensationSucceeded" => "% succeeded",
        "StepFailed" | "CompensationFailed" => "% was refused",
        "StepTimedOut" | "CompensationTimedOut" => "% had no answer in time",
        "StepRetryScheduled" | "CompensationRetryScheduled" => "% will be tried again",
        "StepPassedOver" => "% was passed over",
        "StepExpanded" => "% is done item by item",
        "StepItemsSucceeded" => "all items of % are done",
        "WaitStarted" => "% began",
        "EventArrived" => "the event that % will wait for came early",
        "WaitEnded" if record.fails == Some(true) => "% ended without its event",
        "WaitEnded" => "% ended",
        "DecisionAsked" => "% was asked for",
        "DecisionMade" => "% was decided",
        "LockAsked" => "% was asked for",
        "LockQueued" => "% is held by another",
        "LockGranted" => "% is held",
        "LockMissed" => "% was not had",
        "LockReleased" => "% was given back",
        "SubSagaNamed" => "% is a saga of its own",
        "ParentNamed" => "the saga is a step of another one",
        "TakenBackByParent" => "the saga of which it is a step took it back",
        "StepGivenUp" | "CompensationGivenUp" => "% was given up",
        "CancellationAccepted" => "the wish to cancel was accepted",
        "CancellationKept" => "the wish to cancel was kept",
        "DeadlinePassed" => "the deadline passed",
        "CompensationStarted" => "the saga turned back",
        "SagaSuspended" if record.step.is_some() => "the saga waits for %",
        "SagaSuspended" => "the saga waits",
        "SagaResumed" => "the saga went on",
        "SagaMigrated" => "the saga went on with another version",
        "MigrationUndone" => "the saga returned to its version",
        "SagaReopened" => "the saga was opened again",
        "SagaCompleted" => "the saga was completed",
        "SagaCompensated" => "the saga was compensated",
        "InputRejected" => "the input was refused",
        other if record.step.is_some() => return format!("{other} %"),
        other => other,
    }
    .to_owned()
}
