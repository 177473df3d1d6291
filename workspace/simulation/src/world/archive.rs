//! What stands on the topics, read before it is cleaned away.

use std::collections::BTreeMap;

use palinode_core::Timestamp;
use palinode_log::{Consumed, TopicPartition};

use super::{Event, world::World};
use crate::broker::Host;

/// How often the topics are read: the broker keeps everything for longer than that.
const GATHER_MS: i64 = 20_000;

/// The committed records of every partition.
#[derive(Debug)]
pub(super) struct Archive {
    partitions: BTreeMap<TopicPartition, Shelf>,
}

#[derive(Debug, Default)]
struct Shelf {
    records: Vec<Consumed>,
    next: i64,
    /// What had been appended to the partition when it was read last.
    appended: u64,
}

impl Archive {
    pub(super) fn new(partitions: impl Iterator<Item = TopicPartition>) -> Self {
        Self {
            partitions: partitions.map(|at| (at, Shelf::default())).collect(),
        }
    }

    fn gather(&mut self, host: &mut Host, now: Timestamp) {
        for (at, shelf) in &mut self.partitions {
            let appended = host.appended_to(at);
            if appended == shelf.appended {
                continue;
            }
            if let Some((records, next)) = host.read(at, shelf.next, true, now) {
                shelf.records.extend(records);
                shelf.next = next;
                shelf.appended = appended;
            }
        }
    }

    /// The records of a partition.
    pub(super) fn of(&self, at: &TopicPartition) -> &[Consumed] {
        self.partitions.get(at).map_or(&[], |shelf| &shelf.records)
    }

    /// All of them.
    pub(super) fn into_topics(self) -> BTreeMap<TopicPartition, Vec<Consumed>> {
        let records = |(at, shelf): (TopicPartition, Shelf)| (at, shelf.records);
        self.partitions.into_iter().map(records).collect()
    }
}

impl World {
    /// Reads what stands on the topics, now and every some seconds.
    pub(super) fn gather(&mut self) {
        self.gather_now();
        self.space.borrow_mut().later(GATHER_MS, Event::Gather);
    }

    /// Reads what stands on the topics.
    pub(super) fn gather_now(&mut self) {
        let now = self.now();
        if self.host.is_up() {
            self.archive.gather(&mut self.host, now);
        }
    }

    /// The broker deletes what was read of the inputs, as after their retention.
    pub(super) fn clean(&mut self) {
        if !self.host.is_up() {
            return;
        }
        self.gather_now();
        let now = self.now();
        let mut read: BTreeMap<(String, i32), i64> = BTreeMap::new();
        for disk in &self.disks {
            for (input, next) in disk.positions() {
                let known = read.entry(input).or_insert(next);
                *known = next.max(*known);
            }
        }
        for ((topic, partition), next) in read {
            self.host
                .delete_records(&TopicPartition::new(topic, partition), next, now);
        }
    }

    /// One of the inputs.
    fn input(&self, number: usize) -> std::sync::Arc<str> {
        let inputs = self.setting.inputs();
        std::sync::Arc::clone(&inputs[number % inputs.len()])
    }

    /// All records of an input are deleted.
    pub(super) fn truncate(&mut self, topic: usize) {
        let topic = self.input(topic);
        self.gather_now();
        let now = self.now();
        for partition in 0..self.setting.partitions_of(&topic) {
            let at = TopicPartition::new(std::sync::Arc::clone(&topic), partition);
            if let Some((_, end)) = self.host.bounds(&at, now) {
                self.host.delete_records(&at, end, now);
            }
        }
    }

    /// An input is deleted and created anew, empty.
    pub(super) fn recreate(&mut self, topic: usize) {
        let topic = self.input(topic);
        self.gather_now();
        let now = self.now();
        let spec = self.setting.topics().iter().find(|spec| *spec.name == *topic).cloned();
        if let Some(spec) = spec.filter(|_| self.host.is_up()) {
            self.host.delete_topic(&topic, now);
            self.host.create_topics(&[spec], now);
        }
    }
}
