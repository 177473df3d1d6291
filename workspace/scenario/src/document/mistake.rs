//! What is wrong with a scenario file, and where.

use std::{fmt, sync::Arc};

use crate::limits::{MISTAKES_MAX, SHOWN_LINE_CHARS_MAX};

/// A place in a file. Both numbers count from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// The character in the line.
    pub column: u32,
}

impl Place {
    /// The first character of a file.
    pub(crate) const START: Self = Self { line: 1, column: 1 };
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The name of the file, as the caller gave it.
    pub file: Arc<str>,
    /// Where it is.
    pub place: Place,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// The line of the file.
    source_line: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { line, column } = self.place;
        writeln!(f, "{}:{line}:{column}: error: {}", self.file, self.message)?;
        let at = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX);
        let skipped = if at < SHOWN_LINE_CHARS_MAX { 0 } else { at };
        let shown: String = self
            .source_line
            .chars()
            .skip(skipped)
            .take(SHOWN_LINE_CHARS_MAX)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let number = line.to_string();
        writeln!(f, " {number} | {shown}")?;
        let margin = " ".repeat(number.len());
        write!(f, " {margin} | {}^", " ".repeat(at - skipped))
    }
}

/// All mistakes of one file, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// The mistakes.
    pub fn iter(&self) -> std::slice::Iter<'_, Mistake> {
        self.0.iter()
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n\n")?;
            }
            mistake.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// Gathers the mistakes of one file.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    file: Arc<str>,
    text: &'a str,
    found: Vec<Mistake>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(file: &str, text: &'a str) -> Self {
        Self {
            file: file.into(),
            text,
            found: Vec::new(),
        }
    }

    pub(crate) fn error(&mut self, place: Place, message: impl Into<String>) {
        if self.found.len() == MISTAKES_MAX {
            return;
        }
        let line = usize::try_from(place.line.saturating_sub(1)).unwrap_or(usize::MAX);
        self.found.push(Mistake {
            file: Arc::clone(&self.file),
            place,
            message: message.into(),
            source_line: self.text.lines().nth(line).unwrap_or_default().to_owned(),
        });
    }

    /// The value, when nothing is wrong.
    pub(crate) fn finish<T>(mut self, value: Option<T>) -> Result<T, Mistakes> {
        match value {
            Some(value) if self.found.is_empty() => Ok(value),
            _ => {
                if self.found.is_empty() {
                    self.error(Place::START, "the file could not be read");
                }
                self.found.sort_by_key(|mistake| mistake.place);
                Err(Mistakes(self.found))
            }
        }
    }
}
