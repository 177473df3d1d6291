//! Which offsets are too old to be kept, and which groups are then gone.

use std::time::Duration;

use kafka_protocol::protocol::StrBytes;

use super::{Change, CommittedOffset, Entry, Groups};
use crate::Timestamp;

impl Groups {
    /// The changes that forget what is too old by `now`. Members do not outlive a restart, so that it cannot be told
    /// since when a group has been empty: then the time since the broker started counts.
    pub(super) fn outdated(&self, now: Timestamp, retention: Duration) -> Vec<Change> {
        let started = self.started.unwrap_or(now);
        let outdated = |entry: &Entry, offset: &CommittedOffset| match offset.expires_at {
            Some(expires_at) => entry.retained_since(now).is_some() && now >= expires_at,
            None => {
                let since = entry.retained_since(offset.committed_at);
                since.is_some_and(|since| now >= since.max(started).plus(retention))
            }
        };
        let mut changes = Vec::new();
        for (name, entry) in self.iter() {
            changes.extend(outdated_of(name, entry, &outdated));
        }
        changes
    }
}

fn outdated_of(name: &StrBytes, entry: &Entry, outdated: &impl Fn(&Entry, &CommittedOffset) -> bool) -> Option<Change> {
    let group = name.to_string();
    let mut left = entry.offsets.has_pending();
    let mut partitions = Vec::new();
    for (topic, offsets) in entry.offsets.iter() {
        let is_read = entry.reads(topic);
        let (old, kept): (Vec<_>, Vec<_>) = offsets.partition(|(number, offset)| {
            !is_read && outdated(entry, offset) && !entry.offsets.is_pending(topic, *number)
        });
        left |= !kept.is_empty();
        if !old.is_empty() {
            partitions.push((topic.to_owned(), old.into_iter().map(|(number, _)| number).collect()));
        }
    }
    if !left && entry.is_empty() {
        Some(Change::Deleted { group })
    } else if partitions.is_empty() {
        None
    } else {
        Some(Change::Forgotten { group, partitions })
    }
}
