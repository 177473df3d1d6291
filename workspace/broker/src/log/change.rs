//! The durable changes of a log beside its batches.

use serde::{Deserialize, Serialize};

use crate::topics::Topics;

/// A durable change of a log beside its batches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {}

impl Change {
    /// Applies the change to the partition that it names.
    pub(crate) fn apply(self, _topics: &mut Topics) {
        match self {}
    }
}
