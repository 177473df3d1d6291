//! The text of a definition, and the mistakes found in it so far.

use std::sync::Arc;

use crate::{Code, Diagnostic, Location, limits::DIAGNOSTICS_MAX};

/// A piece of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) line: u32,
    pub(crate) column: u32,
    /// In characters; at least one is marked.
    pub(crate) length: u32,
}

impl Span {
    /// The first character of a file.
    pub(crate) const START: Self = Self {
        line: 1,
        column: 1,
        length: 1,
    };
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

impl<T> At<T> {
    pub(crate) fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// The text of a definition, by line.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    file: Arc<str>,
    lines: Vec<Arc<str>>,
}

impl Source {
    pub(crate) fn new(file: &str, text: &str) -> Self {
        Self {
            file: file.into(),
            lines: lines(text).map(Arc::from).collect(),
        }
    }

    pub(crate) fn line(&self, number: u32) -> &str {
        self.line_shared(number).map_or("", |line| line)
    }

    fn line_shared(&self, number: u32) -> Option<&Arc<str>> {
        self.lines.get((number as usize).checked_sub(1)?)
    }

    /// The same for a block of several lines that stand below each other, kept (`|`) or joined (`>`).
    fn inside_block(&self, span: Span, value: &str, offset: usize, length: usize) -> Option<Span> {
        let indent = span.column.saturating_sub(1) as usize;
        let value: Vec<char> = value.chars().collect();
        let mut read = 0;
        let mut number = span.line;
        while let Some(rest) = value.get(read..).filter(|rest| !rest.is_empty()) {
            let written: Vec<char> = self.line_shared(number)?.trim_end().chars().skip(indent).collect();
            if !rest.starts_with(&written) {
                return None;
            }
            if (read..read + written.len()).contains(&offset) {
                let column = offset - read;
                return Some(Span {
                    line: number,
                    column: u32::try_from(indent + column + 1).ok()?,
                    length: u32::try_from(length.clamp(1, written.len() - column)).ok()?,
                });
            }
            // The end of the line is one character of the value.
            read += written.len() + 1;
            number += 1;
        }
        None
    }

    /// The place of the character `offset` of the text `value`, which stands at `span`. The whole span when the text is
    /// not written in the file letter by letter (escapes, folded lines).
    pub(crate) fn inside(&self, span: Span, value: &str, offset: usize, length: usize) -> Span {
        let written = || {
            self.line(span.line)
                .chars()
                .skip(span.column.saturating_sub(1) as usize)
        };
        let stands_after = |skipped: usize| written().skip(skipped).take(value.chars().count()).eq(value.chars());
        let quote = match written().next() {
            Some('"' | '\'') => 1,
            _ => 0,
        };
        if !stands_after(quote) {
            return self.inside_block(span, value, offset, length).unwrap_or(span);
        }
        let moved = u32::try_from(quote + offset).unwrap_or(0);
        Span {
            column: span.column + moved,
            length: u32::try_from(length.max(1)).unwrap_or(1),
            ..span
        }
    }
}

/// The lines as YAML counts them: a carriage return alone ends one, too.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// Gathers the mistakes found in one text.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    pub(crate) source: &'a Source,
    found: Vec<Diagnostic>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(source: &'a Source) -> Self {
        Self {
            source,
            found: Vec::new(),
        }
    }

    pub(crate) fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.push(code, span, message.into(), None);
    }

    pub(crate) fn error_with(&mut self, code: Code, span: Span, message: impl Into<String>, hint: impl Into<String>) {
        self.push(code, span, message.into(), Some(hint.into()));
    }

    /// Reports with a hint when there is one.
    pub(crate) fn push(&mut self, code: Code, span: Span, message: String, hint: Option<String>) {
        if self.found.len() == DIAGNOSTICS_MAX {
            return;
        }
        self.found.push(Diagnostic {
            code,
            message,
            hint,
            file: Arc::clone(&self.source.file),
            location: Location {
                line: span.line,
                column: span.column,
            },
            length: span.length,
            source_line: self.source.line_shared(span.line).cloned().unwrap_or_default(),
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(crate) fn into_found(self) -> Vec<Diagnostic> {
        self.found
    }
}
