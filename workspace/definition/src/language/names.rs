//! The characters of names: what may stand in idempotency keys, paths of expressions, Kafka and Avro.

use palinode_core::limits::NAME_BYTES_MAX;
use serde_json::{Value, json};

use super::Form;
use crate::{
    Code,
    limits::{RECORD_BYTES_MAX, TOPIC_BYTES_MAX},
    source::{At, Report},
    yaml::Node,
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
pub(crate) struct Shape {
    what: &'static str,
    bytes_max: usize,
    allowed: &'static str,
    /// The same as `fits`, for the JSON Schema.
    pattern: &'static str,
    /// Words that it must not be.
    barred: &'static [&'static str],
    fits: fn(&str) -> bool,
}

impl Shape {
    pub(crate) const DEFINITION: Self = Self {
        what: "the name of a definition",
        bytes_max: NAME_BYTES_MAX,
        allowed: "letters, digits, '-' and '_', a letter first",
        pattern: "^[A-Za-z][A-Za-z0-9_-]*$",
        barred: &[],
        fits: |name| starts_with_letter(name) && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)),
    };

    pub(crate) const STEP: Self = Self {
        what: "the id of a step",
        bytes_max: NAME_BYTES_MAX,
        allowed: "letters, digits and '_', a letter first, and no word of CEL: it stands in paths of expressions",
        pattern: "^[A-Za-z][A-Za-z0-9_]*$",
        barred: CEL_WORDS,
        fits: |name| starts_with_letter(name) && is_word(name) && !CEL_WORDS.contains(&name),
    };

    pub(crate) const OPTION: Self = Self {
        what: "the name of an option",
        bytes_max: NAME_BYTES_MAX,
        allowed: "letters, digits, '-' and '_', a letter first",
        pattern: "^[A-Za-z][A-Za-z0-9_-]*$",
        barred: &[],
        fits: |name| starts_with_letter(name) && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)),
    };

    pub(crate) const TOPIC: Self = Self {
        what: "the name of a topic",
        bytes_max: TOPIC_BYTES_MAX,
        allowed: "letters, digits, '.', '-' and '_'",
        pattern: "^[A-Za-z0-9._-]+$",
        barred: &[".", ".."],
        fits: |name| {
            !matches!(name, "" | "." | "..") && name.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c))
        },
    };

    pub(crate) const RECORD: Self = Self {
        what: "the full name of a record",
        bytes_max: RECORD_BYTES_MAX,
        allowed: "words of letters, digits and '_' with dots between them, for example shop.orders.OrderPlaced",
        pattern: "^[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*$",
        barred: &[],
        fits: |name| {
            name.split('.')
                .all(|part| is_word(part) && !part.starts_with(|c: char| c.is_ascii_digit()))
        },
    };

    pub(crate) const FIELD: Self = Self {
        what: "the name of a field",
        bytes_max: NAME_BYTES_MAX,
        allowed: "letters, digits and '_', no digit first",
        pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
        barred: &[],
        fits: |name| is_word(name) && !name.starts_with(|c: char| c.is_ascii_digit()),
    };

    /// Reports a name that does not look like this.
    pub(crate) fn check(&self, name: &At<String>, report: &mut Report<'_>) {
        let At { value: name, span } = name;
        if name.len() > self.bytes_max {
            let message = format!("{} has {} bytes, more than {}", self.what, name.len(), self.bytes_max);
            report.error(Code::BadName, *span, message);
        } else if !(self.fits)(name) {
            let message = format!("'{name}' cannot be {}", self.what);
            report.error_with(Code::BadName, *span, message, self.allowed);
        }
    }
}

fn starts_with_letter(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A name. One that is not allowed is reported, and read, so that the checks can go on.
pub(crate) struct Name(pub(crate) &'static Shape);

impl Form for Name {
    type Value = At<String>;

    fn read(&self, node: &Node, report: &mut Report<'_>) -> Option<At<String>> {
        let name = node.text(report)?;
        self.0.check(&name, report);
        Some(name)
    }

    fn told(&self) -> String {
        self.0.what.trim_start_matches("the ").to_owned()
    }

    fn schema(&self) -> Value {
        let mut schema = json!({ "type": "string", "pattern": self.0.pattern, "maxLength": self.0.bytes_max });
        if !self.0.barred.is_empty() {
            schema["not"] = json!({ "enum": self.0.barred });
        }
        schema
    }
}
