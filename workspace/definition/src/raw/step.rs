//! One step.

use std::time::Duration;

use palinode_core::{OnExhausted, limits::STEPS_MAX};

use super::{
    Compensation, Decision, ForEach, Lock, Message, Replies, Retry, SubSaga, Trigger, Wait, compensation, decision,
    for_each, lock, message, retry, sub_saga, trigger, wait,
};
use crate::{
    language::{
        Expr, Key, ListOf, Name, Need, Part, Rule, Section, Shape, Span as TimeSpan, Text, Truth, Usual, Word, Words,
    },
    limits::NAME_CHARS_MAX,
    source::{At, Report, Span},
    yaml::Mapping,
};

static ID: Key<Name> = Key {
    name: "id",
    form: Name(&Shape::STEP),
    need: Need::Required,
    meaning: "The name of the step. It stands in idempotency keys and in paths of expressions.",
    example: "payment",
};
static AFTER: Key<ListOf<Text>> = Key {
    name: "after",
    form: ListOf {
        item: Text { max: NAME_CHARS_MAX },
        least: 0,
        most: STEPS_MAX,
    },
    need: Need::Optional,
    meaning: "The steps that come before, or choices. The step begins when they are settled and at least one of them was done; \
              when all were passed over or given up, it is passed over as well. Without it the step begins at the start.",
    example: "[payment, stock]",
};
static WHEN: Key<Expr> = Key {
    name: "when",
    form: Expr,
    need: Need::Optional,
    meaning: "Whether the step is done at all: true or false, evaluated once, when its turn comes. Otherwise it is passed over, \
              and its reply is null.",
    example: "start.gift",
};
static PIVOT: Key<Truth> = Key {
    name: "pivot",
    form: Truth,
    need: Need::Usual(Usual::Truth(false)),
    meaning: "`true` for at most one step: once it may have been done there is no way back. Every other step must stand before or \
              after it, by `after`.",
    example: "true",
};
static FOR_EACH: Key<Part<ForEach>> = Key {
    name: "forEach",
    form: Part {
        section: &for_each::FOR_EACH,
        read: ForEach::of,
    },
    need: Need::Optional,
    meaning: "The step is done for each element of an array.",
    example: "{ items: start.items, parallel: 4, max: 20 }",
};
static COMMAND: Key<Part<Message>> = Key {
    name: "command",
    form: Part {
        section: &message::COMMAND,
        read: Message::of,
    },
    need: Need::Optional,
    meaning: "A participant is asked to do it. Needs `replies`.",
    example: "{ topic: payments.commands, message: shop.payments.ReservePayment, fields: { order_id: start.order_id } }",
};
static REPLIES: Key<Part<Replies>> = Key {
    name: "replies",
    form: Part {
        section: &message::REPLIES,
        read: Replies::of,
    },
    need: Need::Optional,
    meaning: "What the participant answers.",
    example: "{ topic: payments.events, succeeded: shop.payments.PaymentSucceeded, failed: shop.payments.PaymentFailed }",
};
static WAIT: Key<Part<Wait>> = Key {
    name: "wait",
    form: Part {
        section: &wait::WAIT,
        read: Wait::of,
    },
    need: Need::Optional,
    meaning: "The saga waits.",
    example: "{ for: 2h }",
};
static DECISION: Key<Part<Decision>> = Key {
    name: "decision",
    form: Part {
        section: &decision::DECISION,
        read: Decision::of,
    },
    need: Need::Optional,
    meaning: "A person decides.",
    example: "{ question: 'Ship it?', options: { ship: succeed, stop: fail }, deadline: 24h, default: stop }",
};
static LOCK: Key<Part<Lock>> = Key {
    name: "lock",
    form: Part {
        section: &lock::LOCK,
        read: Lock::of,
    },
    need: Need::Optional,
    meaning: "The saga takes a lock.",
    example: "{ key: \"'seat/' + start.seat\", timeout: 1m }",
};
static SAGA: Key<Part<SubSaga>> = Key {
    name: "saga",
    form: Part {
        section: &sub_saga::SUB_SAGA,
        read: SubSaga::of,
    },
    need: Need::Optional,
    meaning: "Another saga does it.",
    example: "{ definition: hotel-stay, key: start.order_id, start: { message: shop.stays.StayWanted, fields: { stay_id: \
              start.order_id } } }",
};
static TIMEOUT: Key<TimeSpan> = Key {
    name: "timeout",
    form: TimeSpan,
    need: Need::Usual(Usual::Said("30s; of a sub-saga 366d")),
    meaning: "How long one attempt waits for its reply, or the whole sub-saga may take, and taking it back.",
    example: "5s",
};
static DEADLINE: Key<TimeSpan> = Key {
    name: "deadline",
    form: TimeSpan,
    need: Need::Optional,
    meaning: "How long all attempts and the pauses between them may take; a person who resumes the step begins it anew.",
    example: "1h",
};
static RETRY: Key<Part<Retry>> = Key {
    name: "retry",
    form: Part {
        section: &retry::RETRY,
        read: Retry::of,
    },
    need: Need::Optional,
    meaning: "When and how often the step is tried again.",
    example: "{ attempts: 5, initial: 1s }",
};
static ON_EXHAUSTED: Key<Words<OnExhausted>> = Key {
    name: "onExhausted",
    form: Words {
        what: "what can happen when no attempt is left",
        words: &[
            Word {
                text: "suspend",
                value: OnExhausted::Suspend,
            },
            Word {
                text: "compensate",
                value: OnExhausted::Compensate,
            },
            Word {
                text: "continue",
                value: OnExhausted::Continue,
            },
        ],
    },
    need: Need::Usual(Usual::Said("`compensate`; on the pivot and after it `suspend`")),
    meaning: "What happens when no attempt is left and the outcome is unknown or worth another try: `suspend`, the saga waits for \
              a person, for `resumedBy`, or for a late success; `compensate`, it goes back; `continue`, the step is given up, after \
              a definite refusal too, and the saga goes on as if it was passed over. On the pivot and after it the saga cannot go \
              back, and the pivot cannot be given up.",
    example: "suspend",
};
static RESUMED_BY: Key<Part<Trigger>> = Key {
    name: "resumedBy",
    form: Part {
        section: &trigger::EVENT,
        read: Trigger::of,
    },
    need: Need::Optional,
    meaning: "The event that starts the suspended step again.",
    example: "{ event: shop.orders.PaymentRetryRequested, topic: orders.requests }",
};
static COMPENSATION: Key<Part<Compensation>> = Key {
    name: "compensation",
    form: Part {
        section: &compensation::COMPENSATION,
        read: Compensation::of,
    },
    need: Need::Optional,
    meaning: "How the step is taken back. Not allowed on the pivot and after it.",
    example: "{ command: { message: shop.payments.RefundPayment, fields: { order_id: start.order_id } }, \
              replies: { succeeded: shop.payments.PaymentRefunded } }",
};

