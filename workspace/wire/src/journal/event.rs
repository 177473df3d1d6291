//! From the core's events to the journal's flat records.

use std::{borrow::Cow, sync::Arc};

use palinode_core::{
    Event, InputId, LockKey, Plan, Purpose, Reason, ReasonCode, RejectionCode, Round, SagaId, Sequence, StepIndex,
    Timestamp,
};

use super::SagaRecord;
use crate::headers::saga_id_text;

/// The types of events, as the journal names them.
pub const EVENT_TYPES: [&str; 44] = [
    "SagaStarted",
    "StepRequested",
    "CompensationRequested",
    "StepSucceeded",
    "CompensationSucceeded",
    "StepFailed",
    "CompensationFailed",
    "StepTimedOut",
    "CompensationTimedOut",
    "StepRetryScheduled",
    "CompensationRetryScheduled",
    "StepPassedOver",
    "StepExpanded",
    "StepItemsSucceeded",
    "WaitStarted",
    "EventArrived",
    "WaitEnded",
    "DecisionAsked",
    "DecisionMade",
    "LockAsked",
    "LockQueued",
    "LockGranted",
    "LockMissed",
    "LockReleased",
    "LockTaken",
    "LockAwaited",
    "LockLeft",
    "SubSagaNamed",
    "ParentNamed",
    "TakenBackByParent",
    "StepGivenUp",
    "CompensationGivenUp",
    "CancellationAccepted",
    "CancellationKept",
    "DeadlinePassed",
    "CompensationStarted",
    "SagaSuspended",
    "SagaResumed",
    "SagaMigrated",
    "MigrationUndone",
    "SagaReopened",
    "SagaCompleted",
    "SagaCompensated",
    "InputRejected",
];

/// The journal's name for the type of `event`.
pub fn event_type(event: &Event) -> &'static str {
    match event {
        Event::SagaStarted { .. } => "SagaStarted",
        Event::Requested { purpose, .. } => by(*purpose, "StepRequested", "CompensationRequested"),
        Event::Succeeded { purpose, .. } => by(*purpose, "StepSucceeded", "CompensationSucceeded"),
        Event::Failed { purpose, .. } => by(*purpose, "StepFailed", "CompensationFailed"),
        Event::TimedOut { purpose, .. } => by(*purpose, "StepTimedOut", "CompensationTimedOut"),
        Event::RetryScheduled { purpose, .. } => by(*purpose, "StepRetryScheduled", "CompensationRetryScheduled"),
        Event::PassedOver { .. } => "StepPassedOver",
        Event::Expanded { .. } => "StepExpanded",
        Event::ItemsSucceeded { .. } => "StepItemsSucceeded",
        Event::WaitStarted { .. } => "WaitStarted",
        Event::EventArrived { .. } => "EventArrived",
        Event::WaitEnded { .. } => "WaitEnded",
        Event::DecisionAsked { .. } => "DecisionAsked",
        Event::DecisionMade { .. } => "DecisionMade",
        Event::LockAsked { .. } => "LockAsked",
        Event::LockQueued { .. } => "LockQueued",
        Event::LockGranted { .. } => "LockGranted",
        Event::LockMissed { .. } => "LockMissed",
        Event::LockReleased { .. } => "LockReleased",
        Event::SubSagaNamed { .. } => "SubSagaNamed",
        Event::ParentNamed { .. } => "ParentNamed",
        Event::TakenBackByParent { .. } => "TakenBackByParent",
        Event::GivenUp { purpose, .. } => by(*purpose, "StepGivenUp", "CompensationGivenUp"),
        Event::CancellationAccepted => "CancellationAccepted",
        Event::CancellationKept => "CancellationKept",
        Event::DeadlinePassed => "DeadlinePassed",
        Event::CompensationStarted { .. } => "CompensationStarted",
        Event::SagaSuspended { .. } => "SagaSuspended",
        Event::SagaResumed => "SagaResumed",
        Event::SagaMigrated { .. } => "SagaMigrated",
        Event::MigrationUndone { .. } => "MigrationUndone",
        Event::SagaReopened { .. } => "SagaReopened",
        Event::SagaCompleted => "SagaCompleted",
        Event::SagaCompensated { .. } => "SagaCompensated",
        Event::InputRejected { .. } => "InputRejected",
    }
}

