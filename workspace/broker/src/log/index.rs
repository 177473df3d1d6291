//! Where the batches of a log are, by offset; and its segments, the units in which records grow too old.

use std::collections::VecDeque;

use super::batch::Batch;
use crate::Position;

/// One batch of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The offset of its first record.
    pub(crate) base_offset: i64,
    /// The offset of its last record.
    pub(crate) last_offset: i64,
    /// Its largest time.
    pub(crate) max_timestamp: i64,
    /// Where the storage keeps it.
    pub(crate) position: Position,
    /// Its bytes with the header.
    pub(crate) bytes: u32,
}

impl Entry {
    /// The entry of a batch that is kept at this place.
    pub(crate) fn new(batch: &Batch, position: Position) -> Self {
        Self {
            base_offset: batch.base_offset(),
            last_offset: batch.last_offset(),
            max_timestamp: batch.max_timestamp(),
            position,
            bytes: u32::try_from(batch.len()).unwrap_or(u32::MAX),
        }
    }

    /// Where the next batch stands if it follows without a gap.
    pub(crate) fn end(&self) -> Position {
        self.position.plus(self.bytes as usize)
    }
}

/// Batches that can be read in one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Where the first is.
    pub(crate) position: Position,
    /// Bytes of all.
    pub(crate) bytes: usize,
    /// The offset after the last record.
    pub(crate) end_offset: i64,
}

/// The batches of a log, in order.
#[derive(Debug, Default)]
pub(crate) struct Index {
    entries: VecDeque<Entry>,
    bytes: u64,
}

impl Index {
    /// Puts a batch at the end.
    pub(crate) fn push(&mut self, entry: Entry) {
        self.bytes += u64::from(entry.bytes);
        self.entries.push_back(entry);
    }

    /// Bytes of all batches.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The last batch.
    pub(crate) fn last(&self) -> Option<&Entry> {
        self.entries.back()
    }

    /// The batches, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The batches that have records at an offset or behind it, in order.
    pub(crate) fn from(&self, offset: i64) -> impl Iterator<Item = &Entry> {
        let first = self.entries.partition_point(|entry| entry.last_offset < offset);
        self.entries.range(first..)
    }

    /// What can be read in one piece from an offset up to, without, `end`: as many whole batches as fit into `bytes_max`,
    /// or one that does not, if `one_at_least`.
    pub(crate) fn span(&self, from: i64, end: i64, bytes_max: usize, one_at_least: bool) -> Option<Span> {
        let mut span: Option<Span> = None;
        for entry in self.from(from).take_while(|entry| entry.base_offset < end) {
            let bytes = entry.bytes as usize;
            match &mut span {
                None if bytes <= bytes_max || one_at_least => {
                    span = Some(Span {
                        position: entry.position,
                        bytes,
                        end_offset: entry.last_offset + 1,
                    });
                }
                Some(span) if span.bytes + bytes <= bytes_max && entry.position == span.position.plus(span.bytes) => {
                    span.bytes += bytes;
                    span.end_offset = entry.last_offset + 1;
                }
                _ => break,
            }
        }
        span
    }

    /// Forgets the batches all of whose records are before an offset; says where the first that stays is kept, or where
    /// the last that went ended. None: nothing went.
    pub(crate) fn forget_before(&mut self, offset: i64) -> Option<Position> {
        let mut end = None;
        while let Some(entry) = self.entries.front().filter(|entry| entry.last_offset < offset) {
            end = Some(entry.end());
            self.bytes -= u64::from(entry.bytes);
            self.entries.pop_front();
        }
        let first = self.entries.front().map(|entry| entry.position);
        end.map(|end| first.unwrap_or(end))
    }

    /// Puts these batches in the place of all before `before`.
    pub(crate) fn replace_before(&mut self, before: Position, entries: Vec<Entry>) {
        while self.entries.front().is_some_and(|entry| entry.position < before) {
            self.entries.pop_front();
        }
        for entry in entries.into_iter().rev() {
            self.entries.push_front(entry);
        }
        self.bytes = self.entries.iter().map(|entry| u64::from(entry.bytes)).sum();
    }
}
