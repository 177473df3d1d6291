//! How many partitions each topic has: the metadata of a client.

use std::{collections::BTreeMap, sync::Arc};

use palinode_log::{Produced, TopicPartition};
use palinode_wire::partition_of;

use crate::broker::TopicSpec;

/// How many partitions each topic has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Partitions(BTreeMap<Arc<str>, i32>);

impl Partitions {
    /// Those of `topics`.
    #[must_use]
    pub(crate) fn new(topics: &[TopicSpec]) -> Self {
        Self(
            topics
                .iter()
                .map(|topic| (topic.name.as_str().into(), topic.partitions))
                .collect(),
        )
    }

    /// The partition that a record is written to; none when there is no such topic.
    pub(super) fn of(&self, record: &Produced) -> Option<TopicPartition> {
        let (topic, count) = self.0.get_key_value(&*record.topic)?;
        let key = record.key.as_deref().unwrap_or_default();
        let partition = record.partition.unwrap_or_else(|| partition_of(key, *count));
        Some(TopicPartition::new(Arc::clone(topic), partition))
    }

    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = TopicPartition> {
        self.0
            .iter()
            .flat_map(|(topic, count)| (0..*count).map(|partition| TopicPartition::new(Arc::clone(topic), partition)))
    }
}
