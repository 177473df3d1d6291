//! What an input record means: the way from bytes to an input of a saga.

use std::sync::Arc;

use palinode_core::{IdempotencyKey, InputId, Payload, SagaKey, SchemaId, Timestamp, limits};
use palinode_log::Consumed;
use palinode_store::Stores;
use palinode_wire::{Origin, Schemas, dead_letter::ErrorCode, frame, headers::MessageHeaders, inbox, partition_of};

use super::{
    Shared,
    asked::{Asked, asked, is_from_saga, is_request},
    correlate::{Correlated, Correlating},
    held::Held,
    told::{self, Heard},
};
use crate::routes::{Role, split_correlated};

/// What is to be done with a record.
#[derive(Debug)]
pub(super) enum Decoded<'d> {
    /// No definition names its type: foreign traffic.
    Foreign,
    /// It cannot be judged before this schema is known.
    SchemaMissing(SchemaId),
    /// It can never be processed.
    Dead(Origin, ErrorCode, String),
    /// Its saga belongs to another task.
    Elsewhere(Origin, i32),
    /// It is an input.
    Meant(Meant<'d>),
    /// It is a request for a sub-saga.
    Asked(Box<Asked>),
    /// It is an input of sagas of several keys.
    Correlated(Correlated<'d>),
    /// It is the copy of an event, for a lock or a saga of this task.
    Heard(Box<Heard>),
}

/// An input and what it may mean.
#[derive(Debug)]
pub(super) struct Meant<'d> {
    /// Where it stood first.
    pub(super) cause: InputId,
    /// The key of its saga.
    pub(super) key: SagaKey,
    /// What its record type means to the definitions.
    pub(super) roles: &'d [Role],
    /// Its content.
    pub(super) payload: Payload,
    /// The request that it says it answers.
    pub(super) answers: Option<IdempotencyKey>,
    /// Its correlation id, or its own id.
    pub(super) correlation: Option<Arc<str>>,
    /// Its trace.
    pub(super) traceparent: Option<Arc<str>>,
}

/// The headers of a record as pairs.
pub(super) fn pairs(record: &Consumed) -> impl Iterator<Item = (&str, &[u8])> + Clone {
    record.headers.iter().map(|header| (&*header.name, &*header.value))
}

/// Says what `record` means to `task`.
pub(super) fn decode<'d, St: Stores>(
    shared: &'d Shared<St>,
    task: i32,
    schemas: &Schemas,
    held: &Held,
    now: Timestamp,
    record: &Consumed,
) -> Decoded<'d> {
    let Some(value) = &record.value else {
        return Decoded::Foreign;
    };
    let topics = &shared.definitions.topics;
    let from_inbox = record.source.topic == topics.inbox;
    let here = || Origin {
        topic: topics.short(&record.source.topic).into(),
        partition: record.source.partition,
        offset: record.offset,
    };
    let origin = if from_inbox {
        match Origin::read(pairs(record)) {
            Some(origin) => origin,
            None if told::is_copy(record) => return told::decode(shared, task, schemas, held, now, here(), record),
            None if is_from_saga(record) => here(),
            None => {
                let reason = "a record in the inbox does not say where it came from".into();
                return Decoded::Dead(here(), ErrorCode::OriginMissing, reason);
            }
        }
    } else {
        here()
    };
    let (schema, bytes) = match frame::split(value) {
        Ok(parts) => parts,
        Err(error) => return Decoded::Dead(origin, ErrorCode::NotConfluent, error.to_string()),
    };
    if !schemas.contains(schema) {
        return match held.given_up(schema, now) {
            Some(given_up) => Decoded::Dead(origin, given_up.code, given_up.reason.clone()),
            None => Decoded::SchemaMissing(schema),
        };
    }
    // A schema that is no record has no name that a definition could mention.
    let Some(name) = schemas.record_name(schema) else {
        return Decoded::Foreign;
    };
    let full_name = if from_inbox {
        topics.full(origin.topic.as_str())
    } else {
        Arc::clone(&record.source.topic)
    };
    let is_request = from_inbox && origin.topic.as_str() == inbox::TOPIC && is_request(record);
    let roles = shared
        .definitions
        .routes
        .topic(&full_name)
        .map_or(&[][..], |topic| topic.roles(name));
    if roles.is_empty() && !is_request {
        return Decoded::Foreign;
    }
    if bytes.len() > limits::PAYLOAD_BYTES_MAX {
        let reason = format!(
            "the value has {} bytes; {} are allowed",
            bytes.len(),
            limits::PAYLOAD_BYTES_MAX
        );
        return Decoded::Dead(origin, ErrorCode::PayloadTooLarge, reason);
    }
    let payload = Payload { schema, bytes };
    if let Err(error) = schemas.check(&payload) {
        return Decoded::Dead(origin, ErrorCode::Undecodable, error.to_string());
    }
    let headers = MessageHeaders::read(pairs(record));
    if is_request {
        let owner = |key: &SagaKey| partition_of(key.as_str().as_bytes(), shared.member.application.partitions);
        return asked(record, origin, &headers, name, payload, (task, owner));
    }
    let (roles, correlated) = split_correlated(roles);
    if !correlated.is_empty() {
        let event = Correlating {
            record,
            origin,
            payload,
            headers,
            is_forwarded: from_inbox,
        };
        return event.decode(shared, task, schemas, roles, correlated);
    }
    let answers = headers.parsed_idempotency_key();
    let key = match &answers {
        Some(answers) => answers.saga.key.clone(),
        None => match key_of(record) {
            Ok(key) => key,
            Err((code, reason)) => return Decoded::Dead(origin, code, reason),
        },
    };
    let owner = partition_of(key.as_str().as_bytes(), shared.member.application.partitions);
    if owner != task {
        return if from_inbox {
            let reason = format!("the saga belongs to task {owner}, and the input was forwarded to task {task}");
            Decoded::Dead(origin, ErrorCode::ForwardedTwice, reason)
        } else {
            Decoded::Elsewhere(origin, owner)
        };
    }
    Decoded::Meant(Meant {
        cause: origin.input_id(),
        key,
        roles,
        payload,
        answers,
        correlation: headers.correlation_id.or(headers.ce_id).map(Arc::from),
        traceparent: headers.traceparent.map(Arc::from),
    })
}

pub(super) fn key_of(record: &Consumed) -> Result<SagaKey, (ErrorCode, String)> {
    let key = record.key.as_ref().filter(|key| !key.is_empty());
    let Some(key) = key else {
        return Err((
            ErrorCode::KeyMissing,
            "the record has no key, so that its saga is not known".into(),
        ));
    };
    if key.len() > limits::SAGA_KEY_BYTES_MAX {
        let reason = format!(
            "the key has {} bytes; {} are allowed",
            key.len(),
            limits::SAGA_KEY_BYTES_MAX
        );
        return Err((ErrorCode::KeyTooLong, reason));
    }
    match std::str::from_utf8(key) {
        Ok(text) => Ok(text.into()),
        Err(_) => Err((ErrorCode::KeyNotText, "the key is not UTF-8 text".into())),
    }
}
