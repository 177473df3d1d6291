//! What clients wrote down.

use std::collections::BTreeMap;

use super::world::{World, home};
use crate::{Auditor, Did, Notes, Observation, Record, content_digest, read_notes};

impl World {
    /// A client wrote down something of the record.
    pub(crate) fn observe(&mut self, by: &str, tag: &str, did: impl Fn(i64, u64) -> Did) {
        let Record {
            topic,
            partition,
            offset,
            value,
            ..
        } = self.record(tag).clone();
        self.observations.push(Observation {
            by: by.into(),
            topic,
            partition,
            did: did(offset, content_digest(value.as_deref())),
        });
    }

    /// A reader was handed the record.
    pub(crate) fn polled(&mut self, by: &str, tag: &str) {
        self.observe(by, tag, |offset, digest| Did::Polled { offset, digest });
    }

    /// A reader reads from the record on.
    pub(crate) fn sought(&mut self, by: &str, tag: &str) {
        self.observe(by, tag, |offset, _| Did::Sought { offset });
    }

    /// A reader reads the partition of `key` from its beginning, and is handed all of it.
    pub(crate) fn polled_all(&mut self, by: &str, topic: &str, key: &str) {
        let partition = home(key);
        let records = self.rows.iter().map(|row| &row.record);
        let polled = records
            .filter(|record| record.topic.as_str() == topic && record.partition == partition)
            .map(|record| Did::Polled {
                offset: record.offset,
                digest: content_digest(record.value.as_deref()),
            });
        let did: Vec<Did> = std::iter::once(Did::Sought { offset: 0 }).chain(polled).collect();
        self.observations.extend(did.into_iter().map(|did| Observation {
            by: by.into(),
            topic: topic.into(),
            partition,
            did,
        }));
    }

    /// What was written down last.
    pub(crate) fn last_observed(&self) -> Option<Did> {
        self.observations.last().map(|observation| observation.did)
    }

    /// What was written down last is not known.
    pub(crate) fn forget_last_poll(&mut self) {
        self.observations.pop();
    }

    /// The offset of the record.
    pub(crate) fn offset(&mut self, tag: &str) -> i64 {
        self.record(tag).offset
    }

    /// Writes the record once more, under another name.
    pub(crate) fn again_at(&mut self, tag: &str, copy: &str) {
        self.copy(tag);
        if let Some(last) = self.rows.last_mut() {
            last.tag = copy.into();
        }
    }

    /// Gives the record the content of another one.
    pub(crate) fn content_of(&mut self, tag: &str, other: &str) {
        let value = self.record(other).value.clone();
        self.record(tag).value = value;
    }

    /// The record is lost, and everything behind it on its partition.
    pub(crate) fn cut_off(&mut self, tag: &str) {
        let Record {
            topic,
            partition,
            offset,
            ..
        } = self.record(tag).clone();
        self.rows.retain(|row| {
            let record = &row.record;
            record.topic != topic || record.partition != partition || record.offset < offset
        });
    }

    /// Hands the auditor what clients wrote down, by way of their files: what they say is what counts.
    pub(super) fn tell(&self, auditor: &mut Auditor) {
        let mut files: BTreeMap<&str, Notes<Vec<u8>>> = BTreeMap::new();
        for Observation {
            by,
            topic,
            partition,
            did,
        } in &self.observations
        {
            let notes = files.entry(by).or_insert_with(|| Notes::begin(Vec::new(), by));
            notes.note(topic.as_str(), *partition, *did);
        }
        for mut notes in files.into_values() {
            notes.write().unwrap();
            read_notes(&notes.into_inner()[..], |observation| auditor.observe(&observation)).unwrap();
        }
    }
}
