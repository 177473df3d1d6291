//! Reading any record of the journal, whatever version of Palinode wrote it.

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use palinode_core::{SchemaId, Timestamp};
use serde::de::DeserializeOwned;

use super::{JournalError, PositionsAdvanced, SagaRecord, TaskRecord, row::Row};
use crate::{
    Schemas,
    avro::Shape,
    frame,
    inbox::InboxSchemas,
    own::{self, OwnSchema},
    snapshots::SnapshotSchemas,
    typed,
};

/// The ids under which our own schemas are registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalSchemas {
    /// `palinode.journal.SagaEvent`
    pub saga_event: SchemaId,
    /// `palinode.journal.TaskClaimed`
    pub task_claimed: SchemaId,
    /// `palinode.journal.JournalOpened`
    pub journal_opened: SchemaId,
    /// `palinode.journal.InputAdded`
    pub input_added: SchemaId,
    /// `palinode.journal.DefinitionActivated`
    pub definition_activated: SchemaId,
    /// `palinode.journal.PositionsAdvanced`
    pub positions_advanced: SchemaId,
    /// `palinode.Outcome`
    pub outcome: SchemaId,
    /// What sagas tell each other.
    pub inbox: InboxSchemas,
    /// What stands in the snapshots.
    pub snapshots: SnapshotSchemas,
}

/// One record of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalRecord {
    /// Something happened to a saga.
    Saga(SagaRecord),
    /// The task's own books.
    Task(TaskRecord),
}

impl JournalSchemas {
    /// The ids, from a look-up by record name. Each must be the id of exactly our own text: records under these ids are
    /// read in the order of our own fields.
    ///
    /// # Errors
    /// When one of our schemas has no id.
    pub fn new(lookup: impl Fn(&str) -> Option<SchemaId>) -> Result<Self, JournalError> {
        let id = |schema: OwnSchema| lookup(schema.name).ok_or(JournalError::NotRegistered(schema.name));
        Ok(Self {
            saga_event: id(own::SAGA_EVENT)?,
            task_claimed: id(own::TASK_CLAIMED)?,
            journal_opened: id(own::JOURNAL_OPENED)?,
            input_added: id(own::INPUT_ADDED)?,
            definition_activated: id(own::DEFINITION_ACTIVATED)?,
            positions_advanced: id(own::POSITIONS_ADVANCED)?,
            outcome: id(own::OUTCOME)?,
            inbox: InboxSchemas {
                sub_saga_succeeded: id(own::SUB_SAGA_SUCCEEDED)?,
                sub_saga_failed: id(own::SUB_SAGA_FAILED)?,
                sub_saga_taken_back: id(own::SUB_SAGA_TAKEN_BACK)?,
            },
            snapshots: SnapshotSchemas {
                saga_snapshot: id(own::SAGA_SNAPSHOT)?,
                sagas_closed: id(own::SAGAS_CLOSED)?,
                checkpoint_done: id(own::CHECKPOINT_DONE)?,
            },
        })
    }

    /// Whether a record with this id belongs to the journal by our own schemas; others need the registry's schema.
    pub fn is_own(&self, id: SchemaId) -> bool {
        self.own_of(id).is_some()
    }

    /// Reads a framed record of the journal. `schemas` knows the writers' schemas that are not ours.
    ///
    /// # Errors
    /// When the value is not framed, its schema is not known or is none of the journal's, or its bytes do not follow it.
    pub fn read(&self, schemas: &Schemas, framed: &Bytes) -> Result<JournalRecord, JournalError> {
        let (id, body) = frame::split(framed)?;
        if id == self.saga_event {
            return SagaRecord::decode(&body).map(JournalRecord::Saga);
        }
        if id == self.positions_advanced {
            let record = PositionsAdvanced::decode(&body)?;
            return Ok(JournalRecord::Task(TaskRecord::PositionsAdvanced(record)));
        }
        if let Some(own) = self.own_of(id) {
            return read_by(own, &own.shape, &body);
        }
        let writer = schemas.shape(id).ok_or(JournalError::UnknownSchema(id))?;
        let name = writer
            .record_name()
            .ok_or_else(|| JournalError::Foreign("without a name".into()))?;
        let own = OWN.iter().find(|own| own.schema.name == name.as_str());
        match own {
            Some(own) if schemas.text(id).is_some_and(|text| **text == *own.schema.text) => own.read_own(&body),
            Some(own) => read_by(own, writer, &body),
            None => Err(JournalError::Foreign(name.clone())),
        }
    }

    fn own_of(&self, id: SchemaId) -> Option<&'static Own> {
        let ids = [
            self.saga_event,
            self.task_claimed,
            self.journal_opened,
            self.input_added,
            self.definition_activated,
            self.positions_advanced,
        ];
        ids.iter().position(|own| *own == id).and_then(|at| OWN.get(at))
    }
}

impl JournalRecord {
    /// The id of the record; the same in every copy of it.
    pub fn event_id(&self) -> Arc<str> {
        match self {
            Self::Saga(record) => record.event_id().into(),
            Self::Task(record) => Arc::clone(record.event_id()),
        }
    }

    /// When it was written, by the task's clock.
    pub fn time(&self) -> Timestamp {
        match self {
            Self::Saga(record) => record.time,
            Self::Task(record) => record.time(),
        }
    }
}

/// One of our schemas, compiled.
struct Own {
    schema: OwnSchema,
    shape: Shape,
}

/// The journal's schemas, compiled, in the order of [`JournalSchemas`]. Our own texts always compile; a test holds them
/// to that.
static OWN: LazyLock<Vec<Own>> = LazyLock::new(|| {
    own::ALL
        .into_iter()
        .filter(|schema| schema.name.starts_with("palinode.journal."))
        .filter_map(|schema| {
            Some(Own {
                schema,
                shape: Shape::parse(schema.text).ok()?,
            })
        })
        .collect()
});

impl Own {
    fn read_own(&self, body: &Bytes) -> Result<JournalRecord, JournalError> {
        if self.schema == own::SAGA_EVENT {
            return SagaRecord::decode(body).map(JournalRecord::Saga);
        }
        read_by(self, &self.shape, body)
    }
}

/// Reads a record by its writer's schema; what the writer did not have comes from the defaults of ours.
fn read_by(own: &Own, writer: &Shape, body: &[u8]) -> Result<JournalRecord, JournalError> {
    fn typed<T: DeserializeOwned>(own: &Own, writer: &Shape, body: &[u8]) -> Result<T, JournalError> {
        typed::from_bytes(body, writer, Some(&own.shape)).map_err(JournalError::OtherSchema)
    }
    let name = own.schema.name;
    Ok(JournalRecord::Task(if name == own::SAGA_EVENT.name {
        return typed::<Row>(own, writer, body)?.try_into().map(JournalRecord::Saga);
    } else if name == own::TASK_CLAIMED.name {
        TaskRecord::TaskClaimed(typed(own, writer, body)?)
    } else if name == own::JOURNAL_OPENED.name {
        TaskRecord::JournalOpened(typed(own, writer, body)?)
    } else if name == own::INPUT_ADDED.name {
        TaskRecord::InputAdded(typed(own, writer, body)?)
    } else if name == own::DEFINITION_ACTIVATED.name {
        TaskRecord::DefinitionActivated(typed(own, writer, body)?)
    } else {
        TaskRecord::PositionsAdvanced(typed(own, writer, body)?)
    }))
}
