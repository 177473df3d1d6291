//! Retention: whole segments that are too old, or more than a partition may hold, go.

use super::Partition;
use crate::{Timestamp, topics::TopicConfig};

impl Partition {
    /// Where the log should begin; none when nothing is to go.
    pub(crate) fn expired_to(&self, config: &TopicConfig, now: Timestamp) -> Option<i64> {
        if !config.delete {
            return None;
        }
        let mut surplus = u64::try_from(config.retention_bytes)
            .ok()
            .and_then(|bytes_max| self.index.bytes().checked_sub(bytes_max));
        let mut start = None;
        for (at, segment) in self.segments.iter().enumerate() {
            let is_old = config.retention_ms >= 0
                && segment.max_timestamp >= 0
                && now.0.saturating_sub(segment.max_timestamp) > config.retention_ms;
            let rest = surplus.and_then(|surplus| surplus.checked_sub(segment.bytes));
            if !is_old && rest.is_none() {
                break;
            }
            surplus = rest;
            start = Some(self.segments.end_of(at).unwrap_or(self.log_end));
        }
        start.filter(|start| *start > self.log_start)
    }
}
