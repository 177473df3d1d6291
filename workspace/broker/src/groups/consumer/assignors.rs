//! The broker's assignors: which member is to have which partition.

use std::collections::BTreeMap;

use kafka_protocol::protocol::StrBytes;
use uuid::Uuid;

use super::{Partitions, group::Shape};

/// An assignor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Assignor {
    /// As many partitions for each as for any other, and as few moves as possible. The default.
    Uniform,
    /// The same numbers of every topic for the same member, so that topics can be read side by side.
    Range,
}

impl Assignor {
    /// All of them, the default first.
    pub(crate) const ALL: [Self; 2] = [Self::Uniform, Self::Range];

    /// Its name in the protocol.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniform",
            Self::Range => "range",
        }
    }

    /// Gives every partition that someone reads to one of its readers.
    pub(super) fn assign(self, readers: Vec<Reader<'_>>) -> BTreeMap<StrBytes, Partitions> {
        match self {
            Self::Uniform => uniform(&readers),
            Self::Range => range(readers),
        }
    }
}

/// A member, as far as an assignment is concerned.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    pub(super) id: &'a StrBytes,
    pub(super) instance: Option<&'a StrBytes>,
    /// The topics that it reads and that there are.
    pub(super) topics: Vec<Shape>,
    /// What it was to have before.
    pub(super) had: Option<&'a Partitions>,
}

impl Reader<'_> {
    fn reads(&self, topic: Uuid) -> bool {
        self.topics.iter().any(|shape| shape.id == topic)
    }
}

