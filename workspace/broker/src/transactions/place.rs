//! A place that a transaction writes to.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A place that a transaction writes to: it gets a marker when the transaction ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Place {
    /// A partition.
    Partition {
        /// The topic's id: a topic of the same name that comes later is another place.
        topic: Uuid,
        /// The partition's number.
        partition: i32,
    },
    /// A group's committed offsets.
    Offsets {
        /// The group.
        group: String,
    },
}
