//! Reading any record of the snapshots, whatever version of Palinode wrote it.

use std::sync::LazyLock;

use bytes::Bytes;
use palinode_core::SchemaId;
use serde::de::DeserializeOwned;

use super::{
    CheckpointDone, SagaSnapshot, SagasClosed, SnapshotError,
    saga::{ClosedRow, SagaRow},
};
use crate::{
    Schemas,
    avro::Shape,
    frame,
    own::{self, OwnSchema},
    typed,
};

/// The ids under which the schemas of the snapshots are registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotSchemas {
    /// `palinode.snapshots.SagaSnapshot`
    pub saga_snapshot: SchemaId,
    /// `palinode.snapshots.SagasClosed`
    pub sagas_closed: SchemaId,
    /// `palinode.snapshots.CheckpointDone`
    pub checkpoint_done: SchemaId,
}

/// One record of the snapshots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotRecord {
    /// A saga that goes on.
    Saga(SagaSnapshot),
    /// Sagas that have ended.
    Closed(SagasClosed),
    /// The end of a checkpoint.
    Done(CheckpointDone),
}

impl SnapshotRecord {
    /// The name of the record.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Saga(_) => own::SAGA_SNAPSHOT.name,
            Self::Closed(_) => own::SAGAS_CLOSED.name,
            Self::Done(_) => own::CHECKPOINT_DONE.name,
        }
    }

    /// Appends the record with its frame to `out`.
    pub fn encode(&self, schemas: &SnapshotSchemas, out: &mut Vec<u8>) {
        match self {
            Self::Saga(record) => record.encode(schemas.saga_snapshot, out),
            Self::Closed(record) => record.encode(schemas.sagas_closed, out),
            Self::Done(record) => record.encode(schemas.checkpoint_done, out),
        }
    }
}

impl SnapshotSchemas {
    /// Reads a framed record of the snapshots. `schemas` knows the writers' schemas that are not ours.
    ///
    /// # Errors
    /// When the value is not framed, its schema is not known or is none of the snapshots', or its bytes do not follow it.
    pub fn read(&self, schemas: &Schemas, framed: &Bytes) -> Result<SnapshotRecord, SnapshotError> {
        let (id, body) = frame::split(framed)?;
        let is_own = |own: SchemaId| id == own;
        if is_own(self.saga_snapshot) {
            return Ok(SnapshotRecord::Saga(SagaSnapshot::decode(&body)?));
        }
        if is_own(self.sagas_closed) {
            return Ok(SnapshotRecord::Closed(SagasClosed::decode(&body)?));
        }
        if is_own(self.checkpoint_done) {
            return Ok(SnapshotRecord::Done(CheckpointDone::decode(&body)?));
        }
        let writer = schemas.shape(id).ok_or(SnapshotError::UnknownSchema(id))?;
        let name = writer
            .record_name()
            .ok_or_else(|| SnapshotError::Foreign("without a name".into()))?;
        match OWN.iter().find(|(own, _)| own.name == name.as_str()) {
            Some((own, shape)) => read_by(*own, shape, writer, &body),
            None => Err(SnapshotError::Foreign(name.clone())),
        }
    }
}

/// The snapshots' schemas, compiled. Our own texts always compile; a test holds them to that.
static OWN: LazyLock<Vec<(OwnSchema, Shape)>> = LazyLock::new(|| {
    let schemas = [own::SAGA_SNAPSHOT, own::SAGAS_CLOSED, own::CHECKPOINT_DONE];
    let compiled = |own: OwnSchema| Some((own, Shape::parse(own.text).ok()?));
    schemas.into_iter().filter_map(compiled).collect()
});

/// Reads a record by its writer's schema; what the writer did not have comes from the defaults of ours.
fn read_by(own: OwnSchema, shape: &Shape, writer: &Shape, body: &[u8]) -> Result<SnapshotRecord, SnapshotError> {
    fn typed<T: DeserializeOwned>(shape: &Shape, writer: &Shape, body: &[u8]) -> Result<T, SnapshotError> {
        typed::from_bytes(body, writer, Some(shape)).map_err(SnapshotError::OtherSchema)
    }
    Ok(if own == own::SAGA_SNAPSHOT {
        SnapshotRecord::Saga(typed::<SagaRow>(shape, writer, body)?.into())
    } else if own == own::SAGAS_CLOSED {
        SnapshotRecord::Closed(typed::<ClosedRow>(shape, writer, body)?.into())
    } else {
        SnapshotRecord::Done(typed(shape, writer, body)?)
    })
}
