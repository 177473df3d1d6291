//! The topics that the regular expressions of a group's members match (KIP-848): the broker finds them, and those that
//! come later, too.

use std::collections::{BTreeMap, BTreeSet};

use kafka_protocol::protocol::StrBytes;

use crate::{pattern::Pattern, topics::Topics};

/// What a group's expressions match, looked for anew when the names of topics have changed.
#[derive(Debug, Default)]
pub(super) struct Matches {
    /// Which state of the topics was looked at, by their count of changes.
    seen: u64,
    by_text: BTreeMap<StrBytes, BTreeSet<StrBytes>>,
}

impl Matches {
    /// Brings the matches of these expressions, and of no others, up to date.
    pub(super) fn update<'a>(&mut self, patterns: impl Iterator<Item = &'a Pattern>, topics: &Topics) {
        let is_current = self.seen == topics.name_changes();
        let mut before = std::mem::take(&mut self.by_text);
        for pattern in patterns {
            let Some(text) = pattern.text().filter(|text| !self.by_text.contains_key(*text)) else {
                continue;
            };
            let known = before.remove(text).filter(|_| is_current);
            let found = known.unwrap_or_else(|| found(pattern, topics));
            self.by_text.insert(text.clone(), found);
        }
        self.seen = topics.name_changes();
    }

    /// The topics that an expression matches.
    pub(super) fn of(&self, pattern: Option<&Pattern>) -> impl Iterator<Item = &StrBytes> {
        let text = pattern.and_then(Pattern::text);
        text.and_then(|text| self.by_text.get(text)).into_iter().flatten()
    }
}

fn found(pattern: &Pattern, topics: &Topics) -> BTreeSet<StrBytes> {
    let names = topics.iter().map(|topic| &topic.name);
    names.filter(|name| pattern.matches(name)).cloned().collect()
}
