//! The forms of values: how each is read, and how the JSON Schema and the reference tell of it.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Name, Section, Shape, usual::span_text};
use crate::{
    Code,
    limits::{DURATION_MAX, EXPRESSION_CHARS_MAX},
    raw::Field,
    source::{At, Report},
    suggest::nearest_or_all,
    yaml::{Kind, Node},
};

/// What a value looks like.
pub(crate) trait Form {
    type Value;

    /// Reads a value; reports why not when it is none.
    fn read(&self, node: &Node, report: &mut Report<'_>) -> Option<Self::Value>;

    /// In words.
    fn told(&self) -> String;

    /// As JSON Schema.
    fn schema(&self) -> Value;

    /// The mappings inside.
    fn sections(&self) -> Vec<&'static Section> {
        Vec::new()
    }
}

/// Text with something in it.
pub(crate) struct Text {
    /// The longest, in characters.
    pub(crate) max: usize,
}

impl Form for Text {
    type Value = At<String>;

    fn read(&self, node: &Node, report: &mut Report<'_>) -> Option<At<String>> {
        let text = node.text(report)?;
        let count = text.value.chars().count();
        if text.value.trim().is_empty() {
            report.error(Code::BadValue, text.span, "this text is empty");
            return None;
        }
        if count > self.max {
            let message = format!("the text has {count} characters, more than {}", self.max);
            report.error(Code::LimitExceeded, text.span, message);
            return None;
        }
        Some(text)
    }

    fn told(&self) -> String {
        "text".into()
    }

    fn schema(&self) -> Value {
        json!({ "type": "string", "pattern": "\\S", "maxLength": self.max })
    }
}

/// A time span.
pub(crate) struct Span;

impl Form for Span {
    type Value = At<Duration>;

    fn read(&self, node: &Node, report: &mut Report<'_>) -> Option<At<Duration>> {
        node.duration(report)
    }

    fn told(&self) -> String {
        "time span".into()
    }

    fn schema(&self) -> Value {
        json!({
            "type": "string",
            "pattern": "^[0-9]+(ms|s|m|h|d)$",
            "description": format!("A whole number and a unit: 500ms, 5s, 30m, 72h, 3d; at most {}.", span_text(DURATION_MAX)),
        })
    }
}

/// A whole number from 1.
pub(crate) struct Count {
    pub(crate) max: u32,
}

impl Form for Count {
    type Value = At<u32>;

    fn read(&self, node: &Node, report: &mut Report<'_>) -> Option<At<u32>> {
        node.count(self.max, report)
    }

    fn told(&self) -> String {
        format!("whole number, 1 to {}", self.max)
    }

    fn schema(&self) -> Value {
        json!({ "type": "integer", "minimum": 1, "maximum": self.max })
    }
}

/// A number.
pub(crate) struct Number {
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Form for Number {
    type Value = At<f64>;

    fn read(&self, node: &Node, report: &mut Report<'_>) -> Option<At<f64>> {
        let number = node.number(report)?;
        if (self.min..=self.max).contains(&number.value) {
            return Some(number);
        }
        let message = format!(
            "a number from {} to {} is expected here, not {}",
            self.min, self.max, number.value
        );
        report.error(Code::BadValue, number.span, message);
        None
    }

    fn told(&self) -> String {
        format!("number, {} to {}", self.min, self.max)
    }

    fn schema(&self) -> Value {
        json!({ "type": "number", "minimum": self.min, "maximum": self.max })
    }
}

/// True or false.
pub(crate) struct Truth;

impl Form for Truth {
    type Value = At<bool>;

    fn read(&self, node: &Node, report: &mut Report<'_>) -> Option<At<bool>> {
        node.boolean(report)
    }

    fn told(&self) -> String {
        "`true` or `false`".into()
    }

    fn schema(&self) -> Value {
        json!({ "type": "boolean" })
    }
}

/// One of a few words.
pub(crate) struct Words<T: 'static> {
    /// What they say, for messages: `what can happen when no attempt is left`.
    pub(crate) what: &'static str,
    pub(crate) words: &'static [Word<T>],
}

/// A word and what it stands for.
pub(crate) struct Word<T> {
    pub(crate) text: &'static str,
    pub(crate) value: T,
}

impl<T: Copy> Form for Words<T> {
    type Value = At<T>;

    fn read(&self, node: &Node, report: &mut Report<'_>) -> Option<At<T>> {
        let text = node.text(report)?;
        if let Some(word) = self.words.iter().find(|word| word.text == text.value) {
            return Some(At::new(word.value, text.span));
        }
        let message = format!("'{}' is not {}", text.value, self.what);
        let hint = nearest_or_all(&text.value, self.words.iter().map(|word| word.text));
        report.push(Code::BadValue, text.span, message, hint);
        None
    }

