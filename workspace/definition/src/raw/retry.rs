//! When and how often a step is tried again.

use std::time::Duration;

use palinode_core::limits::ATTEMPTS_MAX;

use crate::{
    Code, defaults,
    language::{Count, Expr, Key, Need, Number, Section, Span, Usual},
    limits::FACTOR_MAX,
    source::{At, Report},
    yaml::Mapping,
};

static ATTEMPTS: Key<Count> = Key {
    name: "attempts",
    form: Count { max: ATTEMPTS_MAX },
    need: Need::Twofold(
        Usual::Count(defaults::ATTEMPTS),
        Usual::Count(defaults::COMPENSATION_ATTEMPTS),
    ),
    meaning: "Attempts in all, the first one counted.",
    example: "5",
};
static INITIAL: Key<Span> = Key {
    name: "initial",
    form: Span,
    need: Need::Usual(Usual::Span(defaults::INITIAL)),
    meaning: "The pause before the second attempt.",
    example: "1s",
};
static FACTOR: Key<Number> = Key {
    name: "factor",
    form: Number {
        min: 1.0,
        max: FACTOR_MAX,
    },
    need: Need::Usual(Usual::Number(defaults::FACTOR)),
    meaning: "By how much each pause is longer than the one before.",
    example: "1.5",
};
static MAX: Key<Span> = Key {
    name: "max",
    form: Span,
    need: Need::Twofold(Usual::Span(defaults::MAX), Usual::Span(defaults::COMPENSATION_MAX)),
    meaning: "The longest pause. When only `initial` is given and is longer, this equals it.",
    example: "30s",
};
static JITTER: Key<Number> = Key {
    name: "jitter",
    form: Number { min: 0.0, max: 1.0 },
    need: Need::Usual(Usual::Number(defaults::JITTER)),
    meaning: "The largest share by which a pause is shorter or longer, so that sagas that failed together are not tried again \
              together. By how much follows from the request and the attempt: a replay gives the same.",
    example: "0.2",
};
static WHEN: Key<Expr> = Key {
    name: "when",
    form: Expr,
    need: Need::Optional,
    meaning: "Which failures are tried again, in a new round: true or false, over `reply`. Without it no failure is. A time-out \
              is always tried again while attempts are left, in the same round: the participant must answer the same again.",
    example: "reply.code == 'BANK_UNAVAILABLE'",
};

pub(super) static RETRY: Section = Section {
    name: "retry",
    what: "a retry",
    title: "A retry",
    about: "When and how often a step, or its compensation, is tried again.",
    keys: &[&ATTEMPTS, &INITIAL, &FACTOR, &MAX, &JITTER, &WHEN],
    rules: &[],
};

#[derive(Debug)]
pub(crate) struct Retry {
    pub(crate) attempts: Option<At<u32>>,
    pub(crate) initial: Option<At<Duration>>,
    pub(crate) factor: Option<At<f64>>,
    pub(crate) max: Option<At<Duration>>,
    pub(crate) jitter: Option<At<f64>>,
    pub(crate) when: Option<At<String>>,
}

impl Retry {
    pub(super) fn of(map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        let retry = Self {
            attempts: map.read(&ATTEMPTS, report),
            initial: map.read(&INITIAL, report),
            factor: map.read(&FACTOR, report),
            max: map.read(&MAX, report),
            jitter: map.read(&JITTER, report),
            when: map.read(&WHEN, report),
        };
        if let (Some(initial), Some(max)) = (&retry.initial, &retry.max)
            && initial.value > max.value
        {
            report.error(
                Code::BadValue,
                initial.span,
                "the first pause is longer than the longest one",
            );
        }
        retry
    }
}
