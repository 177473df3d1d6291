//! The end of a checkpoint.

use std::sync::Arc;

use palinode_core::{DefinitionName, SchemaId, Timestamp};
use serde::Deserialize;

use crate::{
    avro::{Malformed, Reader, read_list, write_bytes, write_list, write_long},
    frame,
    journal::Position,
};

/// All sagas that had changed up to a record of the journal stand before this one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CheckpointDone {
    /// The task.
    pub task: i32,
    /// The member that made the checkpoint.
    pub member: Arc<str>,
    /// When it was done.
    pub time: Timestamp,
    /// The id of the journal that the snapshots come from.
    pub journal: Arc<str>,
    /// The checkpoints that go on from each other share it; the first of them holds all sagas.
    pub lineage: Arc<str>,
    /// The offset of the last journal record that the snapshots reflect.
    pub offset: i64,
    /// The id of that record.
    pub event_id: Arc<str>,
    /// The time of that record.
    pub clock: Timestamp,
    /// The positions of all inputs, as of that record.
    pub positions: Vec<Position>,
    /// The versions that starts followed; of each definition the one in force last.
    pub activations: Vec<ActivatedVersion>,
    /// How many sagas were open.
    pub open_sagas: i64,
}

/// A version that starts followed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ActivatedVersion {
    /// The definition.
    pub definition: DefinitionName,
    /// The version.
    pub version: i32,
    /// SHA-256 of the version's text, in hexadecimal.
    pub hash: Arc<str>,
}

impl CheckpointDone {
    pub(super) fn encode(&self, schema: SchemaId, out: &mut Vec<u8>) {
        frame::write_header(out, schema);
        write_long(out, i64::from(self.task));
        write_bytes(out, self.member.as_bytes());
        write_long(out, self.time.0);
        write_bytes(out, self.journal.as_bytes());
        write_bytes(out, self.lineage.as_bytes());
        write_long(out, self.offset);
        write_bytes(out, self.event_id.as_bytes());
        write_long(out, self.clock.0);
        write_list(out, &self.positions, |out, position| position.write(out));
        write_list(out, &self.activations, |out, activation| {
            write_bytes(out, activation.definition.as_str().as_bytes());
            write_long(out, i64::from(activation.version));
            write_bytes(out, activation.hash.as_bytes());
        });
        write_long(out, self.open_sagas);
    }

    /// Reads a record that was written with our own schema.
    pub(super) fn decode(body: &[u8]) -> Result<Self, Malformed> {
        let mut input = Reader::new(body);
        let record = Self {
            task: input.int()?,
            member: input.string()?.into(),
            time: Timestamp(input.long()?),
            journal: input.string()?.into(),
            lineage: input.string()?.into(),
            offset: input.long()?,
            event_id: input.string()?.into(),
            clock: Timestamp(input.long()?),
            positions: read_list(&mut input, Position::read)?,
            activations: read_list(&mut input, |input| {
                Ok(ActivatedVersion {
                    definition: input.string()?.into(),
                    version: input.int()?,
                    hash: input.string()?.into(),
                })
            })?,
            open_sagas: input.long()?,
        };
        input.finish()?;
        Ok(record)
    }
}
