//! All topics, by name and by id.

use std::{collections::BTreeMap, sync::Arc};

use kafka_protocol::protocol::StrBytes;
use uuid::Uuid;

use super::{Change, TopicConfig, name::collision_key};
use crate::log::Partition;

/// One topic.
#[derive(Debug)]
pub(crate) struct Topic {
    /// Its name.
    pub(crate) name: StrBytes,
    /// Its id, never given twice.
    pub(crate) id: Uuid,
    /// Its settings, typed; shared so that a partition can look at them while it is changed.
    pub(crate) config: Arc<TopicConfig>,
    /// Its settings that differ from the defaults, as written.
    pub(crate) overrides: BTreeMap<String, String>,
    /// Its partitions, by number.
    pub(crate) partitions: Vec<Partition>,
}

/// All topics of the broker.
#[derive(Debug, Default)]
pub(crate) struct Topics {
    by_id: BTreeMap<Uuid, Topic>,
    ids: BTreeMap<StrBytes, Uuid>,
    /// Names as [`collision_key`] has them, with the name itself.
    collisions: BTreeMap<String, StrBytes>,
    partitions: usize,
    created: u64,
}

impl Topics {
    /// A topic by name.
    pub(crate) fn topic(&self, name: &str) -> Option<&Topic> {
        self.by_id.get(self.ids.get(name.as_bytes())?)
    }

    /// A topic by id.
    pub(crate) fn by_id(&self, id: Uuid) -> Option<&Topic> {
        self.by_id.get(&id)
    }

    /// A topic by id, to change it.
    pub(crate) fn by_id_mut(&mut self, id: Uuid) -> Option<&mut Topic> {
        self.by_id.get_mut(&id)
    }

    /// The name of the topic of an id.
    pub(crate) fn name_of(&self, id: Uuid) -> Option<&StrBytes> {
        self.by_id.get(&id).map(|topic| &topic.name)
    }

    /// A partition.
    pub(crate) fn partition(&self, name: &str, partition: i32) -> Option<&Partition> {
        self.topic(name)?.partitions.get(usize::try_from(partition).ok()?)
    }

    /// All topics, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Topic> {
        self.ids.values().filter_map(|id| self.by_id.get(id))
    }

    /// How many topics were ever created: ids are derived from it.
    pub(crate) fn created(&self) -> u64 {
        self.created
    }

    /// How often a name came or went: who keeps names can tell whether they are still all.
    pub(crate) fn name_changes(&self) -> u64 {
        let deleted = self.created.saturating_sub(self.ids.len() as u64);
        self.created + deleted
    }

    /// How many partitions all topics have together.
    pub(crate) fn partition_count(&self) -> usize {
        self.partitions
    }

    /// A topic whose name Kafka's metrics could not tell from this one.
    pub(crate) fn colliding(&self, name: &str) -> Option<&StrBytes> {
        self.collisions.get(&collision_key(name))
    }

    /// Applies a durable change.
    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::Created {
                name,
                id,
                partitions,
                config,
            } => self.create(name, id, partitions, config),
            Change::Grown { id, partitions } => self.grow(id, partitions),
            Change::Configured { id, config } => {
                if let Some(topic) = self.by_id_mut(id) {
                    topic.config = Arc::new(TopicConfig::new(&config));
                    topic.overrides = config;
                }
            }
            Change::Deleted { id } => self.delete(id),
            Change::Counted { created } => self.created = self.created.max(created),
        }
    }

    fn create(&mut self, name: String, id: Uuid, partitions: i32, overrides: BTreeMap<String, String>) {
        let collision = collision_key(&name);
        let name = StrBytes::from_string(name);
        let topic = Topic {
            name: name.clone(),
            id,
            config: Arc::new(TopicConfig::new(&overrides)),
            overrides,
            partitions: Vec::new(),
        };
        self.collisions.insert(collision, name.clone());
        self.ids.insert(name, id);
        self.by_id.insert(id, topic);
        self.created += 1;
        self.grow(id, partitions);
    }

    fn grow(&mut self, id: Uuid, partitions: i32) {
        let Some(topic) = self.by_id_mut(id) else { return };
        let before = topic.partitions.len();
        let after = usize::try_from(partitions).unwrap_or_default().max(before);
        topic.partitions.resize_with(after, Partition::new);
        self.partitions += after - before;
    }

    fn delete(&mut self, id: Uuid) {
        if let Some(topic) = self.by_id.remove(&id) {
            self.ids.remove(&topic.name);
            self.collisions.remove(&collision_key(&topic.name));
            self.partitions -= topic.partitions.len();
        }
    }
}
