//! A saga as people and scripts see it.

use std::collections::BTreeMap;

use palinode_core::{
    Action, Decoder, Direction, Outcome, Plan, Request, RequestStatus, Saga, SagaState, Standing, StepIndex, StepLock,
    StepState, Timestamp, Value, attributes,
};
use palinode_wire::rfc3339;
use serde::{Deserialize, Serialize};

/// A saga.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SagaView {
    /// Its definition.
    pub definition: String,
    /// The version that it follows.
    pub version: Option<u32>,
    /// Its key.
    pub key: String,
    /// `running`, `compensating`, `suspended`, `completed`, `compensated`, or `cancelled before its start`; of a lock `held` or
    /// `free`.
    pub status: String,
    /// Why it is suspended or compensated.
    pub reason: Option<String>,
    /// When it started.
    pub started_at: Option<String>,
    /// When its last event happened.
    pub changed_at: Option<String>,
    /// When its deadline passes.
    pub deadline_at: Option<String>,
    /// The correlation id of all its messages.
    pub correlation_id: Option<String>,
    /// The number of its events.
    pub events: u64,
    /// The step of another saga that it is done for: `definition/key`, and the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// What people look for it by.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, String>,
    /// Its steps, and then their items; empty once it is completed.
    pub steps: Vec<StepView>,
    /// Of a lock: who holds it, and behind them who waits for it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queue: Vec<StandingView>,
}

/// Who holds a lock or waits for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingView {
    /// The definition of the saga.
    pub definition: String,
    /// Its key.
    pub key: String,
    /// The step that asked.
    pub step: String,
    /// Since when it holds the lock, or waits.
    pub since: String,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepView {
    /// Its id.
    pub step: String,
    /// How far it got.
    pub status: String,
    /// Commands that were sent.
    pub attempts: u32,
    /// When the first command was sent.
    pub requested_at: Option<String>,
    /// When the final reply came.
    pub answered_at: Option<String>,
    /// How far its compensation got, when there is one.
    pub compensation: Option<String>,
    /// What it asks people while nobody has decided, and then what was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
    /// The lock that it holds, or waits for and at which place when it began to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<String>,
    /// The saga that does it: `definition/key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_saga: Option<String>,
}

/// Describes a saga. `plan` is the plan of its version, for the names of its steps and its attributes, into whose fields
/// `decoder` looks.
pub fn saga_view(definition: &str, key: &str, saga: &Saga, plan: Option<&Plan>, decoder: &dyn Decoder) -> SagaView {
    let mut view = SagaView {
        definition: definition.into(),
        version: None,
        key: key.into(),
        status: "cancelled before its start".into(),
        reason: None,
        started_at: None,
        changed_at: None,
        deadline_at: None,
        correlation_id: None,
        events: saga.sequence().0,
        parent: None,
        attributes: BTreeMap::new(),
        steps: Vec::new(),
        queue: Vec::new(),
    };
    match saga {
        Saga::CancelledEarly { at, .. } => view.changed_at = Some(rfc3339(*at)),
        Saga::Open(state) => {
            view.version = Some(state.version);
            let (status, reason) = match (&state.suspended, &state.direction) {
                (Some(suspension), _) => ("suspended", Some(&suspension.reason)),
                (None, Direction::Backward(reason)) => ("compensating", Some(reason)),
                (None, Direction::Forward) => ("running", None),
            };
            view.status = status.into();
            view.reason = reason.map(ToString::to_string);
            view.started_at = Some(rfc3339(state.started_at));
            view.changed_at = Some(rfc3339(state.changed_at));
            view.deadline_at = state.deadline_at.map(rfc3339);
            view.correlation_id = Some(state.correlation.to_string());
            view.parent = parent(state);
            let attributes = plan.map(|plan| attributes(plan, state, decoder)).unwrap_or_default();
            view.attributes = attributes
                .into_iter()
                .map(|(name, value)| (name.to_string(), told(&value)))
                .collect();
            let name = |index: StepIndex| match plan.filter(|plan| plan.has_step(index)) {
                Some(plan) => plan.step_name(index).to_string(),
                None => format!("#{}", index.0),
            };
            view.steps = state
                .indexes()
                .map(|index| (index, state.step(index)))
                .map(|(index, step)| StepView {
                    step: name(index),
                    status: word(&step.forward),
                    attempts: step.forward.attempt.0,
                    requested_at: step.forward.requested_at.map(rfc3339),
                    answered_at: step.forward.answered_at.map(rfc3339),
                    compensation: (step.compensation.status != RequestStatus::NotRequested)
                        .then(|| word(&step.compensation)),
                    decision: decision(plan, index, step),
                    lock: step.lock.as_ref().map(|lock| lock_of(step, lock)),
                    sub_saga: step.sub_saga.as_ref().map(ToString::to_string),
                })
                .collect();
        }
        Saga::Lock(lock) => {
            view.status = if lock.holder.is_some() { "held" } else { "free" }.into();
            view.queue = lock.holder.iter().chain(&lock.waiting).map(standing).collect();
        }
        Saga::Closed(closed) => {
            view.version = Some(closed.version);
            view.status = match closed.outcome {
                Outcome::Completed => "completed",
                Outcome::Compensated => "compensated",
            }
            .into();
            view.changed_at = Some(rfc3339(closed.at));
            if let Some(memory) = &closed.memory {
                view.started_at = Some(rfc3339(memory.started_at));
                view.correlation_id = Some(memory.correlation.to_string());
                view.parent = parent(memory);
                if let Direction::Backward(reason) = &memory.direction {
                    view.reason = Some(reason.to_string());
                }
            }
        }
    }
    view
}

