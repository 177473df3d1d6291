//! What many changes come to, in few: so that what a storage keeps of them does not grow for ever.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::{Broker, Change, Memory, Settings, log, topics};

/// The fewest changes that lead to the same state as those that it was made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// The changes, in their order.
    pub changes: Vec<Change>,
    /// The topics that there are; logs of others belong to nobody.
    pub topics: BTreeSet<Uuid>,
}

impl Summary {
    /// Sums up all changes of a broker, in their order.
    pub fn of(changes: impl IntoIterator<Item = Change>) -> Self {
        let mut broker = Broker::new(Settings::default(), Box::new(Memory::default()));
        changes.into_iter().for_each(|change| broker.apply(change));
        Self {
            topics: broker.topics.iter().map(|topic| topic.id).collect(),
            changes: broker.summary(),
        }
    }
}

impl Broker {
    pub(crate) fn summary(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        for topic in self.topics.iter() {
            changes.push(Change::Topics(topics::Change::Created {
                name: topic.name.to_string(),
                id: topic.id,
                partitions: i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX),
                config: topic.overrides.clone(),
            }));
            let started = (0..).zip(&topic.partitions).filter(|(_, log)| log.log_start() > 0);
            changes.extend(started.map(|(partition, log)| {
                Change::Log(log::Change::Started {
                    topic: topic.id,
                    partition,
                    offset: log.log_start(),
                })
            }));
        }
        changes.push(Change::Topics(topics::Change::Counted {
            created: self.topics.created(),
        }));
        changes.extend(self.groups.summary().map(Change::Groups));
        changes.extend(self.transactions.summary().map(Change::Transactions));
        changes
    }
}

#[cfg(test)]
mod tests;
