//! What a checker found.

use std::fmt;

use palinode_core::SagaId;

/// Violations kept of each checker: the first ones tell the story.
const KEPT_MAX: usize = 20;

/// A law that was broken once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The checker's name.
    pub check: &'static str,
    /// What was found.
    pub what: String,
    /// The saga that it shows at.
    pub saga: Option<SagaId>,
}

/// What one checker found.
#[derive(Debug)]
pub struct Found {
    check: &'static str,
    kept: Vec<Violation>,
}

impl Found {
    /// Nothing yet, of the checker with this name.
    #[must_use]
    pub fn new(check: &'static str) -> Self {
        Self {
            check,
            kept: Vec::new(),
        }
    }

    /// Notes a violation.
    pub fn add(&mut self, what: impl Into<String>) {
        self.note(None, what.into());
    }

    /// Notes a violation that shows at `saga`.
    pub fn of_saga(&mut self, saga: &SagaId, what: impl Into<String>) {
        self.note(Some(saga.clone()), what.into());
    }

    /// The violations; not more than tell the story.
    #[must_use]
    pub fn into_kept(self) -> Vec<Violation> {
        self.kept
    }

    fn note(&mut self, saga: Option<SagaId>, what: String) {
        let check = self.check;
        if self.kept.len() < KEPT_MAX {
            self.kept.push(Violation { check, what, saga });
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.check)?;
        if let Some(saga) = &self.saga {
            write!(f, "{saga}: ")?;
        }
        f.write_str(&self.what)
    }
}
