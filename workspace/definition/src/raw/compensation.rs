//! How a step is taken back.

use std::time::Duration;

use palinode_core::CompensationExhausted;

use super::{Message, Replies, Retry, message, retry};
use crate::{
    defaults,
    language::{Key, Need, Part, Section, Span as TimeSpan, Usual, Word, Words},
    source::{At, Report, Span},
    yaml::Mapping,
};

static COMMAND: Key<Part<Message>> = Key {
    name: "command",
    form: Part {
        section: &message::COMPENSATING_COMMAND,
        read: Message::inheriting,
    },
    need: Need::Required,
    meaning: "What the participant is asked.",
    example: "{ message: shop.payments.RefundPayment, fields: { order_id: start.order_id } }",
};
static REPLIES: Key<Part<Replies>> = Key {
    name: "replies",
    form: Part {
        section: &message::COMPENSATION_REPLIES,
        read: Replies::inheriting,
    },
    need: Need::Required,
    meaning: "What the participant answers.",
    example: "{ succeeded: shop.payments.PaymentRefunded }",
};
static TIMEOUT: Key<TimeSpan> = Key {
    name: "timeout",
    form: TimeSpan,
    need: Need::Usual(Usual::Span(defaults::TIMEOUT)),
    meaning: "How long one attempt waits for its reply.",
    example: "30s",
};
static RETRY: Key<Part<Retry>> = Key {
    name: "retry",
    form: Part {
        section: &retry::RETRY,
        read: Retry::of,
    },
    need: Need::Optional,
    meaning: "When and how often it is tried again.",
    example: "{ attempts: 10, max: 1m }",
};
static ON_EXHAUSTED: Key<Words<CompensationExhausted>> = Key {
    name: "onExhausted",
    form: Words {
        what: "what can happen when no attempt is left",
        words: &[
            Word {
                text: "suspend",
                value: CompensationExhausted::Suspend,
            },
            Word {
                text: "continue",
                value: CompensationExhausted::Continue,
            },
        ],
    },
    need: Need::Usual(Usual::Word("suspend")),
    meaning: "What happens when no attempt is left: `suspend`, the saga waits for a person; `continue`, the compensation is given \
              up, which a person should look at, and the saga goes on with the others.",
    example: "continue",
};

pub(super) static COMPENSATION: Section = Section {
    name: "compensation",
    what: "a compensation",
    title: "A compensation",
    about: "How a step is taken back. It is also asked for when the outcome of the step is unknown, and bars a command that \
            comes later.",
    keys: &[&COMMAND, &REPLIES, &TIMEOUT, &RETRY, &ON_EXHAUSTED],
    rules: &[],
};

#[derive(Debug)]
pub(crate) struct Compensation {
    pub(crate) span: Span,
    pub(crate) command: Option<Message>,
    pub(crate) replies: Option<Replies>,
    pub(crate) timeout: Option<At<Duration>>,
    pub(crate) retry: Option<Retry>,
    pub(crate) on_exhausted: Option<At<CompensationExhausted>>,
}

impl Compensation {
    pub(super) fn of(map: &Mapping<'_>, report: &mut Report<'_>) -> Self {
        Self {
            span: map.span,
            command: map.read(&COMMAND, report),
            replies: map.read(&REPLIES, report),
            timeout: map.read(&TIMEOUT, report),
            retry: map.read(&RETRY, report),
            on_exhausted: map.read(&ON_EXHAUSTED, report),
        }
    }
}
