//! Events in a few words.

use crate::{Event, Plan, Purpose, Reason, Request, RequestStatus, StepIndex};

pub(crate) fn in_words(plan: &Plan, event: &Event) -> String {
    let of = |step: &StepIndex, purpose: &Purpose| asked(plan, *step, *purpose);
    match event {
        Event::SagaStarted { .. } => "started".into(),
        Event::Requested {
            step,
            purpose,
            round,
            attempt,
            ..
        } => {
            format!("requested {} {}/{}", of(step, purpose), round.0, attempt.0)
        }
        Event::Succeeded {
            step, purpose, round, ..
        } => format!("succeeded {} {}", of(step, purpose), round.0),
        Event::Failed {
            step,
            purpose,
            round,
            definite,
            retried,
            ..
        } => {
            let how = match (definite, retried) {
                (true, true) => ", to be retried",
                (true, false) => "",
                (false, true) => ", not surely, to be retried",
                (false, false) => ", not surely",
            };
            format!("failed {} {}{how}", of(step, purpose), round.0)
        }
        Event::TimedOut {
            step,
            purpose,
            round,
            attempt,
        } => {
            format!("timed out {} {}/{}", of(step, purpose), round.0, attempt.0)
        }
        Event::RetryScheduled {
            step, purpose, round, ..
        } => format!("retry of {} in {}", of(step, purpose), round.0),
        Event::PassedOver { step } => format!("passed over {}", plan.step_name(*step)),
        Event::Expanded { step, items } => format!("{} has {items} items", plan.step_name(*step)),
        Event::ItemsSucceeded { step } => format!("all items of {} are done", plan.step_name(*step)),
        Event::WaitStarted { step, .. } => format!("{} waits", plan.step_name(*step)),
        Event::EventArrived { step, .. } => format!("event of {} came early", plan.step_name(*step)),
        Event::WaitEnded { step, fails, payload } => {
            let by = if payload.is_some() { " by its event" } else { "" };
            let how = if *fails { ", in vain" } else { "" };
            format!("wait of {} ended{by}{how}", plan.step_name(*step))
        }
        Event::DecisionAsked { step, .. } => format!("asked {}", plan.step_name(*step)),
        Event::DecisionMade { step, decision, .. } => {
            let by = decision.by.as_deref().unwrap_or("nobody");
            format!("{} decided {} for {}", by, decision.option, plan.step_name(*step))
        }
        Event::LockAsked { step, round, lock, .. } => format!("{} asked for {lock} {}", plan.step_name(*step), round.0),
        Event::LockQueued { step, place } => format!("{} waits at {place}", plan.step_name(*step)),
        Event::LockGranted { step } => format!("{} holds its lock", plan.step_name(*step)),
        Event::LockMissed { step, lock, reason, .. } => {
            coded(&format!("{} missed {lock}", plan.step_name(*step)), reason)
        }
        Event::LockReleased { step, lock, .. } => format!("{} let go of {lock}", plan.step_name(*step)),
        Event::SubSagaNamed { step, saga } => format!("{} is the saga {saga}", plan.step_name(*step)),
        Event::ParentNamed { parent } => format!("done for {}/{}", parent.saga, parent.step),
        Event::TakenBackByParent { round } => format!("taken back by its parent in {}", round.0),
        Event::GivenUp { step, purpose, reason } => coded(&format!("gave up {}", of(step, purpose)), reason),
        Event::CancellationAccepted => "cancellation accepted".into(),
        Event::CancellationKept => "cancellation kept".into(),
        Event::DeadlinePassed => "deadline passed".into(),
        Event::CompensationStarted { reason } => coded("turned back", reason),
        Event::SagaSuspended { step: None, reason } => coded("suspended", reason),
        Event::SagaSuspended {
            step: Some((step, purpose)),
            reason,
        } => coded(&format!("suspended on {}", of(step, purpose)), reason),
        Event::SagaResumed => "resumed".into(),
        Event::SagaMigrated { migration, .. } => format!("moved from {} to {}", migration.from, migration.to),
        Event::MigrationUndone { .. } => "moved back".into(),
        Event::SagaReopened { reason } => coded("reopened", reason),
        Event::SagaCompleted => "completed".into(),
        Event::SagaCompensated { reason } => coded("compensated", reason),
        Event::InputRejected { code, .. } => format!("rejected: {}", code.as_str()),
    }
}

pub(crate) fn request_in_words(request: &Request) -> String {
    let status = match request.status {
        RequestStatus::NotRequested => "not requested",
        RequestStatus::Pending { .. } => "pending",
        RequestStatus::Paused { .. } => "paused",
        RequestStatus::Succeeded => "succeeded",
        RequestStatus::Failed => "failed",
        RequestStatus::Unknown => "unknown",
        RequestStatus::PassedOver => "passed over",
        RequestStatus::Expanded => "done item by item",
    };
    let unanswered = if request.unanswered { ", unanswered" } else { "" };
    format!("{status} {}/{}{unanswered}", request.round.0, request.attempt.0)
}

fn asked(plan: &Plan, step: StepIndex, purpose: Purpose) -> String {
    let name = plan.step_name(step);
    match purpose {
        Purpose::Forward => name.to_string(),
        Purpose::Compensation => format!("undo-{name}"),
    }
}

fn coded(what: &str, reason: &Reason) -> String {
    format!("{what}: {}", reason.code.as_str())
}
