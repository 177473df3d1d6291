//! From a log's id to its partition.

use super::Partition;
use crate::{
    LogId,
    topics::{Topic, TopicConfig, Topics},
};

impl Topics {
    /// The partition of a log.
    pub(crate) fn log(&self, log: LogId) -> Option<&Partition> {
        self.by_id(log.topic)?
            .partitions
            .get(usize::try_from(log.partition).ok()?)
    }

    /// The partition of a log, to change it, and its topic's settings.
    pub(crate) fn log_mut(&mut self, log: LogId) -> Option<(&mut Partition, &TopicConfig)> {
        let Topic { partitions, config, .. } = self.by_id_mut(log.topic)?;
        let partition = partitions.get_mut(usize::try_from(log.partition).ok()?)?;
        Some((partition, config))
    }
}