fn by(purpose: Purpose, forward: &'static str, compensation: &'static str) -> &'static str {
    match purpose {
        Purpose::Forward => forward,
        Purpose::Compensation => compensation,
    }
}

/// A word of the journal without a copy, when it is a known one.
pub(super) fn known_word(word: &str) -> Cow<'static, str> {
    let known = EVENT_TYPES
        .into_iter()
        .chain(ReasonCode::ALL.iter().map(|code| code.as_str()))
        .chain(RejectionCode::ALL.iter().map(|code| code.as_str()))
        .find(|known| *known == word);
    known.map_or_else(|| Cow::Owned(word.to_owned()), Cow::Borrowed)
}

impl SagaRecord {
    /// The record of `event`. A refusal's class stands in place of the class of its reason, which is always
    /// [`ReasonCode::Rejected`].
    pub fn from_event(
        plan: &Plan,
        id: &SagaId,
        sequence: Sequence,
        time: Timestamp,
        cause: &InputId,
        event: &Event,
    ) -> Self {
        let mut record = Self::blank(id, plan.version, sequence, time, cause, event_type(event));
        record.fill(plan, event);
        record
    }

    /// A record that says nothing but what every record says.
    pub fn blank(
        id: &SagaId,
        version: u32,
        sequence: Sequence,
        time: Timestamp,
        cause: &InputId,
        event_type: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            id: id.clone(),
            version,
            sequence,
            time,
            event_type: event_type.into(),
            step: None,
            purpose: None,
            round: None,
            attempt: None,
            due: None,
            definite: None,
            retried: None,
            code: None,
            reason: None,
            cause: cause.clone(),
            correlation: None,
            traceparent: None,
            payload: None,
            items: None,
            fails: None,
            option: None,
            by: None,
            note: None,
            sub_saga: None,
            parent: None,
            depth: None,
            lock: None,
            asker: None,
            place: None,
            migration: None,
        }
    }

    fn fill(&mut self, plan: &Plan, event: &Event) {
        match event {
            Event::SagaStarted {
                payload,
                correlation,
                traceparent,
                deadline_at,
            } => {
                self.payload = Some(payload.clone());
                self.correlation = Some(Arc::clone(correlation));
                self.traceparent.clone_from(traceparent);
                self.due = *deadline_at;
            }
            Event::Requested {
                step,
                purpose,
                round,
                attempt,
                due,
            } => {
                self.of_step(plan, *step, *purpose);
                (self.round, self.attempt, self.due) = (Some(*round), Some(*attempt), Some(*due));
            }
            Event::Succeeded {
                step,
                purpose,
                round,
                payload,
            } => {
                self.of_step(plan, *step, *purpose);
                (self.round, self.payload) = (Some(*round), Some(payload.clone()));
            }
            Event::Failed {
                step,
                purpose,
                round,
                definite,
                retried,
                payload,
            } => {
                self.of_step(plan, *step, *purpose);
                (self.round, self.payload) = (Some(*round), Some(payload.clone()));
                (self.definite, self.retried) = (Some(*definite), Some(*retried));
            }
            Event::TimedOut {
                step,
                purpose,
                round,
                attempt,
            } => {
                self.of_step(plan, *step, *purpose);
                (self.round, self.attempt) = (Some(*round), Some(*attempt));
            }
            Event::RetryScheduled {
                step,
                purpose,
                round,
                at,
            } => {
                self.of_step(plan, *step, *purpose);
                (self.round, self.due) = (Some(*round), Some(*at));
            }
            Event::PassedOver { step } | Event::ItemsSucceeded { step } => self.of_step(plan, *step, Purpose::Forward),
            Event::Expanded { step, items } => {
                self.of_step(plan, *step, Purpose::Forward);
                self.items = Some(*items);
            }
            Event::WaitStarted { step, until: due } | Event::DecisionAsked { step, due } => {
                self.of_step(plan, *step, Purpose::Forward);
                self.due = Some(*due);
            }
            Event::EventArrived { step, payload } => {
                self.of_step(plan, *step, Purpose::Forward);
                self.payload = Some(payload.clone());
            }
            Event::WaitEnded { step, fails, payload } => {
                self.of_step(plan, *step, Purpose::Forward);
                (self.fails, self.payload) = (Some(*fails), payload.clone());
            }
            Event::DecisionMade { step, decision, fails } => {
                self.of_step(plan, *step, Purpose::Forward);
                self.fails = Some(*fails);
                self.option = Some(Arc::clone(&decision.option));
                (self.by, self.note) = (decision.by.clone(), decision.note.clone());
            }
            Event::LockAsked { step, round, lock, due } => {
                self.of_step(plan, *step, Purpose::Forward);
                self.of_lock(*round, lock);
                self.due = Some(*due);
            }
            Event::LockQueued { step, place } => {
                self.of_step(plan, *step, Purpose::Forward);
                self.place = Some(*place);
            }
            Event::LockGranted { step } => self.of_step(plan, *step, Purpose::Forward),
            Event::LockMissed {
                step,
                round,
                lock,
                fails,
                reason,
            } => {
                self.of_step(plan, *step, Purpose::Forward);
                self.of_lock(*round, lock);
                self.fails = Some(*fails);
                self.because(reason.code.as_str(), reason);
            }
            Event::LockReleased { step, round, lock } => {
                self.of_step(plan, *step, Purpose::Forward);
                self.of_lock(*round, lock);
            }
            Event::SubSagaNamed { step, saga } => {
                self.of_step(plan, *step, Purpose::Forward);
                self.sub_saga = Some(saga_id_text(saga).into());
            }
            Event::ParentNamed { parent } => {
                self.parent = Some(parent.request(Purpose::Forward, parent.round).to_string().into());
                self.depth = Some(parent.depth);
            }
            Event::TakenBackByParent { round } => self.round = Some(*round),
            Event::SagaMigrated { migration, by } => {
                self.migration = serde_json::to_string(&**migration).ok().map(Into::into);
                self.by = Some(Arc::clone(by));
            }
            Event::MigrationUndone { by } => self.by = Some(Arc::clone(by)),
            Event::GivenUp { step, purpose, reason } => {
                self.of_step(plan, *step, *purpose);
                self.because(reason.code.as_str(), reason);
            }
            Event::CancellationAccepted
            | Event::CancellationKept
            | Event::DeadlinePassed
            | Event::SagaResumed
            | Event::SagaCompleted => {}
            Event::CompensationStarted { reason }
            | Event::SagaReopened { reason }
            | Event::SagaCompensated { reason } => {
                self.because(reason.code.as_str(), reason);
            }
            Event::SagaSuspended { step, reason } => {
                self.of_optional_step(plan, *step);
                self.because(reason.code.as_str(), reason);
            }
            Event::InputRejected { code, step, reason } => {
                self.of_optional_step(plan, *step);
                self.because(code.as_str(), reason);
            }
        }
    }

    fn of_step(&mut self, plan: &Plan, step: StepIndex, purpose: Purpose) {
        self.step = Some(plan.step_name(step));
        self.purpose = Some(purpose);
    }

    fn of_lock(&mut self, round: Round, lock: &LockKey) {
        (self.round, self.lock) = (Some(round), Some(lock.clone()));
    }

    fn of_optional_step(&mut self, plan: &Plan, step: Option<(StepIndex, Purpose)>) {
        if let Some((step, purpose)) = step {
            self.of_step(plan, step, purpose);
        }
    }

    pub(super) fn because(&mut self, code: &'static str, reason: &Reason) {
        self.code = Some(Cow::Borrowed(code));
        self.reason = Some(Arc::clone(&reason.text));
    }
}
