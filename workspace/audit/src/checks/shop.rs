//! What the checkers of the shop's books share.

use std::sync::Arc;

use bytes::Bytes;
use palinode_core::{Decoder, Payload, Value};
use palinode_wire::{Schemas, frame, typed::RecordCodec};
use serde::de::DeserializeOwned;

use crate::{
    facts::Facts,
    seen::{InputPosition, Seen, Type},
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

/// Replies in the order in which they were met. They are counted at the end of the run, when it is known which of them
/// became dead letters: those said nothing to the saga.
pub(super) struct Replies<T>(Vec<Reply<T>>);

/// A reply, and what tells it apart from others.
pub(super) struct Reply<T> {
    /// What it says.
    pub(super) content: T,
    /// Where it stands.
    pub(super) at: InputPosition,
    kind: &'static str,
    id: Box<str>,
    request: Option<Box<str>>,
}

/// What a reply is, beside those that were counted before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    /// A new one.
    New,
    /// A second one to a request that has its answer.
    Second,
}

impl<T> Default for Replies<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Reply<T> {
    /// The name of its type.
    pub(super) fn kind(&self) -> &'static str {
        self.kind
    }
}

impl<T> Replies<T> {
    /// Keeps a reply. Without a `ce_id`, `other_id` tells copies apart, and without that the record's place.
    pub(super) fn keep(&mut self, kind: &'static str, seen: &Seen<'_>, other_id: Option<&str>, content: T) {
        let id = match seen.headers.ce_id.or(other_id) {
            Some(id) => id.into(),
            None => seen.place().to_string().into_boxed_str(),
        };
        self.0.push(Reply {
            content,
            at: seen.position(),
            kind,
            id,
            request: seen.headers.idempotency_key.map(Box::from),
        });
    }

    /// The replies that count: neither dead letters nor copies.
    pub(super) fn counted<'a>(&'a self, facts: &Facts) -> Vec<(&'a Reply<T>, Counted)> {
        let mut counted: Vec<(&Reply<T>, Counted)> = Vec::new();
        for reply in self.0.iter().filter(|reply| !facts.is_dead_letter(reply.at)) {
            let of_kind = || counted.iter().filter(|(known, _)| known.kind == reply.kind);
            if of_kind().any(|(known, _)| known.id == reply.id) {
                continue;
            }
            let second = reply.request.is_some() && of_kind().any(|(known, _)| known.request == reply.request);
            counted.push((reply, if second { Counted::Second } else { Counted::New }));
        }
        counted
    }
}
