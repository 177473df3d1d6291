//! Between the core's events and the journal's flat records.

use std::{borrow::Cow, sync::Arc};

use palinode_core::{
    Event, InputId, Plan, Purpose, Reason, ReasonCode, RejectionCode, SagaId, Sequence, StepIndex, Timestamp,
};

use super::{JournalError, SagaRecord};

/// The types of events, as the journal names them.
pub const EVENT_TYPES: [&str; 21] = [
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
    "CancellationAccepted",
    "CancellationKept",
    "DeadlinePassed",
    "CompensationStarted",
    "SagaSuspended",
    "SagaResumed",
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
        Event::CancellationAccepted => "CancellationAccepted",
        Event::CancellationKept => "CancellationKept",
        Event::DeadlinePassed => "DeadlinePassed",
        Event::CompensationStarted { .. } => "CompensationStarted",
        Event::SagaSuspended { .. } => "SagaSuspended",
        Event::SagaResumed => "SagaResumed",
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
        let mut record = Self {
            id: id.clone(),
            version: plan.version,
            sequence,
            time,
            event_type: Cow::Borrowed(event_type(event)),
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
        };
        record.fill(plan, event);
        record
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
        self.step = Some(plan.step(step).name.clone());
        self.purpose = Some(purpose);
    }

    fn of_optional_step(&mut self, plan: &Plan, step: Option<(StepIndex, Purpose)>) {
        if let Some((step, purpose)) = step {
            self.of_step(plan, step, purpose);
        }
    }

    fn because(&mut self, code: &'static str, reason: &Reason) {
        self.code = Some(Cow::Borrowed(code));
        self.reason = Some(Arc::clone(&reason.text));
    }

    /// The event that the record tells of; `plan` is that of the record's definition and version.
    ///
    /// # Errors
    /// When the type or a word is not known here, a field is missing, or the plan has no such step.
    pub fn event(&self, plan: &Plan) -> Result<Event, JournalError> {
        Ok(match &*self.event_type {
            "SagaStarted" => Event::SagaStarted {
                payload: self.needed("payload", self.payload.clone())?,
                correlation: self.needed("correlation", self.correlation.clone())?,
                traceparent: self.traceparent.clone(),
                deadline_at: self.due,
            },
            "StepRequested" | "CompensationRequested" => Event::Requested {
                step: self.step_index(plan)?,
                purpose: self.needed("purpose", self.purpose)?,
                round: self.needed("round", self.round)?,
                attempt: self.needed("attempt", self.attempt)?,
                due: self.needed("due", self.due)?,
            },
            "StepSucceeded" | "CompensationSucceeded" => Event::Succeeded {
                step: self.step_index(plan)?,
                purpose: self.needed("purpose", self.purpose)?,
                round: self.needed("round", self.round)?,
                payload: self.needed("payload", self.payload.clone())?,
            },
            "StepFailed" | "CompensationFailed" => Event::Failed {
                step: self.step_index(plan)?,
                purpose: self.needed("purpose", self.purpose)?,
                round: self.needed("round", self.round)?,
                definite: self.needed("definite", self.definite)?,
                retried: self.needed("retried", self.retried)?,
                payload: self.needed("payload", self.payload.clone())?,
            },
            "StepTimedOut" | "CompensationTimedOut" => Event::TimedOut {
                step: self.step_index(plan)?,
                purpose: self.needed("purpose", self.purpose)?,
                round: self.needed("round", self.round)?,
                attempt: self.needed("attempt", self.attempt)?,
            },
            "StepRetryScheduled" | "CompensationRetryScheduled" => Event::RetryScheduled {
                step: self.step_index(plan)?,
                purpose: self.needed("purpose", self.purpose)?,
                round: self.needed("round", self.round)?,
                at: self.needed("due", self.due)?,
            },
            "CancellationAccepted" => Event::CancellationAccepted,
            "CancellationKept" => Event::CancellationKept,
            "DeadlinePassed" => Event::DeadlinePassed,
            "CompensationStarted" => Event::CompensationStarted {
                reason: self.reason_of_saga()?,
            },
            "SagaSuspended" => Event::SagaSuspended {
                step: self.optional_step(plan)?,
                reason: self.reason_of_saga()?,
            },
            "SagaResumed" => Event::SagaResumed,
            "SagaReopened" => Event::SagaReopened {
                reason: self.reason_of_saga()?,
            },
            "SagaCompleted" => Event::SagaCompleted,
            "SagaCompensated" => Event::SagaCompensated {
                reason: self.reason_of_saga()?,
            },
            "InputRejected" => Event::InputRejected {
                code: self.word("code", RejectionCode::parse)?,
                step: self.optional_step(plan)?,
                reason: Reason {
                    code: ReasonCode::Rejected,
                    text: self.needed("reason", self.reason.clone())?,
                },
            },
            other => {
                return Err(JournalError::UnknownWord {
                    field: "type",
                    word: other.to_owned(),
                });
            }
        })
    }

    fn reason_of_saga(&self) -> Result<Reason, JournalError> {
        Ok(Reason {
            code: self.word("code", ReasonCode::parse)?,
            text: self.needed("reason", self.reason.clone())?,
        })
    }

    fn word<T>(&self, field: &'static str, parse: impl Fn(&str) -> Option<T>) -> Result<T, JournalError> {
        let word = self.needed(field, self.code.as_deref())?;
        parse(word).ok_or_else(|| JournalError::UnknownWord {
            field,
            word: word.to_owned(),
        })
    }

    fn step_index(&self, plan: &Plan) -> Result<StepIndex, JournalError> {
        let name = self.needed("step", self.step.as_ref())?;
        plan.step_named(name.as_str()).ok_or_else(|| JournalError::UnknownStep {
            definition: self.id.definition.clone(),
            version: self.version,
            step: name.to_string(),
        })
    }

    fn optional_step(&self, plan: &Plan) -> Result<Option<(StepIndex, Purpose)>, JournalError> {
        if self.step.is_none() {
            return Ok(None);
        }
        Ok(Some((self.step_index(plan)?, self.needed("purpose", self.purpose)?)))
    }

    fn needed<T>(&self, field: &'static str, value: Option<T>) -> Result<T, JournalError> {
        value.ok_or_else(|| JournalError::Missing {
            event_type: self.event_type.to_string(),
            field,
        })
    }
}
