//! A command, as a service reads it.

use std::sync::Arc;

use bytes::Bytes;
use palinode_core::{IdempotencyKey, RecordName};
use palinode_log::Consumed;
use palinode_wire::headers::MessageHeaders;

/// A command.
#[derive(Clone, Debug)]
pub(super) struct Command {
    /// The full name of its record.
    pub(super) record: RecordName,
    /// Its id: another one for each attempt.
    pub(super) id: Arc<str>,
    /// What it asks for, once.
    pub(super) request: IdempotencyKey,
    /// The key of its record.
    pub(super) key: Arc<str>,
    /// What an answer echoes.
    pub(super) correlation_id: Option<Arc<str>>,
    pub(super) saga_id: Option<Arc<str>>,
    pub(super) traceparent: Option<Arc<str>>,
    /// Its content.
    pub(super) value: Bytes,
}

impl Command {
    /// Reads a record of a command topic; none when it is no command.
    pub(super) fn read(record: &Consumed) -> Option<Self> {
        let pairs = record.headers.iter().map(|header| (&*header.name, &*header.value));
        let headers = MessageHeaders::read(pairs);
        Some(Self {
            record: headers.ce_type?.into(),
            id: headers.ce_id?.into(),
            request: headers.parsed_idempotency_key()?,
            key: std::str::from_utf8(record.key.as_ref()?).ok()?.into(),
            correlation_id: headers.correlation_id.map(Arc::from),
            saga_id: headers.saga_id.map(Arc::from),
            traceparent: headers.traceparent.map(Arc::from),
            value: record.value.clone()?,
        })
    }

    /// What is done once: the step of the saga, whatever its round.
    pub(super) fn step(&self) -> String {
        format!("{}/{}", self.request.saga.key, self.request.step)
    }
}