/// Everyone keeps what it had; what nobody has goes to whoever has least; then partitions move from those who have at
/// least two more than another that reads the topic too.
fn uniform(readers: &[Reader<'_>]) -> BTreeMap<StrBytes, Partitions> {
    let mut shares = vec![Partitions::default(); readers.len()];
    for (topic, number, candidates) in partitions_and_readers(readers) {
        let had = |reader: &&usize| readers[**reader].had.is_some_and(|had| had.contains(topic, number));
        let least = candidates.iter().min_by_key(|reader| shares[**reader].len());
        let before = candidates.iter().find(had);
        if let Some(reader) = before.or(least) {
            shares[*reader].insert(topic, number);
        }
    }
    while level(readers, &mut shares) {}
    let ids = readers.iter().map(|reader| reader.id.clone());
    ids.zip(shares).collect()
}

/// Every partition that someone reads and who may have it: first those that someone had, so that the others go to whoever
/// then has least.
fn partitions_and_readers(readers: &[Reader<'_>]) -> Vec<(Uuid, i32, Vec<usize>)> {
    let mut topics: BTreeMap<Uuid, (i32, Vec<usize>)> = BTreeMap::new();
    for (number, reader) in readers.iter().enumerate() {
        for shape in &reader.topics {
            let (partitions, candidates) = topics.entry(shape.id).or_default();
            *partitions = shape.partitions;
            candidates.push(number);
        }
    }
    let mut all = Vec::new();
    for (topic, (partitions, candidates)) in topics {
        all.extend((0..partitions).map(|number| (topic, number, candidates.clone())));
    }
    let is_new = |topic: Uuid, number: i32, candidates: &[usize]| {
        let mut had = candidates.iter().filter_map(|reader| readers[*reader].had);
        !had.any(|had| had.contains(topic, number))
    };
    all.sort_by_cached_key(|(topic, number, candidates)| is_new(*topic, *number, candidates));
    all
}

/// Moves one partition to each of those who have too little; whether any was moved. It ends because every move makes the
/// shares more equal.
fn level(readers: &[Reader<'_>], shares: &mut [Partitions]) -> bool {
    let mut moved = false;
    for receiver in 0..readers.len() {
        let has = shares[receiver].len();
        let mut donors: Vec<usize> = (0..readers.len())
            .filter(|donor| shares[*donor].len() >= has + 2)
            .collect();
        donors.sort_by_key(|donor| std::cmp::Reverse(shares[*donor].len()));
        let movable = donors.into_iter().find_map(|donor| {
            let mut partitions = shares[donor].iter();
            let partition = partitions.find(|(topic, _)| readers[receiver].reads(*topic));
            partition.map(|(topic, number)| (donor, topic, number))
        });
        if let Some((donor, topic, number)) = movable {
            shares[donor].remove(topic, number);
            shares[receiver].insert(topic, number);
            moved = true;
        }
    }
    moved
}

/// Every topic is cut into as many ranges as it has readers; static members come first, by instance, so that their ranges
/// stay the same after a restart.
fn range(mut readers: Vec<Reader<'_>>) -> BTreeMap<StrBytes, Partitions> {
    readers.sort_by_key(|reader| (reader.instance.is_none(), reader.instance, reader.id));
    let mut shares: BTreeMap<StrBytes, Partitions> = BTreeMap::new();
    for reader in &readers {
        shares.insert(reader.id.clone(), Partitions::default());
    }
    let mut topics: BTreeMap<Uuid, (i32, Vec<&StrBytes>)> = BTreeMap::new();
    for reader in &readers {
        for shape in &reader.topics {
            let (partitions, ids) = topics.entry(shape.id).or_default();
            *partitions = shape.partitions;
            ids.push(reader.id);
        }
    }
    for (topic, (partitions, ids)) in topics {
        let count = i32::try_from(ids.len()).unwrap_or(i32::MAX);
        let mut next = 0;
        for (place, id) in (0..count).zip(ids) {
            let size = partitions / count + i32::from(place < partitions % count);
            let share = shares.entry(id.clone()).or_default();
            share.extend((next..next + size).map(|number| (topic, number)));
            next += size;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(topic: u128, partitions: i32) -> Shape {
        let id = Uuid::from_u128(topic);
        Shape { id, partitions }
    }

    fn assign(
        assignor: Assignor,
        members: &[(&'static str, &[Shape])],
        had: &BTreeMap<StrBytes, Partitions>,
    ) -> BTreeMap<StrBytes, Partitions> {
        let ids: Vec<StrBytes> = members.iter().map(|(id, _)| StrBytes::from_static_str(id)).collect();
        let readers = ids.iter().zip(members).map(|(id, (_, topics))| Reader {
            id,
            instance: None,
            topics: topics.to_vec(),
            had: had.get(id),
        });
        assignor.assign(readers.collect())
    }

    fn sizes(shares: &BTreeMap<StrBytes, Partitions>) -> Vec<usize> {
        shares.values().map(Partitions::len).collect()
    }

    #[test]
    fn uniform_shares_differ_by_one_at_most_and_only_what_must_move_does() {
        let topics = [shape(1, 7), shape(2, 4)];
        let before = assign(Assignor::Uniform, &[("a", &topics), ("b", &topics)], &BTreeMap::new());
        assert_eq!(sizes(&before), [6, 5]);
        let members: [(_, &[Shape]); 3] = [("a", &topics), ("b", &topics), ("c", &topics)];
        let after = assign(Assignor::Uniform, &members, &before);
        assert_eq!(sizes(&after), [4, 4, 3]);
        for (id, share) in &before {
            assert!(after[id].is_within(share), "what a member has left it had before");
        }
    }

    #[test]
    fn uniform_gives_only_what_a_member_reads() {
        let (both, one) = ([shape(1, 4), shape(2, 4)], [shape(2, 4)]);
        let shares = assign(Assignor::Uniform, &[("a", &both), ("b", &one)], &BTreeMap::new());
        assert_eq!(sizes(&shares), [4, 4]);
        assert!(
            shares
                .values()
                .nth(1)
                .is_some_and(|share| share.topics().all(|(id, _)| id == one[0].id))
        );
    }

    #[test]
    fn range_gives_the_same_numbers_of_every_topic_to_the_same_member() {
        let topics = [shape(1, 3), shape(2, 3)];
        let shares = assign(Assignor::Range, &[("a", &topics), ("b", &topics)], &BTreeMap::new());
        let numbers: Vec<Vec<Vec<i32>>> = shares
            .values()
            .map(|share| share.topics().map(|(_, numbers)| numbers).collect())
            .collect();
        assert_eq!(numbers, [vec![vec![0, 1]; 2], vec![vec![2]; 2]]);
    }

    #[test]
    fn what_nobody_reads_is_nobodys_and_no_members_are_no_trouble() {
        for assignor in Assignor::ALL {
            assert!(assign(assignor, &[], &BTreeMap::new()).is_empty());
            let shares = assign(assignor, &[("a", &[])], &BTreeMap::new());
            assert_eq!(sizes(&shares), [0]);
        }
    }
}
