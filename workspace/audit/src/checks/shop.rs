//! What the checkers of the shop's books share.

use std::sync::Arc;

use bytes::Bytes;
use palinode_core::{Decoder, Payload, Value};
use palinode_wire::{Schemas, frame, typed::RecordCodec};
use serde::de::DeserializeOwned;

use crate::{
    facts::Facts,
    seen::{Seen, Type},
};

/// The name of the record's type, when it stands on `topic`.
pub(super) fn record_on<'a>(topic: &str, seen: &Seen<'_>, facts: &'a Facts) -> Option<&'a str> {
    match seen.of_type {
        Type::Named(of_type) if seen.topic.as_str() == topic => Some(facts.types.name(of_type).as_str()),
        _ => None,
    }
}

/// The record's value.
pub(super) fn decode<T: DeserializeOwned>(seen: &Seen<'_>) -> Option<T> {
    let value: &Bytes = seen.value?;
    let id = frame::schema_id(value).ok()?;
    let codec = RecordCodec::of(Arc::clone(seen.schemas.shape(id)?), id);
    codec.decode(value, seen.schemas).ok()
}

/// A field of a payload.
pub(super) fn field(schemas: &Schemas, payload: &Payload, name: &str) -> Option<Value> {
    schemas.value(payload, &[name.into()]).ok().flatten()
}

/// The answers that were counted of one order: a copy counts nothing, and one request has one answer of a kind.
#[derive(Default)]
pub(super) struct Answers(Vec<Answer>);

struct Answer {
    kind: &'static str,
    id: Box<str>,
    request: Option<Box<str>>,
}

/// What an answer is, beside those that were counted.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Counted {
    /// A new one.
    New,
    /// One that was counted.
    Copy,
    /// A second one to a request that has its answer.
    Second,
}

impl Answers {
    /// Counts an answer. Without a `ce_id`, `other_id` tells copies apart, and without that the record's place.
    pub(super) fn count(&mut self, kind: &'static str, seen: &Seen<'_>, other_id: Option<&str>) -> Counted {
        let id = match seen.headers.ce_id.or(other_id) {
            Some(id) => id.into(),
            None => seen.place().to_string().into_boxed_str(),
        };
        let of_kind = || self.0.iter().filter(|answer| answer.kind == kind);
        if of_kind().any(|answer| answer.id == id) {
            return Counted::Copy;
        }
        let request = seen.headers.idempotency_key.map(Box::from);
        let counted = match request.is_some() && of_kind().any(|answer| answer.request == request) {
            true => Counted::Second,
            false => Counted::New,
        };
        self.0.push(Answer { kind, id, request });
        counted
    }
}
