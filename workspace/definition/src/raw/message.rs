//! Messages that are sent, and their answers.

use crate::{
    language::{Fields, Key, Name, Need, Section, Shape, Usual},
    source::{At, Report},
    yaml::Mapping,
};

pub(super) static TOPIC: Key<Name> = Key {
    name: "topic",
    form: Name(&Shape::TOPIC),
    need: Need::Required,
    meaning: "Where the message goes, without the application's topic prefix.",
    example: "payments.commands",
};
static OWN_TOPIC: Key<Name> = Key {
    name: "topic",
    form: Name(&Shape::TOPIC),
    need: Need::Usual(Usual::Said("the step's")),
    meaning: "The topic of the step's command, so that the message arrives after it. No other is allowed.",
    example: "payments.commands",
};
pub(super) static RECORD: Key<Name> = Key {
    name: "message",
    form: Name(&Shape::RECORD),
    need: Need::Required,
    meaning: "The full name of the message's Avro record.",
    example: "shop.payments.ReservePayment",
};
pub(super) static FIELDS: Key<Fields> = Key {
    name: "fields",
    form: Fields,
    need: Need::Required,
    meaning: "An expression for each field of the record. A field with a default may be left out. May be `{}`.",
    example: "{ order_id: start.order_id, currency: \"'EUR'\" }",
};
static REPLY_TOPIC: Key<Name> = Key {
    name: "topic",
    form: Name(&Shape::TOPIC),
    need: Need::Required,
    meaning: "Where the answers stand, without the application's topic prefix.",
    example: "payments.events",
};
static OWN_REPLY_TOPIC: Key<Name> = Key {
    name: "topic",
    form: Name(&Shape::TOPIC),
    need: Need::Usual(Usual::Said("the step's")),
    meaning: "Where the answers stand.",
    example: "payments.events",
};
static SUCCEEDED: Key<Name> = Key {
    name: "succeeded",
    form: Name(&Shape::RECORD),
    need: Need::Required,
    meaning: "The record that says that it was done.",
    example: "shop.payments.PaymentSucceeded",
};
static FAILED: Key<Name> = Key {
    name: "failed",
    form: Name(&Shape::RECORD),
    need: Need::Optional,
    meaning: "The record that says that it was refused and nothing was done. Without one the participant cannot refuse.",
    example: "shop.payments.PaymentFailed",
};

pub(super) static COMMAND: Section = Section {
    name: "command",
    what: "a command",
    title: "A command",
    about: "What a participant is asked to do. It carries the saga's key and an idempotency key.",
    keys: &[&TOPIC, &RECORD, &FIELDS],
    rules: &[],
};
pub(super) static COMPENSATING_COMMAND: Section = Section {
    name: "compensatingCommand",
    what: "a command",
    title: "A compensating command",
    about: "What a participant is asked to do to take a step back.",
    keys: &[&OWN_TOPIC, &RECORD, &FIELDS],
    rules: &[],
};
pub(super) static START: Section = Section {
    name: "subSagaStart",
    what: "a start event",
    title: "The start event of such a saga",
    about: "The record that starts the sub-saga, as its definition names it in `startedBy`. It goes to the sub-saga alone.",
    keys: &[&RECORD, &FIELDS],
    rules: &[],
};
pub(super) static REPLIES: Section = Section {
    name: "replies",
    what: "the replies",
    title: "Replies",
    about: "The records that answer a command. No two commands may share one on a topic, because a participant need not send \
            Palinode's headers.",
    keys: &[&REPLY_TOPIC, &SUCCEEDED, &FAILED],
    rules: &[],
};
pub(super) static COMPENSATION_REPLIES: Section = Section {
    name: "compensationReplies",
    what: "the replies",
    title: "Replies to a compensating command",
    about: "The records that answer a compensating command.",
    keys: &[&OWN_REPLY_TOPIC, &SUCCEEDED, &FAILED],
    rules: &[],
};

/// A message that is sent.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) topic: Option<At<String>>,
    pub(crate) record: Option<At<String>>,
    pub(crate) fields: Vec<Field>,
}

/// A field and the expression that fills it.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: At<String>,
    pub(crate) expression: At<String>,
}

impl Message {
    pub(super) fn of(map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        Self::with_topic(&TOPIC, map, report)
    }

    /// The start event of a sub-saga, which goes to no topic of its own.
    pub(super) fn of_start(map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        Self {
            topic: None,
            record: map.read(&RECORD, report),
            fields: map.read(&FIELDS, report).unwrap_or_default(),
        }
    }

    /// A message that takes its topic from the step that it belongs to.
    pub(super) fn inheriting(map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        Self::with_topic(&OWN_TOPIC, map, report)
    }

    fn with_topic(topic: &Key<Name>, map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        Self {
            topic: map.read(topic, report),
            record: map.read(&RECORD, report),
            fields: map.read(&FIELDS, report).unwrap_or_default(),
        }
    }
}

/// The records that answer a command.
#[derive(Debug)]
pub(crate) struct Replies {
    pub(crate) topic: Option<At<String>>,
    pub(crate) succeeded: Option<At<String>>,
    pub(crate) failed: Option<At<String>>,
}

impl Replies {
    pub(super) fn of(map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        Self::with_topic(&REPLY_TOPIC, map, report)
    }

    /// Replies that stand on the topic of the step that they belong to when no other is named.
    pub(super) fn inheriting(map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        Self::with_topic(&OWN_REPLY_TOPIC, map, report)
    }

    fn with_topic(topic: &Key<Name>, map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        Self {
            topic: map.read(topic, report),
            succeeded: map.read(&SUCCEEDED, report),
            failed: map.read(&FAILED, report),
        }
    }
}
