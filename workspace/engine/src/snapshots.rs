//! The records of the snapshots, made and read.

use std::sync::Arc;

use bytes::Bytes;
use palinode_core::{Saga, SagaId, Timestamp};
use palinode_log::{Consumed, Produced};
use palinode_store::{Checkpoint, FORMAT, Stores, saga_to_bytes};
use palinode_wire::{
    Schemas,
    journal::Position,
    snapshots::{
        ActivatedVersion, CheckpointDone, ClosedSnapshot, SagaSnapshot, SagasClosed, SnapshotKey, SnapshotRecord,
        SnapshotSchemas,
    },
};

use crate::cycle::Shared;

/// Makes and reads the snapshots of one task, as one of its owners.
pub(crate) struct Snapshots {
    topic: Arc<str>,
    task: i32,
    member: Arc<str>,
    incarnation: Arc<str>,
    schemas: SnapshotSchemas,
    /// Schemas of records that another version wrote.
    others: Schemas,
    /// Lists of sagas that have ended, so far.
    lists: u64,
}

impl Snapshots {
    /// The snapshots of `task` as the owner `incarnation` writes them.
    pub(crate) fn new<St: Stores>(shared: &Shared<St>, task: i32, incarnation: Arc<str>) -> Self {
        Self {
            topic: Arc::clone(&shared.definitions.topics.snapshots),
            task,
            member: Arc::clone(&shared.member.application.member),
            incarnation,
            schemas: shared.journal_schemas.snapshots,
            others: shared.schemas.clone(),
            lists: 0,
        }
    }

    /// The owner that writes.
    pub(crate) fn incarnation(&self) -> &Arc<str> {
        &self.incarnation
    }

    /// The snapshot of a saga that goes on, or of a lock.
    pub(crate) fn saga(&self, journal: &Arc<str>, id: &SagaId, saga: &Saga) -> Result<Produced, String> {
        let record = SnapshotRecord::Saga(SagaSnapshot {
            id: id.clone(),
            version: saga.open().map_or(0, |state| state.version),
            sequence: saga.sequence(),
            journal: Arc::clone(journal),
            format: i32::from(FORMAT),
            state: state(saga)?,
        });
        Ok(self.record(&SnapshotKey::Saga(id.clone()), &record))
    }

    /// A saga that has ended, for a list.
    pub(crate) fn closed(id: &SagaId, saga: &Saga) -> Result<ClosedSnapshot, String> {
        Ok(ClosedSnapshot {
            id: id.clone(),
            sequence: saga.sequence(),
            state: state(saga)?,
        })
    }

    /// A list of sagas that have ended.
    pub(crate) fn list(&mut self, journal: &Arc<str>, lineage: &str, sagas: Vec<ClosedSnapshot>) -> Produced {
        self.lists += 1;
        let key = SnapshotKey::Closed {
            lineage: lineage.into(),
            list: format!("{}/{}", self.incarnation, self.lists),
        };
        let record = SnapshotRecord::Closed(SagasClosed {
            journal: Arc::clone(journal),
            format: i32::from(FORMAT),
            sagas,
        });
        self.record(&key, &record)
    }

    /// The end of a checkpoint that reflects what `checkpoint` says.
    pub(crate) fn done(
        &self,
        (journal, lineage): (&Arc<str>, &Arc<str>),
        checkpoint: &Checkpoint,
        open_sagas: u64,
        now: Timestamp,
    ) -> Option<Produced> {
        let reflected = checkpoint.journal.as_ref()?;
        let positions = checkpoint
            .positions
            .iter()
            .map(|((topic, partition), offset)| Position {
                topic: Arc::clone(topic).into(),
                partition: *partition,
                offset: *offset,
            });
        let activations = checkpoint
            .activations
            .all()
            .map(|(definition, active)| ActivatedVersion {
                definition: definition.clone(),
                // Definitions have no version above what this holds.
                version: i32::try_from(active.version).unwrap_or(i32::MAX),
                hash: Arc::clone(&active.hash),
            });
        let record = SnapshotRecord::Done(CheckpointDone {
            task: self.task,
            member: Arc::clone(&self.member),
            time: now,
            journal: Arc::clone(journal),
            lineage: Arc::clone(lineage),
            offset: reflected.offset,
            event_id: Arc::clone(&reflected.event_id),
            clock: checkpoint.clock,
            positions: positions.collect(),
            activations: activations.collect(),
            open_sagas: i64::try_from(open_sagas).unwrap_or(i64::MAX),
        });
        Some(self.record(&SnapshotKey::Done, &record))
    }

    /// Takes the snapshot of a saga's own away.
    pub(crate) fn tombstone(&self, id: &SagaId) -> Produced {
        self.produced(&SnapshotKey::Saga(id.clone()), None)
    }

    /// Reads the key of a record, which says what stands in it.
    pub(crate) fn key(record: &Consumed) -> Option<SnapshotKey> {
        let key = record.key.as_ref()?;
        SnapshotKey::parse(std::str::from_utf8(key).ok()?)
    }

    /// Reads a record.
    ///
    /// # Errors
    /// A sentence for people.
    pub(crate) fn read(&self, value: &Bytes) -> Result<SnapshotRecord, String> {
        let read = self.schemas.read(&self.others, value);
        read.map_err(|error| error.to_string())
    }

    fn record(&self, key: &SnapshotKey, record: &SnapshotRecord) -> Produced {
        let mut value = Vec::new();
        record.encode(&self.schemas, &mut value);
        self.produced(key, Some(value.into()))
    }

    fn produced(&self, key: &SnapshotKey, value: Option<Bytes>) -> Produced {
        Produced {
            topic: Arc::clone(&self.topic),
            partition: Some(self.task),
            key: Some(key.text().into()),
            value,
            headers: Vec::new(),
        }
    }
}

fn state(saga: &Saga) -> Result<Bytes, String> {
    let mut bytes = Vec::new();
    saga_to_bytes(saga, &mut bytes)?;
    Ok(bytes.into())
}
