//! The durable changes of groups.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// A durable change of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// Offsets were committed; the group came into being if it was not there.
    Committed {
        /// The group.
        group: String,
        /// What was committed.
        offsets: Vec<TopicOffsets>,
    },
    /// Offsets were committed in a transaction, and wait for its end.
    Held {
        /// The group.
        group: String,
        /// Whose transaction it is.
        producer_id: i64,
        /// What was committed.
        offsets: Vec<TopicOffsets>,
    },
    /// A transaction with offsets of the group ended.
    Ended {
        /// The group.
        group: String,
        /// Whose transaction it was.
        producer_id: i64,
        /// Whether its offsets count.
        committed: bool,
    },
    /// Offsets were deleted, or too old.
    Forgotten {
        /// The group.
        group: String,
        /// The partitions, by topic.
        partitions: Vec<(String, Vec<i32>)>,
    },
    /// The group and all of its offsets went.
    Deleted {
        /// The group.
        group: String,
    },
}

/// Offsets of a topic's partitions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicOffsets {
    /// The topic's name.
    pub topic: String,
    /// The partitions.
    pub partitions: Vec<PartitionOffset>,
}

/// The offset of a partition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartitionOffset {
    /// The partition's number.
    pub partition: i32,
    /// What was committed for it.
    pub committed: CommittedOffset,
}

/// A committed offset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommittedOffset {
    /// The offset of the next record to read.
    pub offset: i64,
    /// The leader epoch of the record before it; -1 when the client did not say.
    pub leader_epoch: i32,
    /// What the client noted with it.
    pub metadata: String,
    /// When it was committed.
    pub committed_at: Timestamp,
    /// When it goes, if the client said so (before version 5 of OffsetCommit).
    pub expires_at: Option<Timestamp>,
}
