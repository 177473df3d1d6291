//! What a checker found.

use std::fmt;

use palinode_core::SagaId;
use serde::Serialize;

use crate::{
    Place,
    facts::{Facts, SagaIndex},
};

/// One law that was broken once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// The checker's name.
    pub check: &'static str,
    /// What was found.
    pub what: String,
    /// The saga.
    pub saga: Option<SagaId>,
    /// The record at which it showed.
    pub place: Option<Place>,
    /// What it means to the people concerned.
    pub meaning: &'static str,
}

/// Violations kept of each checker. One fault can break a law a million times; the first ones tell the story.
pub(crate) const KEPT_PER_CHECK: usize = 50;

/// The violations of one checker: the first ones, and how many there are.
#[derive(Debug)]
pub(crate) struct Findings {
    check: &'static str,
    meaning: &'static str,
    pub(crate) kept: Vec<Violation>,
    pub(crate) total: u64,
}

impl Findings {
    pub(crate) fn new(check: &'static str, meaning: &'static str) -> Self {
        Self {
            check,
            meaning,
            kept: Vec::new(),
            total: 0,
        }
    }

    /// Notes a violation that concerns no known saga.
    pub(crate) fn add(&mut self, place: Option<Place>, what: impl FnOnce() -> String) {
        self.note(None, place, what);
    }

    /// Notes a violation of `saga`.
    pub(crate) fn of_saga(
        &mut self,
        facts: &Facts,
        saga: SagaIndex,
        place: Option<Place>,
        what: impl FnOnce() -> String,
    ) {
        let wanted = self.kept.len() < KEPT_PER_CHECK;
        self.note(wanted.then(|| facts.saga(saga).id.clone()), place, what);
    }

    fn note(&mut self, saga: Option<SagaId>, place: Option<Place>, what: impl FnOnce() -> String) {
        self.total += 1;
        if self.kept.len() < KEPT_PER_CHECK {
            let (check, meaning) = (self.check, self.meaning);
            self.kept.push(Violation {
                check,
                what: what(),
                saga,
                place,
                meaning,
            });
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.check, self.what)?;
        if let Some(saga) = &self.saga {
            write!(f, "\n    saga   {saga}")?;
        }
        if let Some(place) = &self.place {
            write!(f, "\n    record {place}")?;
        }
        write!(f, "\n    means  {}", self.meaning)
    }
}
