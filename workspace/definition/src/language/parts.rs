//! Mappings as values of keys.

use serde_json::{Value, json};

use super::{Form, Section};
use crate::{
    source::Report,
    yaml::{Kind, Mapping, Node},
};

/// A mapping that is read into `T`.
pub(crate) struct Part<T> {
    pub(crate) section: &'static Section,
    pub(crate) read: fn(&Mapping<'_>, &mut Report<'_>) -> T,
}

impl<T> Form for Part<T> {
    type Value = T;

    fn read(&self, node: &Node, report: &mut Report<'_>) -> Option<T> {
        let mapping = Mapping::of(node, self.section, report)?;
        Some((self.read)(&mapping, report))
    }

    fn told(&self) -> String {
        format!("[{}](#{})", self.section.what, anchor(self.section.title))
    }

    fn schema(&self) -> Value {
        json!({ "$ref": format!("#/$defs/{}", self.section.name) })
    }

    fn sections(&self) -> Vec<&'static Section> {
        vec![self.section]
    }
}

/// One mapping or another; the second is told by a key that only it has.
pub(crate) struct Either<T: 'static> {
    pub(crate) usual: Part<T>,
    pub(crate) told_by: &'static str,
    pub(crate) other: Part<T>,
}

impl<T> Form for Either<T> {
    type Value = T;

    fn read(&self, node: &Node, report: &mut Report<'_>) -> Option<T> {
        let is_other = match &node.kind {
            Kind::Mapping(entries) => entries.iter().any(|(key, _)| key.value == self.told_by),
            _ => false,
        };
        if is_other {
            self.other.read(node, report)
        } else {
            self.usual.read(node, report)
        }
    }

    fn told(&self) -> String {
        format!("{} or {}", self.usual.told(), self.other.told())
    }

    fn schema(&self) -> Value {
        json!({
            "if": { "type": "object", "required": [self.told_by] },
            "then": self.other.schema(),
            "else": self.usual.schema(),
        })
    }

    fn sections(&self) -> Vec<&'static Section> {
        vec![self.usual.section, self.other.section]
    }
}

/// What a link to a heading says.
pub(crate) fn anchor(title: &str) -> String {
    let kept = title
        .chars()
        .filter(|letter| letter.is_alphanumeric() || *letter == ' ');
    kept.map(|letter| {
        if letter == ' ' {
            '-'
        } else {
            letter.to_ascii_lowercase()
        }
    })
    .collect()
}
