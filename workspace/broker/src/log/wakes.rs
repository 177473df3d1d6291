//! What the broker's parts ask of logs: markers, and that those who wait hear of what was appended.

use kafka_protocol::error::ResponseError;
use uuid::Uuid;

use super::{End, LogStore};
use crate::{Broker, LogId, Timestamp};

impl Broker {
    /// Ends a transaction in a partition by a marker, and wakes who waits for it. A topic that is gone has nothing to end.
    ///
    /// # Errors
    /// The marker is older than what the partition knows of its producer, or the storage failed.
    pub(crate) fn append_marker(
        &mut self,
        topic: Uuid,
        partition: i32,
        end: End,
        now: Timestamp,
    ) -> Result<(), ResponseError> {
        let log = LogId { topic, partition };
        let Some((partition, config)) = self.topics.log_mut(log) else {
            return Ok(());
        };
        let mut store = LogStore {
            storage: &mut *self.storage,
            log,
        };
        partition.append_marker(&mut store, end, config, now)?;
        self.cleaner.appended(now);
        for fetch in partition.served() {
            self.fetches.wake(fetch);
        }
        Ok(())
    }
}
