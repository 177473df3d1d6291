//! What a group is given whenever it moves.

use std::time::Duration;

use crate::{Settings, Timestamp, groups::Answers};

/// One step of a group: when it happens, under which settings, and where its answers go.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    /// The time.
    pub(crate) now: Timestamp,
    /// The broker's settings.
    pub(crate) settings: &'a Settings,
    /// Who is answered what.
    pub(crate) answers: &'a mut Answers,
}

impl Turn<'_> {
    /// The deadline `span` from this step on: always later than it, so that time passes between two time-outs.
    pub(crate) fn after(&self, span: Duration) -> Timestamp {
        self.now.plus(span.max(Duration::from_millis(1)))
    }
}
