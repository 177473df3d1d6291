//! What the broker in memory holds, and how a transaction changes it.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use bytes::Bytes;
use palinode_wire::partition_of;

use super::{
    fault::Fault,
    partition::{Content, Entry, Partition},
};
use crate::{Error, Outcome, Produced, Refused, TopicPartition};

pub(super) type Wake = Arc<dyn Fn() + Send + Sync>;

/// What the broker holds.
#[derive(Default)]
pub(super) struct State {
    pub(super) topics: BTreeMap<Arc<str>, Vec<Partition>>,
    /// The newest epoch of each transactional id.
    epochs: BTreeMap<String, u64>,
    pub(super) faults: BTreeMap<i32, VecDeque<Fault>>,
    pub(super) record_bytes_max: BTreeMap<Arc<str>, usize>,
    pub(super) unavailable: bool,
    pub(super) now: i64,
    places: u64,
    readers: BTreeMap<u64, ReaderEntry>,
    next_reader: u64,
}

struct ReaderEntry {
    wake: Wake,
    inputs: BTreeSet<TopicPartition>,
}

impl State {
    /// Fails when the broker is told not to answer.
    pub(super) fn answer(&self, what: &str) -> Result<(), Error> {
        if self.unavailable {
            Err(Error::Unavailable { what: what.into() })
        } else {
            Ok(())
        }
    }

    pub(super) fn partitions(&self, topic: &str) -> Result<i32, Error> {
        let missing = || Error::MissingTopic { topic: topic.into() };
        Ok(self.topics.get(topic).ok_or_else(missing)?.len() as i32)
    }

    pub(super) fn partition(&mut self, source: &TopicPartition) -> Result<&mut Partition, Error> {
        self.topics
            .get_mut(&source.topic)
            .and_then(|partitions| partitions.get_mut(usize::try_from(source.partition).ok()?))
            .ok_or_else(|| Error::MissingTopic {
                topic: source.to_string(),
            })
    }

    /// A new epoch of a transactional id; older ones are fenced.
    pub(super) fn fence(&mut self, id: &str) -> u64 {
        let epoch = self.epochs.entry(id.into()).or_default();
        *epoch += 1;
        *epoch
    }

    /// One transaction of `task`. `journal` is the partition whose last offset the outcome names.
    pub(super) fn commit(
        &mut self,
        task: i32,
        (id, epoch): (&str, u64),
        journal: &TopicPartition,
        records: &[Produced],
    ) -> (Outcome, Vec<Wake>) {
        let unknown = || Outcome::Indefinite {
            reason: "the broker did not answer".into(),
        };
        if self.unavailable {
            return (unknown(), Vec::new());
        }
        if self.epochs.get(id) != Some(&epoch) {
            return (Outcome::Fenced, Vec::new());
        }
        let targets = match self.targets(records) {
            Ok(targets) => targets,
            Err(aborted) => return (aborted, Vec::new()),
        };
        let aborted = |refused| Outcome::Aborted {
            reason: "a fault was asked for".into(),
            refused,
        };
        match self.faults.get_mut(&task).and_then(VecDeque::pop_front) {
            None => {
                let (journal_offset, wakes) = self.write(&targets, journal, records);
                (Outcome::Committed { journal_offset }, wakes)
            }
            Some(Fault::UnknownCommitted) => (unknown(), self.write(&targets, journal, records).1),
            Some(fault) => {
                self.write_aborted(&targets);
                let outcome = match fault {
                    Fault::Refuse(topic) => aborted(Some(Refused { topic, record: None })),
                    Fault::Fence => Outcome::Fenced,
                    Fault::UnknownAborted => unknown(),
                    Fault::Abort | Fault::UnknownCommitted => aborted(None),
                };
                (outcome, Vec::new())
            }
        }
    }

