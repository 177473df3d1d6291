//! An instance of a producer.

use serde::{Deserialize, Serialize};

/// An instance of a producer: its id, and the epoch that tells it from its predecessors under the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Producer {
    /// The producer id.
    pub id: i64,
    /// The epoch, from 0.
    pub epoch: i16,
}

impl Producer {
    /// What Kafka answers where there is none.
    pub(crate) const NONE: Self = Self { id: -1, epoch: -1 };
}
