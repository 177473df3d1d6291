//! Sagas in the snapshots.

use std::sync::Arc;

use bytes::Bytes;
use palinode_core::{SagaId, SchemaId, Sequence};
use serde::Deserialize;

use crate::{
    avro::{Malformed, Reader, read_list, write_bytes, write_list, write_long},
    frame,
};

/// A saga that goes on, or a lock, as it was after one of its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SagaSnapshot {
    /// The saga.
    pub id: SagaId,
    /// The version of its definition; 0 of a lock.
    pub version: u32,
    /// The number of the last event that the state reflects.
    pub sequence: Sequence,
    /// The id of the journal that the state comes from.
    pub journal: Arc<str>,
    /// The format of the state.
    pub format: i32,
    /// The state.
    pub state: Bytes,
}

/// Sagas that had ended when a checkpoint came to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SagasClosed {
    /// The id of the journal that the states come from.
    pub journal: Arc<str>,
    /// The format of the states.
    pub format: i32,
    /// The sagas.
    pub sagas: Vec<ClosedSnapshot>,
}

/// A saga that has ended, in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedSnapshot {
    /// The saga.
    pub id: SagaId,
    /// The number of the last event that the state reflects.
    pub sequence: Sequence,
    /// What is remembered of it.
    pub state: Bytes,
}

impl SagaSnapshot {
    pub(super) fn encode(&self, schema: SchemaId, out: &mut Vec<u8>) {
        frame::write_header(out, schema);
        write_id(out, &self.id);
        write_long(out, i64::from(self.version));
        write_sequence(out, self.sequence);
        write_bytes(out, self.journal.as_bytes());
        write_long(out, i64::from(self.format));
        write_bytes(out, &self.state);
    }

    /// Reads a record that was written with our own schema. The state is no copy.
    pub(super) fn decode(body: &Bytes) -> Result<Self, Malformed> {
        let mut input = Reader::new(body);
        let record = Self {
            id: read_id(&mut input)?,
            version: unsigned(input.int()?)?,
            sequence: read_sequence(&mut input)?,
            journal: input.string()?.into(),
            format: input.int()?,
            state: body.slice_ref(input.bytes()?),
        };
        input.finish()?;
        Ok(record)
    }
}

impl SagasClosed {
    pub(super) fn encode(&self, schema: SchemaId, out: &mut Vec<u8>) {
        frame::write_header(out, schema);
        write_bytes(out, self.journal.as_bytes());
        write_long(out, i64::from(self.format));
        write_list(out, &self.sagas, |out, saga| {
            write_id(out, &saga.id);
            write_sequence(out, saga.sequence);
            write_bytes(out, &saga.state);
        });
    }

    /// Reads a record that was written with our own schema. The states are no copies.
    pub(super) fn decode(body: &Bytes) -> Result<Self, Malformed> {
        let mut input = Reader::new(body);
        let record = Self {
            journal: input.string()?.into(),
            format: input.int()?,
            sagas: read_list(&mut input, |input| {
                Ok(ClosedSnapshot {
                    id: read_id(input)?,
                    sequence: read_sequence(input)?,
                    state: body.slice_ref(input.bytes()?),
                })
            })?,
        };
        input.finish()?;
        Ok(record)
    }
}

fn write_id(out: &mut Vec<u8>, id: &SagaId) {
    write_bytes(out, id.definition.as_str().as_bytes());
    write_bytes(out, id.key.as_str().as_bytes());
}

fn read_id(input: &mut Reader<'_>) -> Result<SagaId, Malformed> {
    let definition = input.string()?;
    Ok(SagaId::new(definition, input.string()?))
}

fn write_sequence(out: &mut Vec<u8>, sequence: Sequence) {
    write_long(out, i64::try_from(sequence.0).unwrap_or(i64::MAX));
}

fn read_sequence(input: &mut Reader<'_>) -> Result<Sequence, Malformed> {
    let number = input.long()?;
    u64::try_from(number)
        .map(Sequence)
        .map_err(|_| Malformed::Negative(number))
}

fn unsigned(number: i32) -> Result<u32, Malformed> {
    u32::try_from(number).map_err(|_| Malformed::Negative(i64::from(number)))
}

/// As serde reads it, by field names: for records that another schema of ours wrote.
#[derive(Deserialize)]
pub(super) struct SagaRow {
    definition: String,
    saga: String,
    version: u32,
    sequence: u64,
    journal: Arc<str>,
    format: i32,
    state: Bytes,
}

impl From<SagaRow> for SagaSnapshot {
    fn from(row: SagaRow) -> Self {
        Self {
            id: SagaId::new(row.definition, row.saga),
            version: row.version,
            sequence: Sequence(row.sequence),
            journal: row.journal,
            format: row.format,
            state: row.state,
        }
    }
}

/// As serde reads it, by field names: for records that another schema of ours wrote.
#[derive(Deserialize)]
pub(super) struct ClosedRow {
    journal: Arc<str>,
    format: i32,
    sagas: Vec<ClosedSagaRow>,
}

#[derive(Deserialize)]
struct ClosedSagaRow {
    definition: String,
    saga: String,
    sequence: u64,
    state: Bytes,
}

impl From<ClosedRow> for SagasClosed {
    fn from(row: ClosedRow) -> Self {
        let saga = |saga: ClosedSagaRow| ClosedSnapshot {
            id: SagaId::new(saga.definition, saga.saga),
            sequence: Sequence(saga.sequence),
            state: saga.state,
        };
        Self {
            journal: row.journal,
            format: row.format,
            sagas: row.sagas.into_iter().map(saga).collect(),
        }
    }
}
