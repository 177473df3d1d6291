//! The fewest changes that lead to what groups have committed.

use std::collections::BTreeMap;

use super::{
    Change, Groups, PartitionOffset, TopicOffsets,
    offsets::{ByPartition, GroupOffsets},
};

/// When offsets were written, and under which producer's transaction if it is open.
type Write = (u64, Option<i64>);

impl Groups {
    /// The fewest changes that lead to the offsets of all groups. Those of one group stand in the order in which they
    /// were written, since of two the later one counts.
    pub(crate) fn summary(&self) -> impl Iterator<Item = Change> {
        self.iter()
            .flat_map(|(name, entry)| changes_of(name.as_str(), &entry.offsets))
    }
}

fn changes_of(group: &str, offsets: &GroupOffsets) -> Vec<Change> {
    // A group without offsets is one, too, and so is a transaction that holds none.
    let mut changes = vec![change(group, None, Vec::new())];
    changes.extend(offsets.pending.keys().map(|id| change(group, Some(*id), Vec::new())));
    let mut writes = BTreeMap::new();
    collect(&mut writes, None, &offsets.committed);
    for (producer_id, pending) in &offsets.pending {
        collect(&mut writes, Some(*producer_id), pending);
    }
    changes.extend(writes.into_iter().map(|((_, producer_id), offsets)| {
        let offsets = offsets
            .into_iter()
            .map(|(topic, partitions)| TopicOffsets { topic, partitions });
        change(group, producer_id, offsets.collect())
    }));
    changes
}

fn collect(
    writes: &mut BTreeMap<Write, BTreeMap<String, Vec<PartitionOffset>>>,
    producer_id: Option<i64>,
    offsets: &ByPartition,
) {
    for (topic, partitions) in offsets {
        for (partition, kept) in partitions {
            let write = writes.entry((kept.written, producer_id)).or_default();
            write.entry(topic.clone()).or_default().push(PartitionOffset {
                partition: *partition,
                committed: kept.committed.clone(),
            });
        }
    }
}

fn change(group: &str, producer_id: Option<i64>, offsets: Vec<TopicOffsets>) -> Change {
    let group = group.to_owned();
    match producer_id {
        None => Change::Committed { group, offsets },
        Some(producer_id) => Change::Held {
            group,
            producer_id,
            offsets,
        },
    }
}
