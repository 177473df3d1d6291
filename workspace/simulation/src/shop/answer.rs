//! An answer to a command, and how it is written.

use bytes::Bytes;
use palinode_core::Timestamp;
use palinode_log::Produced;
use palinode_wire::headers::Envelope;

use super::{command::Command, pen};

/// An answer: what a service keeps under the request, to say the same when it is asked again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// The full name of its record.
    pub(super) record: &'static str,
    /// Its id: what it tells of has one, however often it is told.
    pub(super) id: String,
    /// Its content.
    pub(super) value: Bytes,
}

/// Whether an answer carries the headers of its command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Echo {
    /// As services do that know Palinode.
    Headers,
    /// As others do.
    Nothing,
}

impl Answer {
    /// The record that says so.
    pub(super) fn to(&self, command: &Command, service: &str, topic: &str, echo: Echo, now: Timestamp) -> Produced {
        let headers = match echo {
            Echo::Nothing => pen::plain(&self.id, self.record, service, now),
            Echo::Headers => pen::headers(&Envelope {
                id: &self.id,
                record: self.record,
                source: service,
                time: now,
                traceparent: command.traceparent.as_deref(),
                correlation_id: command.correlation_id.as_deref(),
                idempotency_key: Some(&command.request.to_string()),
                saga_id: command.saga_id.as_deref(),
                attempt: None,
            }),
        };
        pen::keyed(topic, &command.key, self.value.clone(), headers)
    }
}
