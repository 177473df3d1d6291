//! Segments: a log is cut into them by size and by time, as in Kafka; what grows too old goes a segment at a time, and
//! the last one is neither compacted nor, while it grows, let go.

use std::collections::VecDeque;

use super::{batch::Batch, index::Index};
use crate::topics::TopicConfig;

/// A stretch of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// The offset of its first record.
    pub(crate) base_offset: i64,
    /// Bytes of its batches.
    pub(crate) bytes: u64,
    /// The largest time of its first batch.
    first_timestamp: i64,
    /// The largest time in it.
    pub(crate) max_timestamp: i64,
}

/// The segments of a log, in order; the last is the one that grows.
#[derive(Debug, Default)]
pub(crate) struct Segments {
    segments: VecDeque<Segment>,
}

impl Segments {
    /// Notes a batch that was appended.
    pub(crate) fn push(&mut self, batch: &Batch, config: &TopicConfig) {
        let bytes = batch.len() as u64;
        let time = batch.max_timestamp();
        match self.segments.back_mut() {
            Some(last) if !is_full(last, bytes, time, config) => {
                last.bytes += bytes;
                last.max_timestamp = last.max_timestamp.max(time);
            }
            _ => self.segments.push_back(Segment {
                base_offset: batch.base_offset(),
                bytes,
                first_timestamp: time,
                max_timestamp: time,
            }),
        }
    }

    /// The segments, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter()
    }

    /// Where the segment after this one begins; none when it is the last.
    pub(crate) fn end_of(&self, at: usize) -> Option<i64> {
        self.segments.get(at + 1).map(|segment| segment.base_offset)
    }

    /// Where the segment begins that grows.
    pub(crate) fn active_from(&self) -> Option<i64> {
        self.segments.back().map(|segment| segment.base_offset)
    }

    /// Counts the bytes of all segments anew; one that has become empty is forgotten, except the last.
    pub(crate) fn recount(&mut self, index: &Index) {
        for at in 0..self.segments.len() {
            let end = self.end_of(at).unwrap_or(i64::MAX);
            let segment = &mut self.segments[at];
            segment.bytes = index
                .from(segment.base_offset)
                .take_while(|entry| entry.base_offset < end)
                .map(|entry| u64::from(entry.bytes))
                .sum();
        }
        let active = self.active_from();
        self.segments
            .retain(|segment| segment.bytes > 0 || Some(segment.base_offset) == active);
    }

    /// Forgets the segments all of whose records are before an offset.
    pub(crate) fn forget_before(&mut self, offset: i64, log_end: i64) {
        while !self.segments.is_empty() && self.end_of(0).unwrap_or(log_end) <= offset {
            self.segments.pop_front();
        }
    }
}

fn is_full(segment: &Segment, bytes: u64, time: i64, config: &TopicConfig) -> bool {
    let age_max = if config.compact {
        config.segment_ms.min(config.max_compaction_lag_ms)
    } else {
        config.segment_ms
    };
    segment.bytes + bytes > u64::try_from(config.segment_bytes).unwrap_or_default()
        || time.saturating_sub(segment.first_timestamp) > age_max
}
