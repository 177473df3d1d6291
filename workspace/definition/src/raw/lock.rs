//! A step that takes a lock.

use std::time::Duration;

use palinode_core::{OnTimeout, limits::STEPS_MAX};

use crate::{
    language::{Expr, Key, ListOf, Need, Section, Span, Text, Usual, Word, Words},
    limits::NAME_CHARS_MAX,
    source::{At, Report},
    yaml::Mapping,
};

static KEY: Key<Expr> = Key {
    name: "key",
    form: Expr,
    need: Need::Required,
    meaning: "The key of the lock: text or a whole number. Sagas of all definitions share the locks, so begin it with what it is \
              of. While the saga holds it, it is `steps.<step>.lock`.",
    example: "'seat/' + start.seat",
};
static TIMEOUT: Key<Span> = Key {
    name: "timeout",
    form: Span,
    need: Need::Required,
    meaning: "How long the lock is waited for. Two sagas that each wait for what the other holds go on by this.",
    example: "1m",
};
static ON_TIMEOUT: Key<Words<OnTimeout>> = Key {
    name: "onTimeout",
    form: Words {
        what: "what can happen when a lock does not come free in time",
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
    meaning: "What happens when the lock has not come free by then, or too many wait for it already: `fail`, the step fails; \
              `continue`, it succeeds, and `steps.<step>.lock` is null.",
    example: "continue",
};
static UNTIL: Key<ListOf<Text>> = Key {
    name: "until",
    form: ListOf {
        item: Text { max: NAME_CHARS_MAX },
        least: 1,
        most: STEPS_MAX,
    },
    need: Need::Usual(Usual::Said("the end of the saga")),
    meaning: "The steps behind this one after which the lock is given back, when all of them are settled. A saga that goes back \
              before that holds it until everything is taken back.",
    example: "[payment]",
};

pub(super) static LOCK: Section = Section {
    name: "lock",
    what: "a lock",
    title: "A lock",
    about: "A step that takes a lock: a named key that one saga holds at a time. Who asks first gets it first. The saga holds it \
            from then on, also while it is suspended or goes back, until it ends. A second step with the same key waits for the \
            first, in the same saga as well.",
    keys: &[&KEY, &TIMEOUT, &ON_TIMEOUT, &UNTIL],
    rules: &[],
};

#[derive(Debug)]
pub(crate) struct Lock {
    pub(crate) key: Option<At<String>>,
    pub(crate) timeout: Option<At<Duration>>,
    pub(crate) on_timeout: Option<At<OnTimeout>>,
    pub(crate) until: Vec<At<String>>,
}

impl Lock {
    pub(super) fn of(map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        Self {
            key: map.read(&KEY, report),
            timeout: map.read(&TIMEOUT, report),
            on_timeout: map.read(&ON_TIMEOUT, report),
            until: map.read(&UNTIL, report).unwrap_or_default(),
        }
    }
}
