//! Which edges of a definition were walked.
//!
//! An edge is one thing that can happen to a part of a definition: a step is refused, its compensation is tried again, an
//! event is emitted at a milestone, a wish to cancel is refused.

use std::collections::{BTreeMap, BTreeSet};

use palinode_core::{Action, Plan, Purpose, RetryPolicy, StepIndex, WaitPlan};
use palinode_wire::journal::SagaRecord;

use crate::{
    plan_view,
    stage::{Moment, Sent},
};

/// One edge.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The part of the definition: a step, its compensation, `saga`, or `emits`.
    pub part: String,
    /// What happens to it.
    pub what: String,
}

/// The edges of a definition, and those that were walked.
#[derive(Clone, Debug)]
pub struct Coverage {
    edges: Vec<Edge>,
    walked: BTreeSet<Edge>,
}

/// The part of what happens to a saga as a whole.
const SAGA: &str = "saga";
/// The part of events for everybody.
const EMITS: &str = "emits";

impl Coverage {
    /// The edges of `plan`, none of them walked.
    pub fn of(plan: &Plan) -> Self {
        let mut edges = Vec::new();
        let mut add = |part: &str, what: &str| {
            edges.push(Edge {
                part: part.to_owned(),
                what: what.to_owned(),
            });
        };
        for what in of_saga(plan) {
            add(SAGA, what);
        }
        for index in plan.step_indexes() {
            for purpose in [Purpose::Forward, Purpose::Compensation] {
                let name = plan_view::name_of(plan, index, purpose);
                for what in of_step(plan, index, purpose) {
                    add(&name, &what);
                }
            }
        }
        let milestones = plan.emits.iter().flat_map(|emission| &emission.on);
        let mut known = BTreeSet::new();
        for milestone in milestones {
            let name = milestone.name(plan);
            if known.insert(name.to_string()) {
                add(EMITS, &name);
            }
        }
        Self {
            edges,
            walked: BTreeSet::new(),
        }
    }

    /// Adds the edges that a story walks.
    pub fn add(&mut self, story: &[Moment]) {
        let mut pauses = Pauses::default();
        for moment in story {
            let mut failed: Option<String> = None;
            for record in moment.events.iter().map(|happened| &happened.record) {
                let asked = record.step.as_ref().zip(record.purpose);
                let item = asked.map(|(step, purpose)| plan_view::name(step.as_str(), purpose));
                // An item walks the edges of its step.
                let name = asked.map(|(step, purpose)| plan_view::name(of_item(step.as_str()), purpose));
                for what in pauses.step_edges(record, item.as_deref()) {
                    self.walk(name.clone().unwrap_or_default(), &what);
                }
                for what in saga_edges(record) {
                    self.walk(SAGA.to_owned(), what);
                }
                if is_exhausted(record)
                    && let Some(part) = name.clone().or_else(|| failed.clone())
                {
                    self.walk(part, "exhausted");
                }
                failed = name.or(failed);
            }
            for sent in &moment.sent {
                if let Sent::Emission { milestone, .. } = sent {
                    self.walk(EMITS.to_owned(), milestone);
                }
            }
        }
    }

    /// Adds what another walk over the same definition walked.
    pub fn join(&mut self, other: &Self) {
        self.walked.extend(other.walked.iter().cloned());
    }

    /// Every edge, in the order of the definition, and whether it was walked.
    pub fn edges(&self) -> impl Iterator<Item = (&Edge, bool)> {
        self.edges.iter().map(|edge| (edge, self.walked.contains(edge)))
    }

    /// How many edges were walked.
    pub fn walked(&self) -> usize {
        self.edges().filter(|(_, walked)| *walked).count()
    }

    /// How many edges there are.
    pub fn total(&self) -> usize {
        self.edges.len()
    }

    /// The share that was walked, in percent, rounded down.
    pub fn percent(&self) -> usize {
        (self.walked() * 100).checked_div(self.total()).unwrap_or(100)
    }

    fn walk(&mut self, part: String, what: &str) {
        let what = what.to_owned();
        self.walked.insert(Edge { part, what });
    }
}

fn of_saga(plan: &Plan) -> Vec<&'static str> {
    let mut edges = vec!["started", "completed"];
    let turns_back = plan
        .steps
        .iter()
        .any(|step| plan.pivot.is_none() || step.compensation.is_some());
    if turns_back {
        edges.push("compensated");
    }
    edges.push("suspended");
    edges.push("resumed");
    if plan.cancelled_by.is_some() {
        edges.extend(["cancelled", "cancelled before its start"]);
        if plan.pivot.is_some() || plan.cancel_until.is_some() {
            edges.push("cancellation refused");
        }
    }
    if plan.deadline.is_some() {
        edges.push("deadline passed");
    }
    edges
}