    fn told(&self) -> String {
        let words: Vec<String> = self.words.iter().map(|word| format!("`{}`", word.text)).collect();
        words.join(", ")
    }

    fn schema(&self) -> Value {
        let words: Vec<&str> = self.words.iter().map(|word| word.text).collect();
        json!({ "enum": words })
    }
}

/// An expression.
pub(crate) struct Expr;

impl Form for Expr {
    type Value = At<String>;

    fn read(&self, node: &Node, report: &mut Report<'_>) -> Option<At<String>> {
        let expression = node.expression(report)?;
        if expression.value.trim().is_empty() {
            report.error(Code::BadValue, expression.span, "there is no expression here");
            return None;
        }
        Some(expression)
    }

    fn told(&self) -> String {
        "expression".into()
    }

    fn schema(&self) -> Value {
        json!({
            "type": ["string", "number", "boolean"],
            "pattern": "\\S",
            "maxLength": EXPRESSION_CHARS_MAX,
            "description": "An expression in CEL. Text that stands for itself needs quotes of its own: \"'EUR'\".",
        })
    }
}

/// Fields and the expressions that fill them.
pub(crate) struct Fields;

impl Form for Fields {
    type Value = Vec<Field>;

    fn read(&self, node: &Node, report: &mut Report<'_>) -> Option<Vec<Field>> {
        let entries = EntriesOf {
            names: &Shape::FIELD,
            of: Expr,
            least: 0,
        };
        let fields = entries.read(node, report)?;
        Some(
            fields
                .into_iter()
                .map(|(name, expression)| Field { name, expression })
                .collect(),
        )
    }

    fn told(&self) -> String {
        "fields".into()
    }

    fn schema(&self) -> Value {
        json!({
            "type": "object",
            "propertyNames": Name(&Shape::FIELD).schema(),
            "additionalProperties": Expr.schema(),
        })
    }
}

/// A mapping whose names are free.
pub(crate) struct EntriesOf<F> {
    pub(crate) names: &'static Shape,
    pub(crate) of: F,
    /// How many there must be.
    pub(crate) least: usize,
}

impl<F: Form> Form for EntriesOf<F> {
    type Value = Vec<(At<String>, F::Value)>;

    fn read(&self, node: &Node, report: &mut Report<'_>) -> Option<Self::Value> {
        let Kind::Mapping(entries) = &node.kind else {
            node.expected("a mapping", report);
            return None;
        };
        if entries.len() < self.least {
            report.error(Code::BadValue, node.span, "this mapping is empty");
        }
        let mut read = Vec::new();
        for (name, node) in entries {
            self.names.check(name, report);
            read.extend(self.of.read(node, report).map(|value| (name.clone(), value)));
        }
        Some(read)
    }

    fn told(&self) -> String {
        format!("mapping of names to: {}", self.of.told())
    }

    fn schema(&self) -> Value {
        json!({
            "type": "object",
            "minProperties": self.least,
            "propertyNames": Name(self.names).schema(),
            "additionalProperties": self.of.schema(),
        })
    }

    fn sections(&self) -> Vec<&'static Section> {
        self.of.sections()
    }
}

/// A list.
pub(crate) struct ListOf<F> {
    pub(crate) item: F,
    /// How many items there must be.
    pub(crate) least: usize,
    /// How many there may be; no more are read.
    pub(crate) most: usize,
}

impl<F: Form> Form for ListOf<F> {
    type Value = Vec<F::Value>;

    fn read(&self, node: &Node, report: &mut Report<'_>) -> Option<Self::Value> {
        let items = node.list(report)?;
        if items.len() < self.least {
            let message = match (items.len(), self.least) {
                (0, 1) => "this list is empty".to_owned(),
                (_, least) => format!("this list needs at least {least} items"),
            };
            report.error(Code::BadValue, node.span, message);
        }
        if let Some(first) = items.get(self.most) {
            let message = format!("this list has {} items, more than {}", items.len(), self.most);
            report.error(Code::LimitExceeded, first.span, message);
        }
        let read = items.iter().take(self.most);
        Some(read.filter_map(|item| self.item.read(item, report)).collect())
    }

    fn told(&self) -> String {
        format!("list of: {}", self.item.told())
    }

    fn schema(&self) -> Value {
        json!({ "type": "array", "minItems": self.least, "maxItems": self.most, "items": self.item.schema() })
    }

    fn sections(&self) -> Vec<&'static Section> {
        self.item.sections()
    }
}
