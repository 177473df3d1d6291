//! Which sagas can move: what the core says of their states, and what the schemas say of their data.

use std::{cell::RefCell, collections::BTreeMap};

use palinode_core::{Migration, Payload, RecordName, Saga, SagaId, SagaState, SchemaId, Sequence, migrated, returned};
use palinode_definition::{Definition, MigrationPlan};
use palinode_wire::Schemas;

use super::{registered::Registered, states::States};

/// A plan and the two versions that it joins.
pub(super) struct Path<'a> {
    pub(super) plan: &'a MigrationPlan,
    pub(super) from: &'a Definition,
    pub(super) to: &'a Definition,
    pub(super) registered: &'a Registered,
    /// The schemas that sagas' data were written with.
    pub(super) schemas: &'a Schemas,
}

/// What is to become of the open sagas.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    /// Those that can move, and the number of their last event.
    pub(super) movable: BTreeMap<SagaId, Sequence>,
    /// Those that stay, and why.
    pub(super) staying: Vec<(SagaId, String)>,
}

impl Path<'_> {
    /// What becomes of the open sagas of the version that is left.
    pub(super) fn there(&self, states: &States) -> Verdicts {
        let migration = self.plan.migration();
        let known = RefCell::default();
        verdicts(states.open_of(migration.from), |saga, state| {
            self.judge(&migration, saga, state, &known)
        })
    }

    /// What becomes of the open sagas that were moved, when the migration is taken back.
    pub(super) fn back(&self, states: &States) -> Verdicts {
        let (from, to) = (self.plan.from, self.plan.to);
        let moved = states.open_of(to).filter(|(_, state)| state.moved.is_some());
        verdicts(moved, |saga, _| {
            returned(Some(saga), from, to).map_err(|why| why.to_string())
        })
    }

    fn judge(&self, migration: &Migration, saga: &Saga, state: &SagaState, known: &Known) -> Result<(), String> {
        let moved = migrated(&self.from.plan, &self.to.plan, Some(saga), migration).map_err(|why| why.to_string())?;
        let start = self.record_of(&state.start);
        if let Some(start) = &start
            && *start != self.to.plan.started_by.record
        {
            return Err(format!(
                "its start event is a '{start}', and not what version {} starts with",
                self.plan.to
            ));
        }
        let replies = moved
            .steps
            .iter()
            .filter_map(|step| state.get(step.was?)?.reply.as_ref());
        for payload in std::iter::once(&state.start).chain(replies) {
            let fits = known.borrow().get(&payload.schema).cloned();
            let fits = fits.unwrap_or_else(|| {
                let fits = self.fits(payload);
                known.borrow_mut().insert(payload.schema, fits.clone());
                fits
            });
            fits?;
        }
        Ok(())
    }

    fn record_of(&self, payload: &Payload) -> Option<RecordName> {
        self.schemas
            .record_name(payload.schema)
            .map(|name| name.as_str().into())
    }

    /// Whether the other version can be evaluated over a payload of this schema.
    fn fits(&self, payload: &Payload) -> Result<(), String> {
        let SchemaId(id) = payload.schema;
        let (Some(record), Some(text)) = (self.record_of(payload), self.schemas.text(payload.schema)) else {
            return Err(format!(
                "no node has kept the schema {id}, with which its data were written"
            ));
        };
        let newest = |record: &RecordName| self.registered.text(record);
        match self.plan.check_written(self.to, &record, text, &newest).first() {
            None => Ok(()),
            Some(misfit) => Err(format!(
                "its '{record}' was written with the schema {id}, which version {} does not fit: {} (line {})",
                self.plan.to, misfit.message, misfit.location.line
            )),
        }
    }
}

type Known = RefCell<BTreeMap<SchemaId, Result<(), String>>>;

fn verdicts<'s>(
    sagas: impl Iterator<Item = (&'s Saga, &'s SagaState)>,
    judge: impl Fn(&Saga, &SagaState) -> Result<(), String>,
) -> Verdicts {
    let mut verdicts = Verdicts::default();
    for (saga, state) in sagas {
        match judge(saga, state) {
            Ok(()) => drop(verdicts.movable.insert(state.id.clone(), state.sequence)),
            Err(why) => verdicts.staying.push((state.id.clone(), why)),
        }
    }
    verdicts
}
