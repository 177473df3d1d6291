//! What locks and sagas tell each other through the inbox: copies of journal events, for the task of whom they are for.

use bytes::Bytes;
use palinode_core::{Input, InputId, LockInput, LockKey, LockState, Saga, SagaId, decide_lock, evolve_lock};
use palinode_log::Consumed;
use palinode_store::{Error as StoreError, Stores};
use palinode_wire::{
    Origin, Schemas,
    dead_letter::ErrorCode,
    frame,
    headers::CE_TYPE,
    journal::{JournalRecord, SagaRecord, Told},
    own, partition_of,
};

use super::{
    Shared,
    batch::{Batch, Taken, not_run},
    control::NO_STEP,
    decode::{Decoded, pairs},
    held::Held,
};

/// An event of somebody else, and what it says.
#[derive(Debug)]
pub(super) struct Heard {
    /// Where it stands in the inbox.
    cause: InputId,
    event: SagaRecord,
    told: Told,
}

/// Whether a record of the inbox is a copy of a journal event, and no forwarded input.
pub(super) fn is_copy(record: &Consumed) -> bool {
    pairs(record).any(|(name, value)| name == CE_TYPE && value == own::SAGA_EVENT.name.as_bytes())
}

/// Says what the copy of an event means to `task`.
pub(super) fn decode<'d, St: Stores>(
    shared: &Shared<St>,
    task: i32,
    schemas: &Schemas,
    held: &Held,
    now: palinode_core::Timestamp,
    here: Origin,
    record: &Consumed,
) -> Decoded<'d> {
    let value = record.value.clone().unwrap_or_default();
    let schema = match frame::split(&value) {
        Ok((schema, _)) => schema,
        Err(error) => return Decoded::Dead(here, ErrorCode::NotConfluent, error.to_string()),
    };
    if !shared.journal_schemas.is_own(schema) && !schemas.contains(schema) {
        return match held.given_up(schema, now) {
            Some(given_up) => Decoded::Dead(here, given_up.code, given_up.reason.clone()),
            None => Decoded::SchemaMissing(schema),
        };
    }
    let event = match shared.journal_schemas.read(schemas, &value) {
        Ok(JournalRecord::Saga(event)) => event,
        Ok(JournalRecord::Task(_)) => {
            let reason = "a record of a task's own books is for nobody else".into();
            return Decoded::Dead(here, ErrorCode::Undecodable, reason);
        }
        Err(error) => return Decoded::Dead(here, ErrorCode::Undecodable, error.to_string()),
    };
    let Some(told) = event.told() else {
        let reason = format!("the event {} says nothing to anybody else", event.event_id());
        return Decoded::Dead(here, ErrorCode::Undecodable, reason);
    };
    let owner = partition_of(told.key().as_bytes(), shared.member.application.partitions);
    if owner != task {
        let reason = format!("the event is for task {owner}, and it was told to task {task}");
        return Decoded::Dead(here, ErrorCode::ForwardedTwice, reason);
    }
    let cause = here.input_id();
    Decoded::Heard(Box::new(Heard { cause, event, told }))
}

impl<St: Stores> Batch<'_, St> {
    /// Takes what was heard to the lock or the saga that it is for.
    pub(super) fn heard(&mut self, held: &Held, heard: &Heard, record: &Consumed) -> Result<Taken, StoreError> {
        match &heard.told {
            Told::Lock { key, input } => self.lock(key, input, heard)?,
            Told::Saga {
                id,
                step,
                round,
                answer,
            } => {
                if let Some(schema) = self.missing_schema(held, id)? {
                    return Ok(Taken::SchemaMissing(schema));
                }
                let Some(plan) = self.plan_of(id)? else {
                    self.dead(record, self.origin(record), ErrorCode::UnknownDefinition, not_run(id));
                    return Ok(Taken::Yes);
                };
                let step = self.shared.definitions.at(plan).plan.step_named(step.as_str());
                let input = Input::Lock {
                    step: step.unwrap_or(NO_STEP),
                    round: *round,
                    answer: *answer,
                };
                self.apply(plan, id, &input, &heard.cause, Some(record))?;
            }
        }
        Ok(Taken::Yes)
    }

    /// Lets a lock decide, and writes down what follows. Nothing of it can be refused: a lock writes to our own topics.
    fn lock(&mut self, key: &LockKey, input: &LockInput, heard: &Heard) -> Result<(), StoreError> {
        let id: SagaId = LockState::id(key);
        let mut lock = match self.draft.take(self.store, &id)? {
            Some(Saga::Lock(lock)) => *lock,
            _ => LockState::default(),
        };
        self.draft.owners.push((self.draft.records.len(), id.clone()));
        let bytes = Bytes::copy_from_slice(key.as_str().as_bytes());
        for event in decide_lock(&lock, input) {
            lock = evolve_lock(lock, &event, self.now);
            let mut record = SagaRecord::from_lock_event(key, lock.sequence, self.now, &heard.cause, &event);
            record.correlation.clone_from(&heard.event.correlation);
            record.traceparent.clone_from(&heard.event.traceparent);
            tracing::debug!(lock = %key, sequence = lock.sequence.0, event = &*record.event_type, "journaled");
            self.journal.record(&record, &bytes, &mut self.draft.records);
        }
        self.draft.put(&id, Some(Saga::Lock(Box::new(lock))));
        Ok(())
    }
}
