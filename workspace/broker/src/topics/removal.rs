//! How a topic goes, and who hears of it.

use uuid::Uuid;

use super::{Change, Refusal};
use crate::{Broker, Change as BrokerChange, LogId};

impl Broker {
    /// Removes a topic and its records; readers who wait for it are answered.
    pub(crate) fn remove_topic(&mut self, id: Uuid) -> Result<(), Refusal> {
        let Some(topic) = self.topics.by_id(id) else {
            return Ok(());
        };
        let waiting: Vec<_> = topic
            .partitions
            .iter()
            .flat_map(|partition| partition.waiting())
            .collect();
        let logs = (0..)
            .zip(&topic.partitions)
            .map(|(partition, _)| LogId { topic: id, partition });
        let logs: Vec<_> = logs.collect();
        self.change(BrokerChange::Topics(Change::Deleted { id }))?;
        for log in logs {
            self.storage.remove(log)?;
        }
        for fetch in waiting {
            self.fetches.wake(fetch);
        }
        Ok(())
    }
}
