//! What a task notes about itself.

use std::sync::Arc;

use palinode_core::{DefinitionName, Timestamp, TopicName};
use serde::Deserialize;

use super::{JournalError, codec::JournalSchemas};
use crate::{
    avro::{Malformed, Reader, read_list, write_bytes, write_list, write_long},
    frame,
};

/// One of the records by which a task keeps its own books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TaskRecord {
    /// A member took the task.
    TaskClaimed(TaskClaimed),
    /// The first record of the partition.
    JournalOpened(JournalOpened),
    /// A partition of a topic became an input.
    InputAdded(InputAdded),
    /// From here on, starts use this version.
    DefinitionActivated(DefinitionActivated),
    /// The inputs up to these positions are done.
    PositionsAdvanced(PositionsAdvanced),
}

/// A member took a task.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TaskClaimed {
    /// The id of the record.
    pub event_id: Arc<str>,
    /// The task.
    pub task: i32,
    /// The member.
    pub member: Arc<str>,
    /// One start of that member's task.
    pub incarnation: Arc<str>,
    /// When.
    pub time: Timestamp,
}

/// The first record of a partition of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct JournalOpened {
    /// The id of the record.
    pub event_id: Arc<str>,
    /// The application that the journal belongs to.
    pub application: Arc<str>,
    /// The number of partitions of the application.
    pub partitions: i32,
    /// A name that no other journal has.
    pub journal_id: Arc<str>,
    /// When.
    pub time: Timestamp,
}

/// A partition of a topic became an input of a task.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct InputAdded {
    /// The id of the record.
    pub event_id: Arc<str>,
    /// The topic, without the application's prefix.
    pub topic: TopicName,
    /// The partition of the topic.
    pub partition: i32,
    /// The first offset that is read.
    pub offset: i64,
    /// When.
    pub time: Timestamp,
}

/// From here on, sagas that start follow this version of a definition.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DefinitionActivated {
    /// The id of the record.
    pub event_id: Arc<str>,
    /// The definition.
    pub definition: DefinitionName,
    /// The version.
    pub version: i32,
    /// SHA-256 of the definition's text, in hexadecimal.
    pub hash: Arc<str>,
    /// When.
    pub time: Timestamp,
}

/// The inputs up to these positions are done: the last record of every transaction after the claim.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PositionsAdvanced {
    /// The id of the record.
    pub event_id: Arc<str>,
    /// When.
    pub time: Timestamp,
    /// The positions that the transaction advances.
    pub positions: Vec<Position>,
    /// Inputs that no definition names, as ranges `topic/partition/from-to`, both ends counted.
    pub ignored: Vec<Arc<str>>,
}

/// How far an input was read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Position {
    /// The topic, without the application's prefix.
    pub topic: TopicName,
    /// The partition of the topic.
    pub partition: i32,
    /// The next offset to read.
    pub offset: i64,
}

impl TaskRecord {
    /// The id of the record.
    pub fn event_id(&self) -> &Arc<str> {
        match self {
            Self::TaskClaimed(record) => &record.event_id,
            Self::JournalOpened(record) => &record.event_id,
            Self::InputAdded(record) => &record.event_id,
            Self::DefinitionActivated(record) => &record.event_id,
            Self::PositionsAdvanced(record) => &record.event_id,
        }
    }

    /// When it was written.
    pub fn time(&self) -> Timestamp {
        match self {
            Self::TaskClaimed(record) => record.time,
            Self::JournalOpened(record) => record.time,
            Self::InputAdded(record) => record.time,
            Self::DefinitionActivated(record) => record.time,
            Self::PositionsAdvanced(record) => record.time,
        }
    }

    /// Appends the record with its frame to `out`.
    pub fn encode(&self, schemas: &JournalSchemas, out: &mut Vec<u8>) {
        match self {
            Self::TaskClaimed(TaskClaimed {
                event_id,
                task,
                member,
                incarnation,
                time,
            }) => {
                frame::write_header(out, schemas.task_claimed);
                write_bytes(out, event_id.as_bytes());
                write_long(out, i64::from(*task));
                write_bytes(out, member.as_bytes());
                write_bytes(out, incarnation.as_bytes());
                write_long(out, time.0);
            }
            Self::JournalOpened(JournalOpened {
                event_id,
                application,
                partitions,
                journal_id,
                time,
            }) => {
                frame::write_header(out, schemas.journal_opened);
                write_bytes(out, event_id.as_bytes());
                write_bytes(out, application.as_bytes());
                write_long(out, i64::from(*partitions));
                write_bytes(out, journal_id.as_bytes());
                write_long(out, time.0);
            }
            Self::InputAdded(InputAdded {
                event_id,
                topic,
                partition,
                offset,
                time,
            }) => {
                frame::write_header(out, schemas.input_added);
                write_bytes(out, event_id.as_bytes());
                write_bytes(out, topic.as_str().as_bytes());
                write_long(out, i64::from(*partition));
                write_long(out, *offset);
                write_long(out, time.0);
            }
            Self::DefinitionActivated(DefinitionActivated {
                event_id,
                definition,
                version,
                hash,
                time,
            }) => {
                frame::write_header(out, schemas.definition_activated);
                write_bytes(out, event_id.as_bytes());
                write_bytes(out, definition.as_str().as_bytes());
                write_long(out, i64::from(*version));
                write_bytes(out, hash.as_bytes());
                write_long(out, time.0);
            }
            Self::PositionsAdvanced(record) => {
                frame::write_header(out, schemas.positions_advanced);
                record.write(out);
            }
        }
    }
}

impl PositionsAdvanced {
    fn write(&self, out: &mut Vec<u8>) {
        write_bytes(out, self.event_id.as_bytes());
        write_long(out, self.time.0);
        write_list(out, &self.positions, |out, position| position.write(out));
        write_list(out, &self.ignored, |out, range| write_bytes(out, range.as_bytes()));
    }

    /// Reads a record that was written with our own schema: the one that stands in every transaction.
    pub(super) fn decode(body: &[u8]) -> Result<Self, JournalError> {
        let mut input = Reader::new(body);
        let record = Self {
            event_id: input.string()?.into(),
            time: Timestamp(input.long()?),
            positions: read_list(&mut input, Position::read)?,
            ignored: read_list(&mut input, |input| Ok(input.string()?.into()))?,
        };
        input.finish()?;
        Ok(record)
    }
}

impl Position {
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        write_bytes(out, self.topic.as_str().as_bytes());
        write_long(out, i64::from(self.partition));
        write_long(out, self.offset);
    }

    pub(crate) fn read(input: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            topic: input.string()?.into(),
            partition: input.int()?,
            offset: input.long()?,
        })
    }
}
