//! A saga event as serde reads it, by field names: for records that another schema of ours wrote.

use std::sync::Arc;

use bytes::Bytes;
use palinode_core::{Attempt, Payload, Round, SagaId, SchemaId, Sequence, Timestamp};
use serde::Deserialize;

use super::{
    JournalError, SagaRecord,
    event::known_word,
    saga::{asker, purpose},
};

#[derive(Deserialize)]
pub(super) struct Row {
    definition: String,
    version: u32,
    saga: String,
    sequence: u64,
    time: i64,
    r#type: String,
    step: Option<String>,
    purpose: Option<String>,
    round: Option<u32>,
    attempt: Option<u32>,
    due: Option<i64>,
    definite: Option<bool>,
    retried: Option<bool>,
    code: Option<String>,
    reason: Option<Arc<str>>,
    cause: String,
    correlation: Option<Arc<str>>,
    traceparent: Option<Arc<str>>,
    payload_schema: Option<i32>,
    payload: Option<Bytes>,
    items: Option<u16>,
    fails: Option<bool>,
    option: Option<Arc<str>>,
    by: Option<Arc<str>>,
    note: Option<Arc<str>>,
    lock: Option<String>,
    asker: Option<String>,
    place: Option<u16>,
    sub_saga: Option<Arc<str>>,
    parent: Option<Arc<str>>,
    depth: Option<u16>,
    migration: Option<Arc<str>>,
}

impl TryFrom<Row> for SagaRecord {
    type Error = JournalError;

    fn try_from(row: Row) -> Result<Self, JournalError> {
        let schema = row.payload_schema.map(|id| SchemaId(id.cast_unsigned()));
        Ok(Self {
            id: SagaId::new(row.definition, row.saga),
            version: row.version,
            sequence: Sequence(row.sequence),
            time: Timestamp(row.time),
            event_type: known_word(&row.r#type),
            step: row.step.map(Into::into),
            purpose: row.purpose.as_deref().map(purpose).transpose()?,
            round: row.round.map(Round),
            attempt: row.attempt.map(Attempt),
            due: row.due.map(Timestamp),
            definite: row.definite,
            retried: row.retried,
            code: row.code.as_deref().map(known_word),
            reason: row.reason,
            cause: row.cause.into(),
            correlation: row.correlation,
            traceparent: row.traceparent,
            payload: schema.zip(row.payload).map(|(schema, bytes)| Payload { schema, bytes }),
            items: row.items,
            fails: row.fails,
            option: row.option,
            by: row.by,
            note: row.note,
            lock: row.lock.map(Into::into),
            asker: row.asker.as_deref().map(asker).transpose()?,
            place: row.place,
            sub_saga: row.sub_saga,
            parent: row.parent,
            depth: row.depth,
            migration: row.migration,
        })
    }
}
