//! A member's heartbeat, as it stands in the topic of members.

use std::sync::Arc;

use palinode_core::{SchemaId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Schemas,
    typed::{Error, RecordCodec},
};

/// The format of the journal that this version writes, and the newest that it reads.
pub const JOURNAL_FORMAT: i32 = 1;

/// A member is there, and what it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// The member.
    pub member: Arc<str>,
    /// Names this start of the member's process.
    pub run: Arc<str>,
    /// Rises by one with every heartbeat of this run, from 1.
    pub sequence: i64,
    /// When it was sent, by the member's clock; nobody compares it.
    pub sent_at: Timestamp,
    /// Whether the member is about to end, and waits until others have taken its tasks.
    pub stopping: bool,
    /// The newest format of the journal that the member reads.
    pub journal_format: i32,
    /// What the member does for the tasks.
    pub tasks: Vec<TaskStanding>,
}

/// What a member does for one task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskStanding {
    /// The task.
    pub task: i32,
    /// What it does.
    pub role: TaskRole,
    /// The offset of its claim in the task's journal, when a claim of it stands.
    pub claim: Option<i64>,
    /// The offset of the last record of the task's journal that its store reflects, when the store is open; -1 when it
    /// reflects none.
    pub journal: Option<i64>,
}

/// What a member does for a task, when it does anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TaskRole {
    /// It runs the task.
    Owner,
    /// It is taking the task over, or has parked it.
    Claiming,
    /// It follows the task's journal.
    Standby,
    /// It should follow the task's journal and cannot.
    Declined,
}

impl Heartbeat {
    /// Appends the record with its frame to `out`. `codec` is that of `palinode.members.Heartbeat`.
    ///
    /// # Errors
    /// Never for what this type can hold.
    pub fn encode(&self, codec: &RecordCodec, out: &mut Vec<u8>) -> Result<(), Error> {
        codec.encode_into(self, out)
    }

    /// Reads a framed record. `codec` is that of `palinode.members.Heartbeat`; `schemas` knows the writers' schemas.
    ///
    /// # Errors
    /// When the value is no heartbeat, or its writer's schema is not known.
    pub fn decode(codec: &RecordCodec, framed: &[u8], schemas: &Schemas) -> Result<Self, Error> {
        codec.decode(framed, schemas)
    }

    /// A codec of `palinode.members.Heartbeat`, registered as `schema`.
    ///
    /// # Errors
    /// Never for our own text; a test holds it to that.
    pub fn codec(schema: SchemaId) -> Result<RecordCodec, crate::avro::CompileError> {
        RecordCodec::new(crate::own::HEARTBEAT.text, schema)
    }
}