fn of_step(plan: &Plan, index: StepIndex, purpose: Purpose) -> Vec<String> {
    let step = plan.step(index);
    let mut edges: Vec<String> = Vec::new();
    if purpose == Purpose::Forward {
        if step.when.is_some() || !step.unless.is_empty() {
            edges.push("passed over".into());
        }
        if step.items.is_some() {
            edges.push("item by item".into());
        }
        match &step.action {
            Action::Command { .. } | Action::SubSaga(_) => {}
            Action::Wait(WaitPlan::For(_) | WaitPlan::Until(_)) => edges.push("ended".into()),
            Action::Wait(WaitPlan::Event { .. }) => {
                edges.extend(["ended".into(), "ended without its event".into()]);
            }
            Action::Lock(_) => edges.extend(["held".into(), "not had".into()]),
            Action::Decision(decision) => {
                edges.extend(decision.options.iter().map(|option| format!("decided {}", option.name)));
                edges.push("decided by nobody".into());
            }
        }
    }
    edges.extend(of_requests(plan, index, purpose).into_iter().map(str::to_owned));
    edges
}

fn of_requests(plan: &Plan, index: StepIndex, purpose: Purpose) -> Vec<&'static str> {
    let Some(replies) = plan_view::replies(plan, index, purpose) else {
        return Vec::new();
    };
    let policy: &RetryPolicy = plan.step(index).retry_for(purpose);
    let mut edges = vec!["requested", "succeeded"];
    if replies.failed.is_some() {
        edges.push("refused");
    }
    edges.push("timed out");
    if policy.attempts > 1 {
        edges.push("retried");
        if replies.failed.is_some() && policy.when.is_some() {
            edges.push("retried after a refusal");
        }
    }
    edges.push("exhausted");
    edges
}

/// Why the pauses that last began.
#[derive(Default)]
struct Pauses {
    after_refusal: BTreeMap<String, bool>,
}

impl Pauses {
    fn step_edges(&mut self, record: &SagaRecord, name: Option<&str>) -> Vec<String> {
        let Some(name) = name else { return Vec::new() };
        let edge = match &*record.event_type {
            "StepRequested" | "CompensationRequested" => match self.after_refusal.remove(name) {
                Some(true) => "retried after a refusal",
                Some(false) => "retried",
                None => "requested",
            },
            "StepSucceeded" | "CompensationSucceeded" => {
                self.after_refusal.remove(name);
                "succeeded"
            }
            "StepFailed" | "CompensationFailed" if record.retried == Some(true) => {
                self.after_refusal
                    .insert(name.to_owned(), record.definite == Some(true));
                return Vec::new();
            }
            "StepFailed" | "CompensationFailed" => "refused",
            "StepTimedOut" | "CompensationTimedOut" => "timed out",
            "StepRetryScheduled" | "CompensationRetryScheduled" => {
                self.after_refusal.entry(name.to_owned()).or_insert(false);
                return Vec::new();
            }
            "StepPassedOver" => "passed over",
            "StepExpanded" => "item by item",
            "WaitEnded" if record.fails == Some(true) => "ended without its event",
            "WaitEnded" => "ended",
            "LockGranted" => "held",
            "LockMissed" => "not had",
            "DecisionMade" if record.by.is_none() => "decided by nobody",
            "DecisionMade" => {
                let option = record.option.iter();
                return option.map(|option| format!("decided {option}")).collect();
            }
            _ => return Vec::new(),
        };
        vec![edge.to_owned()]
    }
}

fn saga_edges(record: &SagaRecord) -> &'static [&'static str] {
    match (&*record.event_type, record.code.as_deref()) {
        ("SagaStarted", _) => &["started"],
        ("SagaCompleted", _) => &["completed"],
        ("SagaCompensated", _) => &["compensated"],
        ("SagaSuspended", _) => &["suspended"],
        ("SagaResumed", _) => &["resumed"],
        ("CancellationAccepted", _) => &["cancelled"],
        ("CancellationKept", _) => &["cancelled before its start"],
        ("InputRejected", Some("CANCEL_AFTER_PIVOT" | "CANCEL_WINDOW_CLOSED")) => &["cancellation refused"],
        ("DeadlinePassed", _) => &["deadline passed"],
        _ => &[],
    }
}

/// The step that an item belongs to.
fn of_item(name: &str) -> &str {
    name.split_once('[').map_or(name, |(step, _)| step)
}

/// Whether the event says that a step has no attempt left.
fn is_exhausted(record: &SagaRecord) -> bool {
    let ends = matches!(
        &*record.event_type,
        "SagaSuspended" | "CompensationStarted" | "StepGivenUp" | "CompensationGivenUp"
    );
    ends && matches!(record.code.as_deref(), Some("ATTEMPTS_EXHAUSTED" | "OUTCOME_UNKNOWN"))
}
