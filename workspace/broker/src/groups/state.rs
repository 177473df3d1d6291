//! All groups.

use super::Change;

/// All groups of the broker.
#[derive(Debug, Default)]
pub(crate) struct Groups {}

impl Groups {
    /// Applies a durable change.
    pub(crate) fn apply(&mut self, change: Change) {
        match change {}
    }
}
