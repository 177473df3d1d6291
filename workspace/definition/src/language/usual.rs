//! What holds where a definition says nothing.

use std::{fmt, time::Duration};

use serde_json::{Value, json};

/// A default.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Usual {
    Span(Duration),
    Count(u32),
    Number(f64),
    Word(&'static str),
    Truth(bool),
    /// One that a sentence says better.
    Said(&'static str),
}

impl Usual {
    /// The default as the JSON Schema says it; none when it depends on something.
    pub(crate) fn value(self) -> Option<Value> {
        Some(match self {
            Self::Span(_) | Self::Word(_) => json!(self.to_string()),
            Self::Count(count) => json!(count),
            Self::Number(number) => json!(number),
            Self::Truth(truth) => json!(truth),
            Self::Said(_) => return None,
        })
    }
}

impl fmt::Display for Usual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Span(span) => f.write_str(&span_text(*span)),
            Self::Count(count) => count.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Word(text) | Self::Said(text) => f.write_str(text),
            Self::Truth(truth) => truth.fmt(f),
        }
    }
}

/// A time span as definitions write it, in the largest unit that says it in whole numbers.
pub(crate) fn span_text(span: Duration) -> String {
    const UNITS: [(u128, &str); 5] = [
        (86_400_000, "d"),
        (3_600_000, "h"),
        (60_000, "m"),
        (1_000, "s"),
        (1, "ms"),
    ];
    let milliseconds = span.as_millis();
    let unit = UNITS.iter().find(|(length, _)| milliseconds.is_multiple_of(*length));
    let (length, name) = unit.copied().unwrap_or((1, "ms"));
    format!("{}{name}", milliseconds / length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        source::{Report, Source, Span as Place},
        yaml::{Kind, Node},
    };

    #[test]
    fn a_time_span_is_written_as_it_is_read() {
        for text in ["1ms", "1500ms", "30s", "90s", "1m", "72h", "366d"] {
            let node = Node {
                kind: Kind::Text(text.into()),
                span: Place::START,
            };
            let source = Source::new("any.yaml", text);
            let read = node.duration(&mut Report::new(&source)).unwrap();
            let written = span_text(read.value);
            let again = Node {
                kind: Kind::Text(written),
                span: Place::START,
            };
            assert_eq!(again.duration(&mut Report::new(&source)).unwrap().value, read.value);
        }
        assert_eq!(span_text(Duration::from_secs(60)), "1m");
    }
}