pub(super) static STEP: Section = Section {
    name: "step",
    what: "a step",
    title: "A step",
    about: "What a participant is asked to do, a wait, a decision of a person, a lock, or another saga.",
    keys: &[
        &ID,
        &AFTER,
        &WHEN,
        &PIVOT,
        &FOR_EACH,
        &COMMAND,
        &REPLIES,
        &WAIT,
        &DECISION,
        &LOCK,
        &SAGA,
        &TIMEOUT,
        &DEADLINE,
        &RETRY,
        &ON_EXHAUSTED,
        &RESUMED_BY,
        &COMPENSATION,
    ],
    rules: &[
        Rule::OneOf(&["command", "wait", "decision", "lock", "saga"]),
        Rule::With("command", "replies"),
        Rule::With("replies", "command"),
        Rule::WithOneOf("pivot", &["command", "saga"]),
        Rule::WithOneOf("forEach", &["command", "saga"]),
        Rule::WithOneOf("timeout", &["command", "saga"]),
        Rule::With("deadline", "command"),
        Rule::With("retry", "command"),
        Rule::WithOneOf("onExhausted", &["command", "saga"]),
        Rule::WithOneOf("resumedBy", &["command", "saga"]),
        Rule::With("compensation", "command"),
        Rule::NotBoth("forEach", "pivot"),
    ],
};

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) id: Option<At<String>>,
    pub(crate) after: Vec<At<String>>,
    pub(crate) when: Option<At<String>>,
    /// The choice that the step is an alternative of, by its number.
    pub(crate) choice: Option<usize>,
    /// Where the step says that it is the pivot.
    pub(crate) pivot: Option<Span>,
    pub(crate) for_each: Option<ForEach>,
    pub(crate) command: Option<Message>,
    pub(crate) replies: Option<Replies>,
    pub(crate) wait: Option<Wait>,
    pub(crate) decision: Option<Decision>,
    pub(crate) lock: Option<Lock>,
    pub(crate) sub_saga: Option<SubSaga>,
    pub(crate) timeout: Option<At<Duration>>,
    pub(crate) deadline: Option<At<Duration>>,
    pub(crate) retry: Option<Retry>,
    pub(crate) on_exhausted: Option<At<OnExhausted>>,
    pub(crate) resumed_by: Option<Trigger>,
    pub(crate) compensation: Option<Compensation>,
}

impl Step {
    pub(super) fn of(map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        let pivot = map.read(&PIVOT, report);
        Self {
            id: map.read(&ID, report),
            after: map.read(&AFTER, report).unwrap_or_default(),
            when: map.read(&WHEN, report),
            choice: None,
            pivot: pivot.filter(|is| is.value).map(|is| is.span),
            for_each: map.read(&FOR_EACH, report),
            command: map.read(&COMMAND, report),
            replies: map.read(&REPLIES, report),
            wait: map.read(&WAIT, report),
            decision: map.read(&DECISION, report),
            lock: map.read(&LOCK, report),
            sub_saga: map.read(&SAGA, report),
            timeout: map.read(&TIMEOUT, report),
            deadline: map.read(&DEADLINE, report),
            retry: map.read(&RETRY, report),
            on_exhausted: map.read(&ON_EXHAUSTED, report),
            resumed_by: map.read(&RESUMED_BY, report),
            compensation: map.read(&COMPENSATION, report),
        }
    }

    /// The id, for messages about the step.
    pub(crate) fn name(&self) -> &str {
        self.id.as_ref().map_or("?", |id| id.value.as_str())
    }

    /// The event that the step waits for.
    pub(crate) fn event(&self) -> Option<&Trigger> {
        self.wait.as_ref().and_then(|wait| wait.event.as_ref())
    }
}
