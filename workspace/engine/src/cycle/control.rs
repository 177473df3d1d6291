//! What people ask of sagas: inputs that say themselves which saga and step they are for.

use palinode_core::{Input, SagaId, StepIndex};
use palinode_log::Consumed;
use palinode_store::{Error as StoreError, Stores};
use palinode_wire::{control::DecisionMade, dead_letter::ErrorCode};

use super::{
    batch::{Batch, not_run},
    decode::Meant,
};

/// Stands for a step that the definition does not have.
pub(super) const NO_STEP: StepIndex = StepIndex(u16::MAX);

impl<St: Stores> Batch<'_, St> {
    /// A decision. One for a saga, step or option that is not there is refused by the saga, and so recorded.
    pub(super) fn decide(&mut self, meant: &Meant<'_>, record: &Consumed) -> Result<(), StoreError> {
        let decision = match DecisionMade::read(&meant.payload, self.schemas) {
            Ok(decision) => decision,
            Err(error) => {
                self.dead(record, self.origin(record), ErrorCode::Undecodable, error.to_string());
                return Ok(());
            }
        };
        if decision.saga != meant.key {
            let reason = format!("it is for the saga '{}' and has the key '{}'", decision.saga, meant.key);
            self.dead(record, self.origin(record), ErrorCode::WrongSagaId, reason);
            return Ok(());
        }
        let id = SagaId {
            definition: decision.definition,
            key: decision.saga,
        };
        let Some(plan) = self.plan_of(&id)? else {
            self.dead(record, self.origin(record), ErrorCode::UnknownDefinition, not_run(&id));
            return Ok(());
        };
        let step = self.shared.definitions.at(plan).plan.step_named(decision.step.as_str());
        let input = Input::Decide {
            step: step.unwrap_or(NO_STEP),
            option: decision.option.into(),
            by: decision.by.into(),
            note: decision.note.map(Into::into),
        };
        self.apply(plan, &id, &input, &meant.cause, Some(record))?;
        Ok(())
    }
}
