//! The offsets of one group: committed ones, and those that wait for the end of a transaction.

use std::collections::BTreeMap;

use super::{CommittedOffset, TopicOffsets};

pub(super) type ByPartition = BTreeMap<String, BTreeMap<i32, Kept>>;

/// An offset and when it was written, counted in commits of the whole broker: of two, the later written one counts,
/// even when the transaction of the earlier one ends after it.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) committed: CommittedOffset,
    pub(super) written: u64,
}

/// Whether a reader wants offsets that an open transaction may still change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stability {
    /// The last committed one will do.
    Any,
    /// Only one that nothing open may change.
    Required,
}

/// An open transaction may still change the offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unstable;

/// The offsets of a group.
#[derive(Debug, Default)]
pub(crate) struct GroupOffsets {
    pub(super) committed: ByPartition,
    pub(super) pending: BTreeMap<i64, ByPartition>,
}

impl GroupOffsets {
    /// Whether a transaction is open that holds offsets.
    pub(crate) fn has_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// The offset of a partition.
    pub(crate) fn offset(
        &self,
        topic: &str,
        partition: i32,
        stability: Stability,
    ) -> Result<Option<&CommittedOffset>, Unstable> {
        if stability == Stability::Required && self.is_pending(topic, partition) {
            return Err(Unstable);
        }
        Ok(find(&self.committed, topic, partition).map(|kept| &kept.committed))
    }

    /// All committed offsets, by topic and partition.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, impl Iterator<Item = (i32, &CommittedOffset)>)> {
        self.committed.iter().map(|(topic, partitions)| {
            let partitions = partitions.iter().map(|(number, kept)| (*number, &kept.committed));
            (topic.as_str(), partitions)
        })
    }

    /// Whether a transaction is open that may change the offset of a partition.
    pub(crate) fn is_pending(&self, topic: &str, partition: i32) -> bool {
        self.pending
            .values()
            .any(|offsets| find(offsets, topic, partition).is_some())
    }

    /// Takes committed offsets; `written` counts up.
    pub(super) fn commit(&mut self, offsets: Vec<TopicOffsets>, written: u64) {
        put(&mut self.committed, offsets, written);
    }

    /// Takes offsets that wait for the end of a producer's transaction.
    pub(super) fn hold(&mut self, producer_id: i64, offsets: Vec<TopicOffsets>, written: u64) {
        put(self.pending.entry(producer_id).or_default(), offsets, written);
    }

    /// The transaction of a producer was committed: its offsets count, but for those that were committed without a
    /// transaction after they had been written.
    pub(super) fn commit_pending(&mut self, producer_id: i64) {
        for (topic, partitions) in self.pending.remove(&producer_id).unwrap_or_default() {
            let committed = self.committed.entry(topic).or_default();
            for (partition, kept) in partitions {
                if committed.get(&partition).is_none_or(|old| old.written < kept.written) {
                    committed.insert(partition, kept);
                }
            }
        }
    }

    /// The transaction of a producer was aborted.
    pub(super) fn drop_pending(&mut self, producer_id: i64) {
        self.pending.remove(&producer_id);
    }

    /// Forgets the offset of a partition, committed or pending.
    pub(super) fn forget(&mut self, topic: &str, partition: i32) {
        remove(&mut self.committed, topic, partition);
        for offsets in self.pending.values_mut() {
            remove(offsets, topic, partition);
        }
    }

    /// Forgets all offsets of a topic.
    pub(super) fn forget_topic(&mut self, topic: &str) {
        self.committed.remove(topic);
        for offsets in self.pending.values_mut() {
            offsets.remove(topic);
        }
    }

    /// Whether there is anything to forget for a partition.
    pub(crate) fn knows(&self, topic: &str, partition: i32) -> bool {
        find(&self.committed, topic, partition).is_some() || self.is_pending(topic, partition)
    }
}

fn find<'a>(offsets: &'a ByPartition, topic: &str, partition: i32) -> Option<&'a Kept> {
    offsets.get(topic)?.get(&partition)
}

fn put(into: &mut ByPartition, offsets: Vec<TopicOffsets>, written: u64) {
    for TopicOffsets { topic, partitions } in offsets {
        let kept = into.entry(topic).or_default();
        for offset in partitions {
            let committed = offset.committed;
            kept.insert(offset.partition, Kept { committed, written });
        }
    }
}

fn remove(offsets: &mut ByPartition, topic: &str, partition: i32) {
    if let Some(partitions) = offsets.get_mut(topic) {
        partitions.remove(&partition);
        if partitions.is_empty() {
            offsets.remove(topic);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Timestamp, groups::PartitionOffset};

    fn at(offset: i64) -> Vec<TopicOffsets> {
        let committed = CommittedOffset {
            offset,
            leader_epoch: -1,
            metadata: String::new(),
            committed_at: Timestamp(0),
            expires_at: None,
        };
        let partitions = vec![PartitionOffset {
            partition: 0,
            committed,
        }];
        vec![TopicOffsets {
            topic: "orders".to_owned(),
            partitions,
        }]
    }

    fn read(offsets: &GroupOffsets) -> Option<i64> {
        let offset = offsets
            .offset("orders", 0, Stability::Any)
            .expect("no stability asked for");
        offset.map(|committed| committed.offset)
    }

    #[test]
    fn a_held_offset_counts_after_the_commit_and_makes_the_partition_unstable_until_then() {
        let mut offsets = GroupOffsets::default();
        offsets.commit(at(1), 1);
        offsets.hold(7, at(5), 2);
        assert_eq!(read(&offsets), Some(1));
        assert_eq!(offsets.offset("orders", 0, Stability::Required), Err(Unstable));
        offsets.commit_pending(7);
        assert_eq!(read(&offsets), Some(5));
        assert!(offsets.offset("orders", 0, Stability::Required).is_ok());
    }

    #[test]
    fn a_held_offset_goes_with_the_abort() {
        let mut offsets = GroupOffsets::default();
        offsets.hold(7, at(5), 1);
        offsets.drop_pending(7);
        assert_eq!(read(&offsets), None);
        assert!(!offsets.has_pending());
    }

    #[test]
    fn of_a_held_offset_and_one_committed_after_it_the_later_counts() {
        let mut offsets = GroupOffsets::default();
        offsets.hold(7, at(5), 1);
        offsets.commit(at(9), 2);
        offsets.commit_pending(7);
        assert_eq!(read(&offsets), Some(9));
    }

    #[test]
    fn two_producers_hold_offsets_of_one_partition_apart() {
        let mut offsets = GroupOffsets::default();
        offsets.hold(7, at(5), 1);
        offsets.hold(8, at(6), 2);
        offsets.drop_pending(8);
        assert!(offsets.is_pending("orders", 0));
        offsets.commit_pending(7);
        assert_eq!(read(&offsets), Some(5));
    }
}
