//! The transactions of one partition: which are open, so that readers of committed records stop before them, and which
//! were aborted, so that those readers skip them.

use std::collections::{BTreeMap, VecDeque};

/// A transaction that was aborted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Aborted {
    /// Whose it was.
    pub(crate) producer_id: i64,
    /// Its first record.
    pub(crate) first_offset: i64,
    /// Its marker.
    marker_offset: i64,
    /// The last stable offset after its end: whatever ends later begins at it or behind it.
    last_stable_offset: i64,
}

/// The transactions of one partition.
#[derive(Debug, Default)]
pub(crate) struct Transactions {
    open: BTreeMap<i64, i64>,
    aborted: VecDeque<Aborted>,
}

impl Transactions {
    /// A producer's transaction began with this record.
    pub(crate) fn begin(&mut self, first_offset: i64, producer_id: i64) {
        self.open.insert(first_offset, producer_id);
    }

    /// The first record of any open transaction.
    pub(crate) fn first_open(&self) -> Option<i64> {
        self.open.keys().next().copied()
    }

    /// A transaction was committed.
    pub(crate) fn commit(&mut self, first_offset: i64) {
        self.open.remove(&first_offset);
    }

    /// A transaction was aborted by the marker at this offset.
    pub(crate) fn abort(&mut self, first_offset: i64, marker_offset: i64) {
        if let Some(producer_id) = self.open.remove(&first_offset) {
            self.aborted.push_back(Aborted {
                producer_id,
                first_offset,
                marker_offset,
                last_stable_offset: self.first_open().unwrap_or(marker_offset + 1),
            });
        }
    }

    /// The aborted transactions with records from `from` up to, without, `end`, in the order of their markers.
    pub(crate) fn aborted_within(&self, from: i64, end: i64) -> impl Iterator<Item = &Aborted> {
        let first = self
            .aborted
            .partition_point(|transaction| transaction.marker_offset < from);
        let mut is_last = false;
        self.aborted
            .range(first..)
            .take_while(move |transaction| {
                let goes_on = !is_last;
                is_last = transaction.last_stable_offset >= end;
                goes_on
            })
            .filter(move |transaction| transaction.first_offset < end)
    }

    /// Forgets aborted transactions whose markers are gone: a reader who was told of one would wait for its marker.
    pub(crate) fn forget_markers(&mut self, markers: &[i64]) {
        self.aborted
            .retain(|transaction| !markers.contains(&transaction.marker_offset));
    }

    /// Forgets the transactions that ended before the log's start.
    pub(crate) fn forget_before(&mut self, log_start: i64) {
        let gone = self
            .aborted
            .partition_point(|transaction| transaction.marker_offset < log_start);
        self.aborted.drain(..gone);
    }
}
