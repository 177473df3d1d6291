//! Offsets by time.

use super::{LogStore, Partition, batch::Batch, index::Entry, records::records_of};
use crate::StorageError;

/// A record found by its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Timed {
    /// Its time.
    pub(crate) timestamp: i64,
    /// Its offset.
    pub(crate) offset: i64,
}

impl Partition {
    /// The first record of this time or a later one.
    ///
    /// # Errors
    /// The storage failed.
    pub(crate) fn first_since(&self, store: &mut LogStore<'_>, time: i64) -> Result<Option<Timed>, StorageError> {
        let candidates = self
            .index
            .from(self.log_start)
            .filter(|entry| entry.max_timestamp >= time);
        for entry in candidates {
            let found = times_of(store, entry)?
                .into_iter()
                .find(|timed| timed.timestamp >= time && timed.offset >= self.log_start);
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The first record of the largest time.
    ///
    /// # Errors
    /// The storage failed.
    pub(crate) fn latest_by_time(&self, store: &mut LogStore<'_>) -> Result<Option<Timed>, StorageError> {
        let mut latest: Option<&Entry> = None;
        for entry in self.index.from(self.log_start) {
            if latest.is_none_or(|latest| entry.max_timestamp > latest.max_timestamp) {
                latest = Some(entry);
            }
        }
        let Some(entry) = latest.filter(|entry| entry.max_timestamp >= 0) else {
            return Ok(None);
        };
        let times = times_of(store, entry)?;
        Ok(times.into_iter().find(|timed| timed.timestamp >= entry.max_timestamp))
    }
}

/// The times of a batch's records. The records of a batch that cannot be decoded all count as of its first offset and its
/// largest time.
fn times_of(store: &mut LogStore<'_>, entry: &Entry) -> Result<Vec<Timed>, StorageError> {
    let whole = vec![Timed {
        timestamp: entry.max_timestamp,
        offset: entry.base_offset,
    }];
    let bytes = store.storage.read(store.log, entry.position, entry.bytes as usize)?;
    let Some(batch) = Batch::new(&bytes) else {
        return Ok(whole);
    };
    let has_append_time = batch.has_append_time();
    let Ok(records) = records_of(&batch) else {
        return Ok(whole);
    };
    let timed = records.iter().map(|record| Timed {
        timestamp: if has_append_time {
            entry.max_timestamp
        } else {
            record.timestamp
        },
        offset: record.offset,
    });
    Ok(timed.collect())
}