fn standing(standing: &Standing) -> StandingView {
    StandingView {
        definition: standing.request.saga.definition.to_string(),
        key: standing.request.saga.key.to_string(),
        step: standing.request.step.to_string(),
        since: rfc3339(standing.since),
    }
}

fn lock_of(step: &StepState, lock: &StepLock) -> String {
    match lock.place {
        _ if step.forward.status == RequestStatus::Succeeded => format!("holds '{}'", lock.key),
        Some(place) => format!("waits for '{}', at place {place} when it came", lock.key),
        None => format!("waits for '{}'", lock.key),
    }
}

fn parent(state: &SagaState) -> Option<String> {
    let parent = &state.parent.as_ref()?.parent;
    Some(format!("{}, step {}", parent.saga, parent.step))
}

/// The question while it is open, or the answer.
fn decision(plan: Option<&Plan>, index: StepIndex, step: &StepState) -> Option<String> {
    if let Some(decision) = &step.decision {
        let by = decision.by.as_deref().unwrap_or("nobody in time");
        let note = decision
            .note
            .as_deref()
            .map(|note| format!(": {note}"))
            .unwrap_or_default();
        return Some(format!("'{}' by {by}{note}", decision.option));
    }
    let plan = plan.filter(|plan| plan.has_step(index))?;
    match &plan.step(index).action {
        Action::Decision(question) if matches!(step.forward.status, RequestStatus::Pending { .. }) => {
            let options: Vec<&str> = question.options.iter().map(|option| &*option.name).collect();
            Some(format!("{} ({})", question.question, options.join(", ")))
        }
        _ => None,
    }
}

/// A value in a few words.
fn told(value: &Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::Boolean(value) => value.to_string(),
        Value::Long(value) => value.to_string(),
        Value::Double(value) => value.to_string(),
        Value::String(text) => text.to_string(),
        Value::Bytes(bytes) => format!("{} bytes", bytes.len()),
        Value::List(list) => format!("{} elements", list.len()),
        Value::Record(fields) => format!("{} fields", fields.len()),
    }
}

fn word(request: &Request) -> String {
    let until = |at: Timestamp| rfc3339(at);
    match request.status {
        RequestStatus::Failed if request.given_up => "failed, given up".into(),
        RequestStatus::Unknown if request.given_up => "outcome unknown, given up".into(),
        RequestStatus::NotRequested => "not requested".into(),
        RequestStatus::Pending { due } => format!("waiting until {}", until(due)),
        RequestStatus::Paused { until: at } => format!("waiting until {} to try again", until(at)),
        RequestStatus::Succeeded => "succeeded".into(),
        RequestStatus::Failed => "failed".into(),
        RequestStatus::Unknown => "outcome unknown".into(),
        RequestStatus::PassedOver => "passed over".into(),
        RequestStatus::Expanded => "done item by item".into(),
    }
}
