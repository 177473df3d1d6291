//! One YAML value, and reading it as what is expected.

use std::time::Duration;

use super::duration;
use crate::{
    Code,
    source::{At, Report, Span},
};

/// A YAML value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

/// What a YAML value is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Nothing,
    Boolean(bool),
    Integer(i128),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Mapping(Vec<(At<String>, Node)>),
}

impl Kind {
    pub(crate) fn described(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Boolean(_) => "true or false",
            Self::Integer(_) | Self::Float(_) => "a number",
            Self::Text(_) => "text",
            Self::List(_) => "a list",
            Self::Mapping(_) => "a mapping",
        }
    }
}

impl Node {
    /// Reports that this is not what is expected.
    pub(crate) fn expected(&self, expected: &str, report: &mut Report<'_>) {
        let message = format!("{expected} is expected here, not {}", self.kind.described());
        report.error(Code::WrongType, self.span, message);
    }

    pub(crate) fn text(&self, report: &mut Report<'_>) -> Option<At<String>> {
        match &self.kind {
            Kind::Text(text) => Some(At::new(text.clone(), self.span)),
            Kind::Integer(_) | Kind::Float(_) | Kind::Boolean(_) => {
                let message = format!("text is expected here, not {}", self.kind.described());
                report.error_with(Code::WrongType, self.span, message, "put it in quotes");
                None
            }
            _ => {
                self.expected("text", report);
                None
            }
        }
    }

    /// An expression: text, or a number or truth value that stands for itself.
    pub(crate) fn expression(&self, report: &mut Report<'_>) -> Option<At<String>> {
        let text = match &self.kind {
            Kind::Text(text) => text.clone(),
            Kind::Integer(number) => number.to_string(),
            Kind::Float(number) => format!("{number:?}"),
            Kind::Boolean(truth) => truth.to_string(),
            _ => {
                self.expected("an expression", report);
                return None;
            }
        };
        Some(At::new(text, self.span))
    }

    pub(crate) fn boolean(&self, report: &mut Report<'_>) -> Option<At<bool>> {
        let Kind::Boolean(truth) = self.kind else {
            self.expected("true or false", report);
            return None;
        };
        Some(At::new(truth, self.span))
    }

    /// A whole number from 1 to `max`.
    pub(crate) fn count(&self, max: u32, report: &mut Report<'_>) -> Option<At<u32>> {
        let Kind::Integer(number) = self.kind else {
            self.expected("a whole number", report);
            return None;
        };
        match u32::try_from(number) {
            Ok(number) if (1..=max).contains(&number) => Some(At::new(number, self.span)),
            _ => {
                let message = format!("a number from 1 to {max} is expected here, not {number}");
                report.error(Code::BadValue, self.span, message);
                None
            }
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a factor is small, and checked against its limit"
    )]
    pub(crate) fn number(&self, report: &mut Report<'_>) -> Option<At<f64>> {
        match self.kind {
            Kind::Integer(number) => Some(At::new(number as f64, self.span)),
            Kind::Float(number) => Some(At::new(number, self.span)),
            _ => {
                self.expected("a number", report);
                None
            }
        }
    }

    pub(crate) fn list(&self, report: &mut Report<'_>) -> Option<&[Self]> {
        let Kind::List(items) = &self.kind else {
            self.expected("a list", report);
            return None;
        };
        Some(items)
    }

    pub(crate) fn duration(&self, report: &mut Report<'_>) -> Option<At<Duration>> {
        let text = match &self.kind {
            Kind::Text(text) => text.clone(),
            Kind::Integer(number) => number.to_string(),
            Kind::Float(number) => number.to_string(),
            _ => {
                self.expected("a time span", report);
                return None;
            }
        };
        match duration::parse(&text) {
            Ok(duration) => Some(At::new(duration, self.span)),
            Err(reason) => {
                let hint = "a whole number and a unit: 500ms, 5s, 30m, 72h or 3d";
                report.error_with(Code::BadDuration, self.span, reason, hint);
                None
            }
        }
    }
}