    /// Where each record goes; an aborted outcome when one may not.
    fn targets(&self, records: &[Produced]) -> Result<Vec<TopicPartition>, Outcome> {
        let bytes = |part: Option<&Bytes>| part.map_or(0, Bytes::len);
        let mut targets = Vec::with_capacity(records.len());
        for (index, record) in records.iter().enumerate() {
            let refuse = |reason: String| Outcome::Aborted {
                reason,
                refused: Some(Refused {
                    topic: Arc::clone(&record.topic),
                    record: Some(index),
                }),
            };
            let limit = self.record_bytes_max.get(&record.topic).copied().unwrap_or(usize::MAX);
            if bytes(record.key.as_ref()) + bytes(record.value.as_ref()) > limit {
                return Err(refuse("the record is too large".into()));
            }
            let target = self.target(&record.topic, record.partition, record.key.as_ref());
            targets.push(target.map_err(|error| refuse(error.to_string()))?);
        }
        Ok(targets)
    }

    pub(super) fn target(
        &self,
        topic: &Arc<str>,
        partition: Option<i32>,
        key: Option<&Bytes>,
    ) -> Result<TopicPartition, Error> {
        let partitions = self.partitions(topic)?;
        let partition = partition.unwrap_or_else(|| partition_of(key.map_or(&[], |key| key), partitions));
        let target = TopicPartition::new(Arc::clone(topic), partition);
        if (0..partitions).contains(&partition) {
            Ok(target)
        } else {
            Err(Error::MissingTopic {
                topic: target.to_string(),
            })
        }
    }

    fn write(
        &mut self,
        targets: &[TopicPartition],
        journal: &TopicPartition,
        records: &[Produced],
    ) -> (Option<i64>, Vec<Wake>) {
        let mut journal_offset = None;
        for (target, record) in targets.iter().zip(records) {
            let content = Content {
                key: record.key.as_ref(),
                value: record.value.as_ref(),
                headers: &record.headers,
            };
            let offset = self.append(target, &content).ok();
            if target == journal {
                journal_offset = offset;
            }
        }
        let touched: BTreeSet<_> = targets.iter().cloned().collect();
        self.mark(&touched);
        (journal_offset, self.wakes(&touched))
    }

    fn write_aborted(&mut self, targets: &[TopicPartition]) {
        for target in targets {
            if let Ok(partition) = self.partition(target) {
                partition.append_unseen(Entry::Aborted);
            }
        }
        self.mark(&targets.iter().cloned().collect());
    }

    fn mark(&mut self, touched: &BTreeSet<TopicPartition>) {
        for target in touched {
            if let Ok(partition) = self.partition(target) {
                partition.append_unseen(Entry::Marker);
            }
        }
    }

    pub(super) fn append(&mut self, target: &TopicPartition, content: &Content<'_>) -> Result<i64, Error> {
        let (now, place) = (self.now, self.places);
        self.places += 1;
        Ok(self.partition(target)?.append(target.clone(), now, place, content))
    }

    pub(super) fn join(&mut self, wake: Wake) -> u64 {
        let reader = self.next_reader;
        self.next_reader += 1;
        self.readers.insert(
            reader,
            ReaderEntry {
                wake,
                inputs: BTreeSet::new(),
            },
        );
        reader
    }

    pub(super) fn leave(&mut self, reader: u64) {
        self.readers.remove(&reader);
    }

    /// `reader` is to be told of records in `inputs`.
    pub(super) fn listen(&mut self, reader: u64, inputs: BTreeSet<TopicPartition>) {
        if let Some(entry) = self.readers.get_mut(&reader) {
            entry.inputs = inputs;
        }
    }

    pub(super) fn wakes(&self, touched: &BTreeSet<TopicPartition>) -> Vec<Wake> {
        let reads = |entry: &&ReaderEntry| !entry.inputs.is_disjoint(touched);
        self.readers
            .values()
            .filter(reads)
            .map(|entry| Arc::clone(&entry.wake))
            .collect()
    }
}
