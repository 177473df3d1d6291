//! The journal as people read it.

use std::collections::BTreeMap;

use palinode_log::Consumed;
use palinode_wire::journal::{JournalRecord, SagaRecord, TaskRecord};

use super::World;

/// A record of the journal.
pub(crate) struct Entry {
    pub(crate) partition: i32,
    pub(crate) record: JournalRecord,
}

impl World {
    /// All records of the journal, partition by partition.
    pub(crate) fn journal(&self) -> Vec<Entry> {
        let read = |record: &Consumed| Entry {
            partition: record.source.partition,
            record: self
                .journal_schemas
                .read(&self.schemas, record.value.as_ref().unwrap())
                .unwrap(),
        };
        self.broker.read("palinode.journal").iter().map(read).collect()
    }

    /// The saga events of the journal.
    pub(crate) fn saga_events(&self) -> Vec<SagaRecord> {
        let saga = |entry: Entry| match entry.record {
            JournalRecord::Saga(record) => Some(record),
            JournalRecord::Task(_) => None,
        };
        self.journal().into_iter().filter_map(saga).collect()
    }

    /// What happened to the sagas with this key, in short.
    pub(crate) fn story(&self, key: &str) -> Vec<String> {
        self.saga_events()
            .iter()
            .filter(|event| event.id.key.as_str() == key)
            .map(told)
            .collect()
    }

    /// What happened to all sagas, by key.
    pub(crate) fn stories(&self) -> BTreeMap<String, Vec<String>> {
        let mut stories: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for event in self.saga_events() {
            stories.entry(event.id.key.to_string()).or_default().push(told(&event));
        }
        stories
    }

    /// The last event of the sagas with this key.
    pub(crate) fn last(&self, key: &str) -> String {
        self.story(key).pop().unwrap_or_default()
    }

    /// The types of the task events.
    pub(crate) fn books(&self) -> Vec<&'static str> {
        let task = |entry: Entry| match entry.record {
            JournalRecord::Saga(_) => None,
            JournalRecord::Task(record) => Some(match record {
                TaskRecord::TaskClaimed(_) => "claimed",
                TaskRecord::JournalOpened(_) => "opened",
                TaskRecord::InputAdded(_) => "input added",
                TaskRecord::DefinitionActivated(_) => "definition activated",
                TaskRecord::PositionsAdvanced(_) => "positions",
            }),
        };
        self.journal().into_iter().filter_map(task).collect()
    }
}

fn told(event: &SagaRecord) -> String {
    let mut told = event.event_type.to_string();
    if let Some(step) = &event.step {
        told += &format!(" {step}");
    }
    if let (Some(round), Some(attempt)) = (event.round, event.attempt) {
        told += &format!(" {}/{}", round.0, attempt.0);
    }
    if let Some(code) = &event.code {
        told += &format!(" {code}");
    }
    told
}
