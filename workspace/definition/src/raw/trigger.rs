//! Events that start, cancel or resume.

use crate::{
    language::{Key, Name, Need, Section, Shape, Text},
    limits::NAME_CHARS_MAX,
    source::{At, Report},
    yaml::Mapping,
};

pub(super) static RECORD: Key<Name> = Key {
    name: "event",
    form: Name(&Shape::RECORD),
    need: Need::Required,
    meaning: "The full name of the event's Avro record.",
    example: "shop.orders.OrderPlaced",
};
pub(super) static TOPIC: Key<Name> = Key {
    name: "topic",
    form: Name(&Shape::TOPIC),
    need: Need::Required,
    meaning: "Where it stands, without the application's topic prefix.",
    example: "orders.events",
};
static UNTIL: Key<Text> = Key {
    name: "until",
    form: Text { max: NAME_CHARS_MAX },
    need: Need::Usual(crate::language::Usual::Said("the pivot")),
    meaning: "The step that closes the window: from when it is requested on, a wish to cancel is refused. It must not stand \
              after the pivot, which closes the window in any case.",
    example: "packing",
};

pub(super) static EVENT: Section = Section {
    name: "event",
    what: "an event",
    title: "An event",
    about: "A record on a topic that means something to the saga. Its key must be the saga's key.",
    keys: &[&RECORD, &TOPIC],
    rules: &[],
};
pub(super) static CANCELLATION: Section = Section {
    name: "cancellation",
    what: "a wish to cancel",
    title: "A wish to cancel",
    about: "The event that asks to cancel the saga, and how long that is possible.",
    keys: &[&RECORD, &TOPIC, &UNTIL],
    rules: &[],
};

/// An event that starts, resumes, or is waited for.
#[derive(Debug)]
pub(crate) struct Trigger {
    pub(crate) record: Option<At<String>>,
    pub(crate) topic: Option<At<String>>,
}

impl Trigger {
    pub(super) fn of(map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        Self {
            record: map.read(&RECORD, report),
            topic: map.read(&TOPIC, report),
        }
    }
}

/// The event that asks to cancel.
#[derive(Debug)]
pub(crate) struct Cancellation {
    pub(crate) trigger: Trigger,
    pub(crate) until: Option<At<String>>,
}

impl Cancellation {
    pub(super) fn of(map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        Self {
            trigger: Trigger::of(map, report),
            until: map.read(&UNTIL, report),
        }
    }
}
