//! Which records stand.

use std::collections::{BTreeMap, HashMap};

use crate::{facts::NameIndex, seen::InputPosition};

/// The records that stand on each partition, and what they hold.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    partitions: HashMap<(NameIndex, i32), BTreeMap<i64, u64>>,
}

/// What stands at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stands {
    /// A record of this digest.
    Record(u64),
    /// Nothing, and records stand before and behind it.
    Nothing,
    /// Nothing: the partition ends before.
    BehindTheEnd,
    /// Nobody knows: the partition was not shown, or begins behind it.
    Unknown,
}

impl Standing {
    /// A record stands at `at`.
    pub(crate) fn note(&mut self, at: InputPosition, digest: u64) {
        self.partitions
            .entry((at.topic, at.partition))
            .or_default()
            .insert(at.offset, digest);
    }

    /// What stands at `at`.
    pub(crate) fn at(&self, at: InputPosition) -> Stands {
        let Some(records) = self.partitions.get(&(at.topic, at.partition)) else {
            return Stands::Unknown;
        };
        if let Some(digest) = records.get(&at.offset) {
            return Stands::Record(*digest);
        }
        match (records.first_key_value(), records.last_key_value()) {
            (Some((first, _)), _) if at.offset < *first => Stands::Unknown,
            (_, Some((last, _))) if at.offset > *last => Stands::BehindTheEnd,
            _ => Stands::Nothing,
        }
    }

    /// The offsets of the records from `from` on.
    pub(crate) fn offsets_from(&self, from: InputPosition) -> impl Iterator<Item = i64> {
        let records = self.partitions.get(&(from.topic, from.partition));
        records
            .into_iter()
            .flat_map(move |records| records.range(from.offset..).map(|(offset, _)| *offset))
    }

    /// The records of a topic, each with its digest.
    pub(crate) fn of_topic(&self, topic: NameIndex) -> impl Iterator<Item = (InputPosition, u64)> {
        let partitions = self.partitions.iter().filter(move |((of, _), _)| *of == topic);
        partitions.flat_map(|((topic, partition), records)| {
            records.iter().map(|(offset, digest)| {
                let at = InputPosition {
                    topic: *topic,
                    partition: *partition,
                    offset: *offset,
                };
                (at, *digest)
            })
        })
    }
}
