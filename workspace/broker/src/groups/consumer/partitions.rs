//! Sets of partitions, by topic id.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

/// A set of partitions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Partitions {
    by_topic: BTreeMap<Uuid, BTreeSet<i32>>,
}

impl Partitions {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_topic.is_empty()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.by_topic.values().map(BTreeSet::len).sum()
    }

    pub(crate) fn contains(&self, topic: Uuid, partition: i32) -> bool {
        self.by_topic
            .get(&topic)
            .is_some_and(|numbers| numbers.contains(&partition))
    }

    pub(crate) fn insert(&mut self, topic: Uuid, partition: i32) {
        self.by_topic.entry(topic).or_default().insert(partition);
    }

    pub(crate) fn remove(&mut self, topic: Uuid, partition: i32) {
        if let Some(numbers) = self.by_topic.get_mut(&topic) {
            numbers.remove(&partition);
            if numbers.is_empty() {
                self.by_topic.remove(&topic);
            }
        }
    }

    /// All of them, by topic and number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Uuid, i32)> {
        let topics = self.by_topic.iter();
        topics.flat_map(|(topic, numbers)| numbers.iter().map(|number| (*topic, *number)))
    }

    /// The numbers of each topic.
    pub(crate) fn topics(&self) -> impl Iterator<Item = (Uuid, Vec<i32>)> {
        let topics = self.by_topic.iter();
        topics.map(|(topic, numbers)| (*topic, numbers.iter().copied().collect()))
    }

    /// Those that `keep` lets through, and the others.
    pub(crate) fn partition(&self, keep: impl Fn(Uuid, i32) -> bool) -> (Self, Self) {
        self.iter().partition(|(topic, number)| keep(*topic, *number))
    }

    /// Whether all of them are in `other`.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self.iter().all(|(topic, number)| other.contains(topic, number))
    }

    /// Whether one of them is in `other`.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.iter().any(|(topic, number)| other.contains(topic, number))
    }
}

impl Extend<(Uuid, i32)> for Partitions {
    fn extend<I: IntoIterator<Item = (Uuid, i32)>>(&mut self, partitions: I) {
        for (topic, number) in partitions {
            self.insert(topic, number);
        }
    }
}

impl FromIterator<(Uuid, i32)> for Partitions {
    fn from_iter<I: IntoIterator<Item = (Uuid, i32)>>(partitions: I) -> Self {
        let mut set = Self::default();
        set.extend(partitions);
        set
    }
}
