//! Events for everybody.

use super::{Message, message};
use crate::{
    language::{Key, ListOf, Need, Section, Text},
    limits::{MILESTONES_MAX, NAME_CHARS_MAX},
    source::{At, Report},
    yaml::Mapping,
};

static ON: Key<ListOf<Text>> = Key {
    name: "on",
    form: ListOf {
        // A milestone may name a step.
        item: Text {
            max: NAME_CHARS_MAX * 2,
        },
        least: 1,
        most: MILESTONES_MAX,
    },
    need: Need::Required,
    meaning: "The [milestones](#milestones) that it tells of. One milestone emits at most one event.",
    example: "[started, payment.succeeded, completed]",
};

pub(super) static EMISSION: Section = Section {
    name: "emission",
    what: "an emitted event",
    title: "An emitted event",
    about: "An event for everybody, sent in the same transaction as what it tells of. The `topic`, the `message` and its \
            `fields` are those of a command, without an answer.",
    keys: &[&ON, &message::TOPIC, &message::RECORD, &message::FIELDS],
    rules: &[],
};

#[derive(Debug)]
pub(crate) struct Emission {
    pub(crate) on: Vec<At<String>>,
    pub(crate) message: Message,
}

impl Emission {
    pub(super) fn of(map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        Self {
            on: map.read(&ON, report).unwrap_or_default(),
            message: Message::of(map, report),
        }
    }
}
