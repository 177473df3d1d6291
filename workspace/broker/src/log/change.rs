//! The durable changes of a log beside its batches.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::topics::Topics;

/// A durable change of a log beside its batches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// A log begins later: what is before can no longer be read.
    Started {
        /// The topic's id.
        topic: Uuid,
        /// The partition's number.
        partition: i32,
        /// The first offset that can be read.
        offset: i64,
    },
}

impl Change {
    /// Applies the change to the partition that it names.
    pub(crate) fn apply(self, topics: &mut Topics) {
        match self {
            Self::Started {
                topic,
                partition,
                offset,
            } => {
                let partition = usize::try_from(partition).ok();
                let log = topics
                    .by_id_mut(topic)
                    .zip(partition)
                    .and_then(|(topic, partition)| topic.partitions.get_mut(partition));
                if let Some(log) = log {
                    log.start_at(offset);
                }
            }
        }
    }
}
