//! What a journal says of some sagas, and its form as a file.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use palinode_core::{SagaId, SchemaId};
use palinode_wire::{
    SchemaError, Schemas,
    journal::{JournalError, JournalRecord, JournalSchemas, SagaRecord},
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The first line of a file.
const FORMAT: &str = "palinode recording 1";

/// The ids of our own schemas begin here while a recording is read: above all that a registry gives, so that each record
/// is read by the schema that the recording itself brings.
const OWN_IDS: u32 = 0xffff_ff00;

/// A recording cannot be read.
#[derive(Debug, Error)]
pub enum RecordingError {
    /// The first line is another one.
    #[error("the file does not begin with the line {{\"format\":\"{FORMAT}\"}}")]
    Format,
    /// A line is not what it should be.
    #[error("line {line}: {reason}")]
    Line {
        /// Its number.
        line: usize,
        /// Why.
        reason: String,
    },
    /// A schema cannot be used.
    #[error("a schema of the recording cannot be used")]
    Schema(#[from] SchemaError),
    /// A record of the journal cannot be read.
    #[error("a record of the journal cannot be read")]
    Record(#[from] JournalError),
}

/// One line of a file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Line {
    /// The first line.
    Format(String),
    /// A schema of the registry.
    Schema { id: u32, text: String },
    /// An event. Only the record is read; the rest is for people.
    Event {
        saga: String,
        sequence: u64,
        r#type: String,
        record: String,
    },
}

/// The events of some sagas, with the schemas that they need.
#[derive(Debug)]
pub struct Recording {
    own: JournalSchemas,
    pub(crate) schemas: Schemas,
    texts: BTreeMap<SchemaId, String>,
    lines: Vec<(SagaRecord, Bytes)>,
}

impl Recording {
    /// A recording of nothing.
    ///
    /// # Errors
    /// Never in practice: our own schemas all have an id here.
    pub fn new() -> Result<Self, RecordingError> {
        let mut next = OWN_IDS;
        let ids: BTreeMap<&str, SchemaId> = palinode_wire::own::ALL
            .iter()
            .map(|schema| {
                next += 1;
                (schema.name, SchemaId(next))
            })
            .collect();
        Ok(Self {
            own: JournalSchemas::new(|name| ids.get(name).copied())?,
            schemas: Schemas::default(),
            texts: BTreeMap::new(),
            lines: Vec::new(),
        })
    }

    /// Adds a schema of the registry. Those of the journal's own records have to come before the records.
    ///
    /// # Errors
    /// When the text is no usable schema.
    pub fn add_schema(&mut self, id: SchemaId, text: &str) -> Result<(), RecordingError> {
        self.schemas.add(id, text)?;
        self.texts.insert(id, text.to_owned());
        Ok(())
    }

    /// Adds a framed record of the journal, in its order; says whether it tells of a saga of `definition`. Others are left
    /// out.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn add(&mut self, framed: &Bytes, definition: Option<&str>) -> Result<bool, RecordingError> {
        let JournalRecord::Saga(record) = self.own.read(&self.schemas, framed)? else {
            return Ok(false);
        };
        if definition.is_some_and(|definition| record.id.definition.as_str() != definition) {
            return Ok(false);
        }
        self.lines.push((record, framed.clone()));
        Ok(true)
    }

    /// The schemas of payloads that are not known yet.
    pub fn unknown_schemas(&self) -> BTreeSet<SchemaId> {
        let payloads = self.lines.iter().filter_map(|(record, _)| record.payload.as_ref());
        payloads
            .map(|payload| payload.schema)
            .filter(|schema| !self.schemas.contains(*schema))
            .collect()
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The events of each saga, in order.
    pub(crate) fn sagas(&self) -> BTreeMap<&SagaId, Vec<&SagaRecord>> {
        let mut sagas: BTreeMap<&SagaId, Vec<&SagaRecord>> = BTreeMap::new();
        for (record, _) in self.lines.iter().filter(|(record, _)| !record.is_of_lock()) {
            sagas.entry(&record.id).or_default().push(record);
        }
        sagas
    }

    /// The recording as a file: JSON, a line for each schema and event.
    pub fn written(&self) -> String {
        let mut lines = vec![Line::Format(FORMAT.to_owned())];
        let schemas = self.texts.iter().map(|(id, text)| Line::Schema {
            id: id.0,
            text: text.clone(),
        });
        lines.extend(schemas);
        let events = self.lines.iter().map(|(record, framed)| Line::Event {
            saga: record.id.to_string(),
            sequence: record.sequence.0,
            r#type: record.event_type.to_string(),
            record: hex::encode(framed),
        });
        lines.extend(events);
        let mut text = String::new();
        for line in lines {
            // Strings and numbers can always be written as JSON.
            text.push_str(&serde_json::to_string(&line).unwrap_or_default());
            text.push('\n');
        }
        text
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When it is no recording, with the line.
    pub fn read(text: &str) -> Result<Self, RecordingError> {
        let mut recording = Self::new()?;
        let mut begun = false;
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() {
                continue;
            }
            let refuse = |reason: String| RecordingError::Line { line: number, reason };
            let line = serde_json::from_str(line);
            match line {
                Ok(Line::Format(format)) if !begun && format == FORMAT => begun = true,
                _ if !begun => return Err(RecordingError::Format),
                Ok(Line::Format(_)) => return Err(refuse("the format is named twice".into())),
                Ok(Line::Schema { id, text }) => {
                    let added = recording.add_schema(SchemaId(id), &text);
                    added.map_err(|error| refuse(sentence(&error)))?;
                }
                Ok(Line::Event { record, .. }) => {
                    let framed = hex::decode(record).map_err(|error| refuse(error.to_string()))?;
                    let added = recording.add(&framed.into(), None);
                    added.map_err(|error| refuse(sentence(&error)))?;
                }
                Err(error) => return Err(refuse(error.to_string())),
            }
        }
        if begun {
            Ok(recording)
        } else {
            Err(RecordingError::Format)
        }
    }
}

fn sentence(error: &RecordingError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}
