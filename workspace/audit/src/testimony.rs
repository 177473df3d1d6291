//! Who says that a record was read, or written.

use std::collections::BTreeMap;

use crate::{
    facts::{Facts, NameIndex},
    observation::content_digest,
    seen::{Content, EventKind, InputPosition, Seen},
};

/// Who says that a record was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Witness {
    /// A record of the orchestrator or of a participant, which followed from it.
    Record(InputPosition),
    /// A client that wrote it down.
    Client(NameIndex),
}

/// What a client wrote down, with numbers in place of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Observed {
    pub(crate) by: NameIndex,
    /// Where; the offset says nothing of a record that was refused, or confirmed without its place.
    pub(crate) at: InputPosition,
    pub(crate) did: crate::Did,
}

/// What was read, by whom first.
#[derive(Debug, Default)]
pub(crate) struct Readings(BTreeMap<InputPosition, Witness>);

impl Witness {
    /// In words.
    pub(crate) fn words(self, facts: &Facts) -> String {
        match self {
            Self::Record(at) => format!("the record {}", facts.place(at)),
            Self::Client(by) => format!("'{}'", facts.clients.name(by)),
        }
    }
}

impl Readings {
    /// Takes in what a record says of another one.
    pub(crate) fn note(&mut self, seen: &Seen<'_>) {
        if let Some(at) = tells_of(seen) {
            self.0.entry(at).or_insert(Witness::Record(seen.position()));
        }
    }

    /// Takes in what a client wrote down.
    pub(crate) fn observe(&mut self, observed: &Observed) {
        if matches!(observed.did, crate::Did::Polled { .. }) {
            self.0.entry(observed.at).or_insert(Witness::Client(observed.by));
        }
    }

    /// All of them, in the order of the topics.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (InputPosition, Witness)> {
        self.0.iter().map(|(at, witness)| (*at, *witness))
    }
}

/// The record that was read before this one could be written.
pub(crate) fn tells_of(seen: &Seen<'_>) -> Option<InputPosition> {
    match &seen.content {
        Content::Event(event) => event.cause,
        Content::Forwarded(origin) | Content::DeadLetter(origin) => *origin,
        _ => None,
    }
}

/// The record that this one holds a copy of, and the digest of the copy.
pub(crate) fn copies(seen: &Seen<'_>) -> Option<(InputPosition, u64)> {
    match &seen.content {
        Content::Event(event) if event.kind == EventKind::Started => {
            let payload = event.payload.as_ref()?;
            Some((event.cause?, content_digest(Some(&payload.bytes))))
        }
        Content::Forwarded(Some(origin)) => Some((*origin, digest_of(seen))),
        // A dead letter may go without its value.
        Content::DeadLetter(Some(origin)) if seen.value.is_some_and(|value| !value.is_empty()) => {
            Some((*origin, digest_of(seen)))
        }
        _ => None,
    }
}

/// The digest of a record's value.
pub(crate) fn digest_of(seen: &Seen<'_>) -> u64 {
    content_digest(seen.value.map(|value| &value[..]))
}
