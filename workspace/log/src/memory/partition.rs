//! One partition: records, aborted records and markers, each with an offset.

use bytes::Bytes;

use crate::{Consumed, Header, TopicPartition};

/// What stands at an offset.
#[derive(Clone, Debug)]
pub(super) enum Entry {
    /// A record that readers see.
    Record { record: Consumed, place: u64 },
    /// A record of an aborted transaction.
    Aborted,
    /// The end of a transaction.
    Marker,
}

/// What a record holds, before it has an offset.
pub(super) struct Content<'a> {
    pub(super) key: Option<&'a Bytes>,
    pub(super) value: Option<&'a Bytes>,
    pub(super) headers: &'a [Header],
}

/// A partition's log.
#[derive(Debug, Default)]
pub(super) struct Partition {
    start: i64,
    entries: Vec<Entry>,
}

impl Partition {
    pub(super) fn start(&self) -> i64 {
        self.start
    }

    pub(super) fn end(&self) -> i64 {
        self.start + self.entries.len() as i64
    }

    /// Appends a record; `place` orders it among those of all partitions.
    pub(super) fn append(&mut self, source: TopicPartition, timestamp: i64, place: u64, content: &Content<'_>) -> i64 {
        let offset = self.end();
        let record = Consumed {
            source,
            offset,
            timestamp,
            key: content.key.cloned(),
            value: content.value.cloned(),
            headers: content.headers.to_vec(),
        };
        self.entries.push(Entry::Record { record, place });
        offset
    }

    pub(super) fn append_unseen(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// The first record at `from` or later, and its place.
    pub(super) fn next(&self, from: i64) -> Option<(&Consumed, u64)> {
        self.since(from).find_map(|entry| match entry {
            Entry::Record { record, place } => Some((record, *place)),
            Entry::Aborted | Entry::Marker => None,
        })
    }

    /// `from`, or the offset after the markers and aborted records that stand there.
    pub(super) fn skip_unseen(&self, from: i64) -> i64 {
        let unseen = self
            .since(from)
            .take_while(|entry| !matches!(entry, Entry::Record { .. }))
            .count();
        from + unseen as i64
    }

    /// All records that readers see.
    pub(super) fn records(&self) -> impl Iterator<Item = &Consumed> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Record { record, .. } => Some(record),
            Entry::Aborted | Entry::Marker => None,
        })
    }

    /// Deletes what stands below `offset`.
    pub(super) fn delete_before(&mut self, offset: i64) {
        let count = (offset.min(self.end()) - self.start).max(0);
        self.entries.drain(..count as usize);
        self.start += count;
    }

    /// Loses what stands at `offset` and after it.
    pub(super) fn lose_from(&mut self, offset: i64) {
        self.entries.truncate((offset - self.start).max(0) as usize);
    }

    fn since(&self, from: i64) -> impl Iterator<Item = &Entry> {
        self.entries.iter().skip((from - self.start).max(0) as usize)
    }
}
