//! A step that waits.

use std::time::Duration;

use palinode_core::OnTimeout;

use super::Trigger;
use crate::{
    language::{Expr, Key, Name, Need, Section, Shape, Span, Usual, Word, Words},
    source::{At, Report},
    yaml::Mapping,
};

static FOR: Key<Span> = Key {
    name: "for",
    form: Span,
    need: Need::Optional,
    meaning: "A span of time, from when the wait begins.",
    example: "2h",
};
static UNTIL: Key<Expr> = Key {
    name: "until",
    form: Expr,
    need: Need::Optional,
    meaning: "A point in time, in milliseconds since 1970. One that has passed ends the wait at once.",
    example: "start.delivery_at - 3600000",
};
static EVENT: Key<Name> = Key {
    name: "event",
    form: Name(&Shape::RECORD),
    need: Need::Optional,
    meaning: "An event, by the full name of its Avro record. One that comes before the wait begins ends it when it begins; what \
              it says is `steps.<step>.event`.",
    example: "shop.delivery.ParcelArrived",
};
static TOPIC: Key<Name> = Key {
    name: "topic",
    form: Name(&Shape::TOPIC),
    need: Need::Optional,
    meaning: "Where the event stands, without the application's topic prefix.",
    example: "delivery.events",
};
static KEY: Key<Expr> = Key {
    name: "key",
    form: Expr,
    need: Need::Usual(Usual::Said("the key of the event's record")),
    meaning: "The key of the saga that the event is for, over the fields of `event`: text or a whole number; null means that it is \
              for none.",
    example: "event.order_id",
};
static TIMEOUT: Key<Span> = Key {
    name: "timeout",
    form: Span,
    need: Need::Optional,
    meaning: "How long the event is waited for.",
    example: "3d",
};
static ON_TIMEOUT: Key<Words<OnTimeout>> = Key {
    name: "onTimeout",
    form: Words {
        what: "what can happen when an event does not come in time",
        words: &[
            Word {
                text: "fail",
                value: OnTimeout::Fail,
            },
            Word {
                text: "continue",
                value: OnTimeout::Continue,
            },
        ],
    },
    need: Need::Usual(Usual::Word("fail")),
    meaning: "What happens when the event has not come by then: `fail`, the step fails; `continue`, it succeeds, and the event is \
              null.",
    example: "continue",
};

pub(super) static WAIT: Section = Section {
    name: "wait",
    what: "a wait",
    title: "A wait",
    about: "A step that waits for a time or for an event; nobody is asked.",
    keys: &[&FOR, &UNTIL, &EVENT, &TOPIC, &KEY, &TIMEOUT, &ON_TIMEOUT],
    rules: &[
        crate::language::Rule::OneOf(&["for", "until", "event"]),
        crate::language::Rule::With("event", "topic"),
        crate::language::Rule::With("event", "timeout"),
        crate::language::Rule::With("topic", "event"),
        crate::language::Rule::With("key", "event"),
        crate::language::Rule::With("timeout", "event"),
        crate::language::Rule::With("onTimeout", "event"),
    ],
};

/// What a step waits for. Exactly one of the three is there when nothing is wrong.
#[derive(Debug)]
pub(crate) struct Wait {
    pub(crate) span: Option<At<Duration>>,
    pub(crate) until: Option<At<String>>,
    pub(crate) event: Option<Trigger>,
    pub(crate) key: Option<At<String>>,
    pub(crate) timeout: Option<At<Duration>>,
    pub(crate) on_timeout: Option<At<OnTimeout>>,
}

impl Wait {
    pub(super) fn of(map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        let record = map.read(&EVENT, report);
        let topic = map.read(&TOPIC, report);
        Self {
            span: map.read(&FOR, report),
            until: map.read(&UNTIL, report),
            event: record.map(|record| Trigger {
                record: Some(record),
                topic,
            }),
            key: map.read(&KEY, report),
            timeout: map.read(&TIMEOUT, report),
            on_timeout: map.read(&ON_TIMEOUT, report),
        }
    }
}
