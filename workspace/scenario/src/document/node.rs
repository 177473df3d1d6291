//! One YAML value, and reading it as what is expected.

use std::time::Duration;

use super::{Place, Report, span};
use crate::limits::ITEMS_MAX;

/// A YAML value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) place: Place,
}

/// A key of a mapping.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) place: Place,
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
    Mapping(Vec<(Key, Node)>),
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
        let found = self.kind.described();
        report.error(self.place, format!("{expected} is expected here, not {found}"));
    }

    pub(crate) fn is_nothing(&self) -> bool {
        matches!(self.kind, Kind::Nothing)
    }

    pub(crate) fn text(&self, report: &mut Report<'_>) -> Option<&str> {
        if let Kind::Text(text) = &self.kind {
            return Some(text);
        }
        self.expected("text", report);
        None
    }

    pub(crate) fn boolean(&self, report: &mut Report<'_>) -> Option<bool> {
        if let Kind::Boolean(truth) = self.kind {
            return Some(truth);
        }
        self.expected("true or false", report);
        None
    }

    /// A whole number of 1 or more.
    pub(crate) fn count(&self, report: &mut Report<'_>) -> Option<u32> {
        if let Kind::Integer(number) = self.kind
            && let Ok(number) = u32::try_from(number)
            && number > 0
        {
            return Some(number);
        }
        self.expected("a whole number of 1 or more", report);
        None
    }

    pub(crate) fn span(&self, report: &mut Report<'_>) -> Option<Duration> {
        let text = match &self.kind {
            Kind::Text(text) => text.clone(),
            Kind::Integer(number) => number.to_string(),
            Kind::Float(number) => number.to_string(),
            _ => {
                self.expected("a time span", report);
                return None;
            }
        };
        span::read(&text)
            .map_err(|reason| report.error(self.place, reason))
            .ok()
    }

    pub(crate) fn list(&self, report: &mut Report<'_>) -> &[Self] {
        let Kind::List(items) = &self.kind else {
            self.expected("a list", report);
            return &[];
        };
        if items.len() > ITEMS_MAX {
            report.error(
                self.place,
                format!("the list has {} items, more than {ITEMS_MAX}", items.len()),
            );
            return &[];
        }
        items
    }

    /// The fields of a record; none of nothing.
    pub(crate) fn fields(&self, report: &mut Report<'_>) -> Fields {
        match &self.kind {
            Kind::Nothing => Fields::default(),
            Kind::Mapping(entries) => Fields(entries.clone()),
            _ => {
                self.expected("a mapping of fields", report);
                Fields::default()
            }
        }
    }
}

/// Fields of a record as they are written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(pub(crate) Vec<(Key, Node)>);

impl Fields {
    /// These fields, and of `others` those that are not among them.
    pub(crate) fn over(mut self, others: &Self) -> Self {
        for (key, node) in &others.0 {
            if self.get(&key.name).is_none() {
                self.0.push((key.clone(), node.clone()));
            }
        }
        self
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        self.0.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }
}
