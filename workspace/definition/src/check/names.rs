//! The characters of names: what may stand in idempotency keys, paths of expressions, Kafka and Avro.

use palinode_core::limits::NAME_BYTES_MAX;

use crate::{
    Code,
    limits::{RECORD_BYTES_MAX, TOPIC_BYTES_MAX},
    raw::{Definition, Field, Message, Replies, Trigger},
    source::{At, Report},
};

/// Words that CEL keeps for itself, so that `steps.<word>` is no path.
const CEL_WORDS: &[&str] = &[
    "as",
    "break",
    "const",
    "continue",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "return",
    "true",
    "var",
    "void",
    "while",
];

/// What a name may look like.
struct Shape {
    what: &'static str,
    bytes_max: usize,
    allowed: &'static str,
    fits: fn(&str) -> bool,
}

const DEFINITION: Shape = Shape {
    what: "the name of a definition",
    bytes_max: NAME_BYTES_MAX,
    allowed: "letters, digits, '-' and '_', a letter first",
    fits: |name| starts_with_letter(name) && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)),
};

const STEP: Shape = Shape {
    what: "the id of a step",
    bytes_max: NAME_BYTES_MAX,
    allowed: "letters, digits and '_', a letter first, and no word of CEL: it stands in paths of expressions",
    fits: |name| starts_with_letter(name) && is_word(name) && !CEL_WORDS.contains(&name),
};

const TOPIC: Shape = Shape {
    what: "the name of a topic",
    bytes_max: TOPIC_BYTES_MAX,
    allowed: "letters, digits, '.', '-' and '_'",
    fits: |name| {
        !matches!(name, "" | "." | "..") && name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c))
    },
};

const RECORD: Shape = Shape {
    what: "the full name of a record",
    bytes_max: RECORD_BYTES_MAX,
    allowed: "words of letters, digits and '_' with dots between them, for example shop.orders.OrderPlaced",
    fits: |name| {
        name.split('.')
            .all(|part| is_word(part) && !part.starts_with(|c: char| c.is_ascii_digit()))
    },
};

const FIELD: Shape = Shape {
    what: "the name of a field",
    bytes_max: NAME_BYTES_MAX,
    allowed: "letters, digits and '_', no digit first",
    fits: |name| is_word(name) && !name.starts_with(|c: char| c.is_ascii_digit()),
};

fn starts_with_letter(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl Shape {
    fn check(&self, name: Option<&At<String>>, report: &mut Report<'_>) {
        let Some(At { value: name, span }) = name else { return };
        if name.len() > self.bytes_max {
            let message = format!("{} has {} bytes, more than {}", self.what, name.len(), self.bytes_max);
            report.error(Code::BadName, *span, message);
        } else if !(self.fits)(name) {
            let message = format!("'{name}' cannot be {}", self.what);
            report.error_with(Code::BadName, *span, message, self.allowed);
        }
    }
}

/// Checks every name that the definition gives or uses.
pub(crate) fn names(definition: &Definition, report: &mut Report<'_>) {
    DEFINITION.check(definition.name.as_ref(), report);
    trigger(definition.started_by.as_ref(), report);
    trigger(definition.cancelled_by.as_ref(), report);
    for emission in &definition.emits {
        message(Some(&emission.message), report);
    }
    fields(&definition.outcome, report);
    for step in &definition.steps {
        STEP.check(step.id.as_ref(), report);
        message(step.command.as_ref(), report);
        replies(step.replies.as_ref(), report);
        trigger(step.resumed_by.as_ref(), report);
        if let Some(compensation) = &step.compensation {
            message(compensation.command.as_ref(), report);
            replies(compensation.replies.as_ref(), report);
        }
    }
}

fn trigger(trigger: Option<&Trigger>, report: &mut Report<'_>) {
    let Some(trigger) = trigger else { return };
    RECORD.check(trigger.record.as_ref(), report);
    TOPIC.check(trigger.topic.as_ref(), report);
}

fn replies(replies: Option<&Replies>, report: &mut Report<'_>) {
    let Some(replies) = replies else { return };
    TOPIC.check(replies.topic.as_ref(), report);
    RECORD.check(replies.succeeded.as_ref(), report);
    RECORD.check(replies.failed.as_ref(), report);
}

fn message(message: Option<&Message>, report: &mut Report<'_>) {
    let Some(message) = message else { return };
    TOPIC.check(message.topic.as_ref(), report);
    RECORD.check(message.record.as_ref(), report);
    fields(&message.fields, report);
}

fn fields(fields: &[Field], report: &mut Report<'_>) {
    for field in fields {
        FIELD.check(Some(&field.name), report);
    }
}
