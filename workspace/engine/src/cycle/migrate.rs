//! Sagas that are to go on with another version of their definition, or to return to the one before. Whether they can is
//! said by the core; here its answer is only taken to the plan that it is for.

use std::sync::Arc;

use palinode_core::{Input, Saga, SagaId, Unmovable, migrated, returned};
use palinode_log::Consumed;
use palinode_store::{Error as StoreError, Stores};
use palinode_wire::{control::MigrationRequested, dead_letter::ErrorCode};

use super::{
    batch::{Batch, not_run},
    decode::Meant,
};
use crate::Definitions;

impl<St: Stores> Batch<'_, St> {
    /// Moves a saga, or records why it stays.
    pub(super) fn migrate(&mut self, meant: &Meant<'_>, record: &Consumed) -> Result<(), StoreError> {
        let read = MigrationRequested::read(&meant.payload, self.schemas)
            .and_then(|request| request.migration().map(|plan| (request, plan)));
        let (request, plan) = match read {
            Ok(read) => read,
            Err(error) => {
                self.dead(record, self.origin(record), ErrorCode::Undecodable, error.to_string());
                return Ok(());
            }
        };
        if request.saga != meant.key {
            let reason = format!("it is for the saga '{}' and has the key '{}'", request.saga, meant.key);
            self.dead(record, self.origin(record), ErrorCode::WrongSagaId, reason);
            return Ok(());
        }
        let id = SagaId {
            definition: request.definition.clone(),
            key: request.saga.clone(),
        };
        let Some(current) = self.plan_of(&id)? else {
            self.dead(record, self.origin(record), ErrorCode::UnknownDefinition, not_run(&id));
            return Ok(());
        };
        let definitions = Arc::clone(&self.shared.definitions);
        let by: Arc<str> = request.by.as_str().into();
        let answer = self.draft.look(self.store, &id, |saga| match &plan {
            Some(plan) => there(&definitions, &request, plan, saga, &by),
            None => back(&definitions, &request, saga, &by),
        })?;
        let (plan, input) = answer.unwrap_or_else(|why| {
            let input = Input::RefuseMigration {
                code: why.code(),
                why: why.to_string().into(),
            };
            (current, input)
        });
        self.apply(plan, &id, &input, &meant.cause, Some(record))?;
        Ok(())
    }
}

type Answer = Result<(usize, Input), Unmovable>;

fn there(
    definitions: &Definitions,
    request: &MigrationRequested,
    plan: &palinode_core::Migration,
    saga: Option<&Saga>,
    by: &Arc<str>,
) -> Answer {
    let position = |version| {
        let position = definitions.position(&request.definition, version);
        position.ok_or(Unmovable::NotRun { version })
    };
    let (from, to) = (position(plan.from)?, position(plan.to)?);
    let migration = migrated(&definitions.at(from).plan, &definitions.at(to).plan, saga, plan)?;
    let input = Input::Migrate {
        migration: Arc::new(migration),
        by: Arc::clone(by),
    };
    Ok((to, input))
}

fn back(definitions: &Definitions, request: &MigrationRequested, saga: Option<&Saga>, by: &Arc<str>) -> Answer {
    let (from, to) = (request.from_version, request.to_version);
    returned(saga, from, to)?;
    let position = definitions.position(&request.definition, from);
    let position = position.ok_or(Unmovable::NotRun { version: from })?;
    Ok((position, Input::UndoMigration { by: Arc::clone(by) }))
}
