//! Subscriptions by regular expression: the broker finds the topics, and those that come later, too (KIP-848).
//!
//! Kafka's expressions are those of RE2/J; the ones here are of the same family, without backreferences and look-around.

use std::collections::{BTreeMap, BTreeSet};

use kafka_protocol::{ResponseError, protocol::StrBytes};
use regex::{Regex, RegexBuilder};

use super::Refusal;
use crate::topics::Topics;

/// Characters of an expression. Names of topics have at most 249.
const CHARACTERS_MAX: usize = 1_000;
/// Bytes of a compiled expression: those that grow with counted repetitions are refused.
const COMPILED_BYTES_MAX: usize = 256 * 1024;

/// A regular expression that whole names of topics match; the empty one matches none.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    text: StrBytes,
    /// None for the empty one.
    regex: Option<Regex>,
}

impl Pattern {
    /// Reads an expression.
    ///
    /// # Errors
    /// It is none, or one that takes too much memory.
    pub(crate) fn new(text: StrBytes) -> Result<Self, Refusal> {
        if text.is_empty() {
            return Ok(Self { text, regex: None });
        }
        if text.len() > CHARACTERS_MAX {
            return Err(refusal(&text, "it has too many characters"));
        }
        // By itself first: an expression that closes the group around it would be read as another.
        let regex = compile(&text).and_then(|_| compile(&format!("^(?:{})$", text.as_str())));
        match regex {
            Ok(regex) => Ok(Self {
                text,
                regex: Some(regex),
            }),
            Err(error) => Err(refusal(&text, &error.to_string())),
        }
    }

    /// The expression as it was written; none for the empty one.
    pub(super) fn text(&self) -> Option<&StrBytes> {
        self.regex.as_ref().map(|_| &self.text)
    }

    fn topics(&self, topics: &Topics) -> BTreeSet<StrBytes> {
        let Some(regex) = &self.regex else {
            return BTreeSet::new();
        };
        let names = topics.iter().map(|topic| &topic.name);
        names.filter(|name| regex.is_match(name)).cloned().collect()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

fn compile(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text).size_limit(COMPILED_BYTES_MAX).build()
}

fn refusal(text: &StrBytes, reason: &str) -> Refusal {
    let message = format!(
        "SubscribedTopicRegex `{}` is not a valid regular expression: {reason}.",
        text.as_str()
    );
    Refusal::new(ResponseError::InvalidRegularExpression, message)
}

/// The topics that a group's expressions match, looked for anew when the names of topics have changed.
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
            let found = known.unwrap_or_else(|| pattern.topics(topics));
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
