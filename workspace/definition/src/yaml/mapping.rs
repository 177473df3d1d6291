//! A mapping with a fixed set of keys.

use super::{Kind, Node};
use crate::{
    Code,
    language::{Form, Key, Need, Rule, Section},
    source::{At, Report, Span},
    suggest::nearest_or_all,
};

/// A mapping of which every key is known. Values are taken out by key.
#[derive(Clone, Copy)]
pub(crate) struct Mapping<'a> {
    section: &'static Section,
    entries: &'a [(At<String>, Node)],
    pub(crate) span: Span,
}

impl<'a> Mapping<'a> {
    /// Takes `node` for a `section`; its keys, and what holds between them, are checked.
    pub(crate) fn of(node: &'a Node, section: &'static Section, report: &mut Report<'_>) -> Option<Self> {
        let Kind::Mapping(entries) = &node.kind else {
            node.expected(section.what, report);
            return None;
        };
        for (key, _) in entries {
            if !section.key_names().any(|known| known == key.value) {
                let message = format!("{} has no key '{}'", section.what, key.value);
                let hint = nearest_or_all(&key.value, section.key_names());
                report.push(Code::UnknownKey, key.span, message, hint);
            }
        }
        let mapping = Self {
            section,
            entries,
            span: node.span,
        };
        section.rules.iter().for_each(|rule| mapping.hold(rule, report));
        Some(mapping)
    }

    /// The value of a key; none when it is absent or cannot be read, which is reported when it should not be.
    pub(crate) fn read<F: Form>(&self, key: &Key<F>, report: &mut Report<'_>) -> Option<F::Value> {
        let Some(node) = self.node(key.name) else {
            if matches!(key.need, Need::Required) {
                let message = format!("{} needs the key '{}'", self.section.what, key.name);
                report.error(Code::MissingKey, self.span, message);
            }
            return None;
        };
        key.form.read(node, report)
    }

    /// Where a key stands.
    pub(crate) fn place(&self, key: &str) -> Option<Span> {
        self.entry(key).map(|(key, _)| key.span)
    }

    fn entry(&self, key: &str) -> Option<&'a (At<String>, Node)> {
        self.entries.iter().find(|(known, _)| known.value == key)
    }

    fn node(&self, key: &str) -> Option<&'a Node> {
        self.entry(key).map(|(_, node)| node)
    }

    fn hold(&self, rule: &Rule, report: &mut Report<'_>) {
        let what = self.section.what;
        match rule {
            Rule::OneOf(keys) => {
                let mut there = keys.iter().filter_map(|key| Some((key, self.place(key)?)));
                match (there.next(), there.next()) {
                    (None, _) => {
                        let message = format!("{what} needs one of the keys {}", keys.join(", "));
                        report.error(Code::MissingKey, self.span, message);
                    }
                    (Some((first, _)), Some((second, span))) => {
                        let message = format!("{what} cannot have both '{first}' and '{second}'");
                        report.error(Code::KeysTogether, span, message);
                    }
                    (Some(_), None) => {}
                }
            }
            Rule::NotBoth(first, second) => {
                if let (Some(_), Some(span)) = (self.place(first), self.place(second)) {
                    let message = format!("{what} cannot have both '{first}' and '{second}'");
                    report.error(Code::KeysTogether, span, message);
                }
            }
            Rule::WithOneOf(key, others) => {
                if let (Some(span), true) = (self.place(key), others.iter().all(|other| self.place(other).is_none())) {
                    let others: Vec<String> = others.iter().map(|other| format!("'{other}'")).collect();
                    let message = format!("{what} has the key '{key}' only with {}", others.join(" or "));
                    report.error(Code::KeysTogether, span, message);
                }
            }
            Rule::With(key, other) => {
                if let (Some(span), None) = (self.place(key), self.place(other)) {
                    let message = format!("{what} has the key '{key}' only with '{other}'");
                    report.error(Code::KeysTogether, span, message);
                }
            }
        }
    }
}
