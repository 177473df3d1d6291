//! What sagas tell each other through `palinode.inbox`: a saga asks for another one by that one's start event, takes it
//! back, and hears how it ended.
//!
//! A record that asks says in [`headers::SUB_SAGA`](crate::headers::SUB_SAGA) for which saga; its idempotency key is the
//! request of the saga that asks, and so is that of the answer.

use std::fmt::Write;

use palinode_core::{Reason, SagaId, SchemaId, SubSaga};

use crate::{
    avro::write_bytes,
    frame,
    headers::{parse_saga_id, write_saga_id},
};

/// The topic, without the application's prefix.
pub const TOPIC: &str = "palinode.inbox";

/// The ids under which the records' schemas are registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InboxSchemas {
    /// `palinode.inbox.SubSagaSucceeded`
    pub sub_saga_succeeded: SchemaId,
    /// `palinode.inbox.SubSagaFailed`
    pub sub_saga_failed: SchemaId,
    /// `palinode.inbox.SubSagaTakenBack`
    pub sub_saga_taken_back: SchemaId,
}

impl InboxSchemas {
    /// The request to take back `sub_saga`, with its frame.
    pub fn taken_back(&self, sub_saga: &SagaId, out: &mut Vec<u8>) {
        write(self.sub_saga_taken_back, sub_saga, out);
    }

    /// The answer that `sub_saga` did what it was asked, with its frame.
    pub fn succeeded(&self, sub_saga: &SagaId, out: &mut Vec<u8>) {
        write(self.sub_saga_succeeded, sub_saga, out);
    }

    /// The answer that `sub_saga` did not, with its frame.
    pub fn failed(&self, sub_saga: &SagaId, reason: &Reason, out: &mut Vec<u8>) {
        write(self.sub_saga_failed, sub_saga, out);
        write_bytes(out, reason.code.as_str().as_bytes());
        write_bytes(out, reason.text.as_bytes());
    }
}

/// The text of the header that says for which saga a request is, and how many sagas stand above it:
/// `definition/key/depth`.
pub fn sub_saga_text(sub_saga: &SubSaga) -> String {
    let mut text = String::new();
    write_saga_id(&mut text, &sub_saga.id);
    // Writing to a string cannot fail.
    let _ = write!(text, "/{}", sub_saga.depth);
    text
}

/// Reads [`sub_saga_text`]; `None` when it is not one.
pub fn parse_sub_saga(text: &str) -> Option<SubSaga> {
    let (id, depth) = text.rsplit_once('/')?;
    Some(SubSaga {
        id: parse_saga_id(id)?,
        depth: depth.parse().ok()?,
    })
}

fn write(schema: SchemaId, sub_saga: &SagaId, out: &mut Vec<u8>) {
    frame::write_header(out, schema);
    write_bytes(out, sub_saga.definition.as_str().as_bytes());
    write_bytes(out, sub_saga.key.as_str().as_bytes());
}

#[cfg(test)]
mod tests {
    use palinode_core::{Decoder as _, Payload, ReasonCode, Value};

    use super::*;
    use crate::{Schemas, own};

    #[test]
    fn the_records_follow_their_schemas() {
        let ids = InboxSchemas {
            sub_saga_succeeded: SchemaId(1),
            sub_saga_failed: SchemaId(2),
            sub_saga_taken_back: SchemaId(3),
        };
        let mut schemas = Schemas::default();
        for (id, own) in [
            (1, own::SUB_SAGA_SUCCEEDED),
            (2, own::SUB_SAGA_FAILED),
            (3, own::SUB_SAGA_TAKEN_BACK),
        ] {
            schemas.add(SchemaId(id), own.text).unwrap();
        }
        let saga = SagaId::new("stay", "s-1");
        let reason = Reason::new(ReasonCode::StepFailed, "no room");
        let mut written = [Vec::new(), Vec::new(), Vec::new()];
        ids.succeeded(&saga, &mut written[0]);
        ids.failed(&saga, &reason, &mut written[1]);
        ids.taken_back(&saga, &mut written[2]);
        for framed in written {
            let (schema, bytes) = frame::split(&framed.into()).unwrap();
            let payload = Payload { schema, bytes };
            schemas.check(&payload).unwrap();
            let key = schemas.value(&payload, &["saga".into()]).unwrap();
            assert_eq!(key, Some(Value::String("s-1".into())));
            let reason = schemas.value(&payload, &["reason".into()]).unwrap();
            assert_eq!(reason.is_some(), schema == SchemaId(2));
        }
    }

    #[test]
    fn the_header_is_read_back() {
        for key in ["s-1", "eu/7%"] {
            let sub_saga = SubSaga {
                id: SagaId::new("stay", key),
                depth: 2,
            };
            assert_eq!(parse_sub_saga(&sub_saga_text(&sub_saga)), Some(sub_saga));
        }
        for text in ["", "stay/s-1", "stay/s-1/x", "/s-1/1"] {
            assert_eq!(parse_sub_saga(text), None, "{text}");
        }
    }
}
