//! All transactions.

use super::Change;

/// All transactions of the broker.
#[derive(Debug, Default)]
pub(crate) struct Transactions {}

impl Transactions {
    /// Applies a durable change.
    pub(crate) fn apply(&mut self, change: Change) {
        match change {}
    }
}
