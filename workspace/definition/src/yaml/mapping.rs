//! A mapping with a fixed set of keys.

use std::time::Duration;

use super::{Key, Kind, Node};
use crate::{
    Code,
    source::{At, Report, Span},
    suggest::nearest_or_all,
};

/// A mapping of which every key is known. Values are taken out by key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mapping<'a> {
    what: &'static str,
    entries: &'a [(Key, Node)],
    pub(crate) span: Span,
}

impl<'a> Mapping<'a> {
    /// Takes `node` for `what`, which has no other keys than `keys`.
    pub(crate) fn of(node: &'a Node, what: &'static str, keys: &[&str], report: &mut Report<'_>) -> Option<Self> {
        let Kind::Mapping(entries) = &node.kind else {
            node.expected(what, report);
            return None;
        };
        for (key, _) in entries {
            if !keys.contains(&key.value.as_str()) {
                let message = format!("{what} has no key '{}'", key.value);
                report.push(
                    Code::UnknownKey,
                    key.span,
                    message,
                    nearest_or_all(&key.value, keys.iter().copied()),
                );
            }
        }
        Some(Self {
            what,
            entries,
            span: node.span,
        })
    }

    /// The value of a key that may be absent.
    pub(crate) fn get(&self, key: &str) -> Option<&'a Node> {
        self.entries
            .iter()
            .find(|(known, _)| known.value == key)
            .map(|(_, node)| node)
    }

    /// The value of a key that must be there.
    pub(crate) fn required(&self, key: &str, report: &mut Report<'_>) -> Option<&'a Node> {
        let node = self.get(key);
        if node.is_none() {
            report.error(
                Code::MissingKey,
                self.span,
                format!("{} needs the key '{key}'", self.what),
            );
        }
        node
    }

    pub(crate) fn text(&self, key: &str, report: &mut Report<'_>) -> Option<At<String>> {
        self.required(key, report)?.text(report)
    }

    pub(crate) fn duration(&self, key: &str, report: &mut Report<'_>) -> Option<At<Duration>> {
        self.get(key)?.duration(report)
    }
}
