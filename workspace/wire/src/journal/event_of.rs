//! From the journal's flat records to the core's events.

use std::sync::Arc;

use palinode_core::{
    Decision, Event, IdempotencyKey, Migrated, Parent, Plan, Purpose, Reason, ReasonCode, RejectionCode, StepIndex,
};

use super::{JournalError, SagaRecord};
use crate::headers::parse_saga_id;

impl SagaRecord {
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
            "StepPassedOver" => Event::PassedOver {
                step: self.step_index(plan)?,
            },
            "StepExpanded" => Event::Expanded {
                step: self.step_index(plan)?,
                items: self.needed("items", self.items)?,
            },
            "StepItemsSucceeded" => Event::ItemsSucceeded {
                step: self.step_index(plan)?,
            },
            "WaitStarted" => Event::WaitStarted {
                step: self.step_index(plan)?,
                until: self.needed("due", self.due)?,
            },
            "EventArrived" => Event::EventArrived {
                step: self.step_index(plan)?,
                payload: self.needed("payload", self.payload.clone())?,
            },
            "WaitEnded" => Event::WaitEnded {
                step: self.step_index(plan)?,
                fails: self.needed("fails", self.fails)?,
                payload: self.payload.clone(),
            },
            "DecisionAsked" => Event::DecisionAsked {
                step: self.step_index(plan)?,
                due: self.needed("due", self.due)?,
            },
            "DecisionMade" => Event::DecisionMade {
                step: self.step_index(plan)?,
                decision: Decision {
                    option: self.needed("option", self.option.clone())?,
                    by: self.by.clone(),
                    note: self.note.clone(),
                },
                fails: self.needed("fails", self.fails)?,
            },
            "LockAsked" => Event::LockAsked {
                step: self.step_index(plan)?,
                round: self.needed("round", self.round)?,
                lock: self.needed("lock", self.lock.clone())?,
                due: self.needed("due", self.due)?,
            },
            "LockQueued" => Event::LockQueued {
                step: self.step_index(plan)?,
                place: self.needed("place", self.place)?,
            },
            "LockGranted" => Event::LockGranted {
                step: self.step_index(plan)?,
            },
            "LockMissed" => Event::LockMissed {
                step: self.step_index(plan)?,
                round: self.needed("round", self.round)?,
                lock: self.needed("lock", self.lock.clone())?,
                fails: self.needed("fails", self.fails)?,
                reason: self.reason_of_saga()?,
            },
            "LockReleased" => Event::LockReleased {
                step: self.step_index(plan)?,
                round: self.needed("round", self.round)?,
                lock: self.needed("lock", self.lock.clone())?,
            },
            "SubSagaNamed" => Event::SubSagaNamed {
                step: self.step_index(plan)?,
                saga: self.text("sub_saga", self.sub_saga.as_deref(), parse_saga_id)?,
            },
            "ParentNamed" => {
                let asked = self.text("parent", self.parent.as_deref(), IdempotencyKey::parse)?;
                Event::ParentNamed {
                    parent: Parent {
                        saga: asked.saga,
                        step: asked.step,
                        round: asked.round,
                        depth: self.needed("depth", self.depth)?,
                    },
                }
            }
            "TakenBackByParent" => Event::TakenBackByParent {
                round: self.needed("round", self.round)?,
            },
            "StepGivenUp" | "CompensationGivenUp" => Event::GivenUp {
                step: self.step_index(plan)?,
                purpose: self.needed("purpose", self.purpose)?,
                reason: self.reason_of_saga()?,
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
            "SagaMigrated" => Event::SagaMigrated {
                migration: self.migrated(plan)?,
                by: self.needed("by", self.by.clone())?,
            },
            "MigrationUndone" => Event::MigrationUndone {
                by: self.needed("by", self.by.clone())?,
            },
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

    /// A migration; its steps are those of the plan.
    fn migrated(&self, plan: &Plan) -> Result<Arc<Migrated>, JournalError> {
        let text = self.needed("migration", self.migration.as_deref())?;
        let migrated: Option<Migrated> = serde_json::from_str(text).ok();
        let names = |migrated: &Migrated| {
            migrated
                .steps
                .iter()
                .map(|step| &step.step)
                .eq(plan.steps.iter().map(|step| &step.name))
        };
        let migrated = migrated.filter(names).ok_or_else(|| JournalError::UnknownWord {
            field: "migration",
            word: text.to_owned(),
        })?;
        Ok(Arc::new(migrated))
    }

    pub(super) fn reason_of_saga(&self) -> Result<Reason, JournalError> {
        Ok(Reason {
            code: self.word("code", ReasonCode::parse)?,
            text: self.needed("reason", self.reason.clone())?,
        })
    }

    fn word<T>(&self, field: &'static str, parse: impl Fn(&str) -> Option<T>) -> Result<T, JournalError> {
        self.text(field, self.code.as_deref(), parse)
    }

    fn text<T>(
        &self,
        field: &'static str,
        text: Option<&str>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, JournalError> {
        let word = self.needed(field, text)?;
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

    pub(super) fn needed<T>(&self, field: &'static str, value: Option<T>) -> Result<T, JournalError> {
        value.ok_or_else(|| JournalError::Missing {
            event_type: self.event_type.to_string(),
            field,
        })
    }
}
