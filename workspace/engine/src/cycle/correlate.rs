//! Events that name the saga that they are for in a field, while their record has another key.
//!
//! The task that reads such an event looks at the field, takes the event to those of its own sagas that it is for, and
//! forwards it through the inbox to the tasks of the others, in the same transaction. There the field is looked at again.

use std::{collections::BTreeSet, sync::Arc};

use palinode_core::{Payload, SagaKey, correlated_key};
use palinode_log::Consumed;
use palinode_store::{Error as StoreError, Stores};
use palinode_wire::{Origin, Schemas, dead_letter::ErrorCode, headers::MessageHeaders, partition_of};

use super::{
    Shared,
    batch::{Batch, Taken},
    decode::{Decoded, Meant, key_of},
    held::Held,
    outbox,
};
use crate::routes::Role;

/// An event that is for sagas of several keys.
#[derive(Debug)]
pub(super) struct Correlated<'d> {
    origin: Origin,
    /// What it means to sagas of this task.
    meant: Vec<Meant<'d>>,
    /// The tasks of the others.
    elsewhere: BTreeSet<i32>,
    /// Why a saga that it is for cannot be named.
    unnamed: Option<(ErrorCode, String)>,
}

/// An event on its way to the sagas that it is for.
pub(super) struct Correlating<'r> {
    pub(super) record: &'r Consumed,
    pub(super) origin: Origin,
    pub(super) payload: Payload,
    pub(super) headers: MessageHeaders<'r>,
    pub(super) is_forwarded: bool,
}

impl Correlating<'_> {
    /// Says what the event means to `task`: by the key of its record to `roles`, by its fields to `correlated`. What was
    /// forwarded here was taken elsewhere for all other sagas.
    pub(super) fn decode<'d, St: Stores>(
        self,
        shared: &'d Shared<St>,
        task: i32,
        schemas: &Schemas,
        roles: &'d [Role],
        correlated: &'d [Role],
    ) -> Decoded<'d> {
        let mut unnamed = None;
        let mut keyed: Vec<(SagaKey, &'d [Role])> = Vec::new();
        if !roles.is_empty() {
            match key_of(self.record) {
                Ok(key) => keyed.push((key, roles)),
                Err(problem) => unnamed = Some(problem),
            }
        }
        for role in correlated {
            let plan = &shared.definitions.at(role.plan).plan;
            let step = role.meaning.step().and_then(|step| plan.steps.get(step.at()));
            let Some(key) = step.and_then(|step| step.event_key()) else {
                continue;
            };
            match correlated_key(key.as_ref(), &self.payload, schemas) {
                Ok(Some(key)) => keyed.push((key, std::slice::from_ref(role))),
                Ok(None) => {}
                Err(error) => unnamed = Some((ErrorCode::KeyMissing, error.to_string())),
            }
        }
        let mut elsewhere = BTreeSet::new();
        let mut meant = Vec::new();
        for (key, roles) in keyed {
            let owner = partition_of(key.as_str().as_bytes(), shared.member.application.partitions);
            if owner != task {
                elsewhere.insert(owner);
                continue;
            }
            meant.push(Meant {
                cause: self.origin.input_id(),
                key,
                roles,
                payload: self.payload.clone(),
                answers: None,
                correlation: self.headers.correlation_id.or(self.headers.ce_id).map(Arc::from),
                traceparent: self.headers.traceparent.map(Arc::from),
            });
        }
        if self.is_forwarded {
            elsewhere.clear();
            if meant.is_empty() {
                let reason = format!("the event is for no saga of task {task}, to which it was forwarded");
                return Decoded::Dead(self.origin, ErrorCode::ForwardedTwice, reason);
            }
        }
        Decoded::Correlated(Correlated {
            origin: self.origin,
            meant,
            elsewhere,
            unnamed,
        })
    }
}

impl<St: Stores> Batch<'_, St> {
    /// Takes the event to the sagas of this task and forwards it to the others; nothing of it while a schema is missing.
    pub(super) fn correlated(
        &mut self,
        held: &Held,
        event: Correlated<'_>,
        record: &Consumed,
    ) -> Result<Taken, StoreError> {
        for meant in &event.meant {
            if let Some(schema) = self.missing_schema_of(held, meant)? {
                return Ok(Taken::SchemaMissing(schema));
            }
        }
        for meant in &event.meant {
            self.applied(meant, record)?;
        }
        let inbox = &self.shared.definitions.topics.inbox;
        for partition in event.elsewhere {
            let forwarded = outbox::forwarded(inbox, partition, record, &event.origin);
            self.draft.records.push(forwarded);
        }
        if let Some((code, reason)) = event.unnamed {
            self.dead(record, event.origin, code, reason);
        }
        Ok(Taken::Yes)
    }
}
