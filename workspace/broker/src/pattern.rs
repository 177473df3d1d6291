//! Regular expressions of clients.
//!
//! Kafka's are those of RE2/J; the ones here are of the same family: without backreferences and look-around, so that none
//! takes long.

use kafka_protocol::protocol::StrBytes;
use regex::{Regex, RegexBuilder};

/// Characters of an expression. Names of topics have at most 249.
const CHARACTERS_MAX: usize = 1_000;
/// Bytes of a compiled expression: those that grow with counted repetitions are refused.
const COMPILED_BYTES_MAX: usize = 256 * 1024;

/// A regular expression that names match as a whole; the empty one is none.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    text: StrBytes,
    /// None for the empty one.
    regex: Option<Regex>,
}

/// Why an expression is refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("it has more than {CHARACTERS_MAX} characters")]
    TooLong,
    #[error(transparent)]
    Unreadable(#[from] regex::Error),
}

impl Pattern {
    /// Reads an expression.
    ///
    /// # Errors
    /// It is none, or one that takes too much memory.
    pub(crate) fn new(text: StrBytes) -> Result<Self, Fault> {
        if text.is_empty() {
            return Ok(Self { text, regex: None });
        }
        if text.len() > CHARACTERS_MAX {
            return Err(Fault::TooLong);
        }
        // By itself first: one that closes the group around it would be read as another.
        compile(&text)?;
        let regex = compile(&format!("^(?:{})$", text.as_str()))?;
        Ok(Self {
            text,
            regex: Some(regex),
        })
    }

    /// The expression as it was written; none for the empty one.
    pub(crate) fn text(&self) -> Option<&StrBytes> {
        self.regex.as_ref().map(|_| &self.text)
    }

    /// Whether a name matches as a whole. The empty expression is matched by none.
    pub(crate) fn matches(&self, name: &str) -> bool {
        self.regex.as_ref().is_some_and(|regex| regex.is_match(name))
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
