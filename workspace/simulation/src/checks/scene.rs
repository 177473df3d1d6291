//! What is left of a world, read once for all checkers.

use std::collections::BTreeMap;

use palinode_core::SagaId;
use palinode_log::{Consumed, TopicPartition};
use palinode_wire::journal::{JournalRecord, SagaRecord, TaskRecord};

use super::{Known, Transaction, transaction::transactions};
use crate::{Remains, history::record_id};

/// The journal's topic.
const JOURNAL: &str = "palinode.journal";

/// What is left of a world.
pub struct Scene<'a> {
    /// As it was left.
    pub remains: &'a Remains,
    /// What is known beforehand.
    pub known: &'a Known,
    /// The journal of each task.
    pub journal: BTreeMap<i32, Vec<Entry>>,
    /// All transactions, in the order in which they began.
    pub transactions: Vec<Transaction<'a>>,
    /// Records of the journal that cannot be read, and why.
    pub unreadable: Vec<String>,
}

/// A record of the journal.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its offset.
    pub offset: i64,
    /// Its id.
    pub id: String,
    /// What it says.
    pub record: JournalRecord,
    /// The transaction that wrote it, by its place in [`Scene::transactions`]; none when no node began such a one.
    pub transaction: Option<usize>,
}

impl Entry {
    /// The saga event, when it is one.
    #[must_use]
    pub fn event(&self) -> Option<&SagaRecord> {
        match &self.record {
            JournalRecord::Saga(event) => Some(event),
            JournalRecord::Task(_) => None,
        }
    }

    /// Whether a transaction ends with it.
    fn ends_transaction(&self) -> bool {
        matches!(
            self.record,
            JournalRecord::Task(TaskRecord::PositionsAdvanced(_) | TaskRecord::TaskClaimed(_))
        )
    }
}

impl<'a> Scene<'a> {
    /// Reads what is left.
    #[must_use]
    pub fn new(remains: &'a Remains, known: &'a Known) -> Self {
        let mut scene = Self {
            remains,
            known,
            journal: BTreeMap::new(),
            transactions: transactions(remains.history.entries()),
            unreadable: Vec::new(),
        };
        for (at, records) in remains.topics.iter().filter(|(at, _)| &*at.topic == JOURNAL) {
            let entries = scene.read(at, records);
            scene.journal.insert(at.partition, entries);
        }
        scene.find_transactions();
        scene
    }

    /// The events of each saga, in the order of the journal, with the task that wrote them.
    #[must_use]
    pub fn sagas(&self) -> BTreeMap<&SagaId, Vec<(i32, &Entry)>> {
        let mut sagas: BTreeMap<&SagaId, Vec<(i32, &Entry)>> = BTreeMap::new();
        for (task, entries) in &self.journal {
            for entry in entries {
                if let Some(event) = entry.event() {
                    sagas.entry(&event.id).or_default().push((*task, entry));
                }
            }
        }
        sagas
    }

    /// The records of all partitions of `topic`.
    pub fn records(&self, topic: &str) -> impl Iterator<Item = &'a Consumed> {
        let topics = &self.remains.topics;
        topics
            .iter()
            .filter(move |(at, _)| &*at.topic == topic)
            .flat_map(|(_, records)| records)
    }

    /// The record at `topic/partition/offset`.
    #[must_use]
    pub fn record_at(&self, place: &str) -> Option<&'a Consumed> {
        let mut parts = place.rsplitn(3, '/');
        let offset: i64 = parts.next()?.parse().ok()?;
        let partition: i32 = parts.next()?.parse().ok()?;
        let at = TopicPartition::new(parts.next()?, partition);
        let records = self.remains.topics.get(&at)?;
        let found = records.binary_search_by_key(&offset, |record| record.offset).ok()?;
        records.get(found)
    }

    fn read(&mut self, at: &TopicPartition, records: &[Consumed]) -> Vec<Entry> {
        let mut entries = Vec::with_capacity(records.len());
        for record in records {
            let value = record.value.clone().unwrap_or_default();
            match self.known.journal.read(&self.known.schemas, &value) {
                Ok(read) => entries.push(Entry {
                    offset: record.offset,
                    id: record_id(&at.topic, &record.headers, &value).unwrap_or_default(),
                    record: read,
                    transaction: None,
                }),
                Err(error) => self.unreadable.push(format!("{at}/{}: {error}", record.offset)),
            }
        }
        entries
    }

    /// Finds by which transaction each record was written: the id of its last record is given once.
    fn find_transactions(&mut self) {
        let last = |(at, transaction): (usize, &Transaction<'a>)| Some((transaction.ids.last()?.as_str(), at));
        let by_last: BTreeMap<&str, usize> = self.transactions.iter().enumerate().filter_map(last).collect();
        for entries in self.journal.values_mut() {
            let mut begin = 0;
            for end in 0..entries.len() {
                if !entries[end].ends_transaction() {
                    continue;
                }
                if let Some(at) = by_last.get(entries[end].id.as_str()) {
                    self.transactions[*at].stands_at = Some(entries[end].offset);
                    entries[begin..=end]
                        .iter_mut()
                        .for_each(|entry| entry.transaction = Some(*at));
                }
                begin = end + 1;
            }
        }
    }
}
