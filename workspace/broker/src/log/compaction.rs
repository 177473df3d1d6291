//! Compaction: of the records of a key only the last stays, as in Kafka's cleaner.
//!
//! What transactions wrote counts once they have ended; aborted records go. Markers stay while records of their
//! transaction do, and then, like tombstones, for `delete.retention.ms` more, so that a reader who is under way meets
//! them. The last segment is left alone.

use std::collections::BTreeMap;

use bytes::Bytes;
use kafka_protocol::records::Record;

use super::{
    LogStore, Partition,
    batch::Batch,
    index::Entry,
    records::{records_of, with_records},
};
use crate::{StorageError, Timestamp, topics::TopicConfig};

/// The most bytes of keys that one compaction compares; what is left over waits for the next. As the cleaner's buffer of
/// Kafka, half of it.
const KEY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The last offset of each key of a stretch of a log.
struct Latest {
    offsets: BTreeMap<Bytes, i64>,
    end: i64,
}

/// What a compaction leaves.
struct Cleaned {
    batches: Vec<Batch>,
    horizons: BTreeMap<i64, i64>,
    markers_gone: Vec<i64>,
}

impl Partition {
    /// Compacts what may be compacted, if enough of it is new.
    ///
    /// # Errors
    /// The storage failed; the log is as before.
    pub(crate) fn compact(
        &mut self,
        store: &mut LogStore<'_>,
        config: &TopicConfig,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let from = self.cleaning.cleaned_to.max(self.log_start);
        let Some(end) = self.dirty_end(config, now).filter(|end| *end > from) else {
            return Ok(());
        };
        if !self.is_dirty(from, end, config, now) {
            return Ok(());
        }
        let latest = self.latest(store, from, end)?;
        let Some(before) = self.index.from(latest.end).next().map(|entry| entry.position) else {
            return Ok(());
        };
        let cleaned = self.clean(store, &latest, config, now)?;
        let positions = store
            .storage
            .replace_before(store.log, before, cleaned.batches.clone())?;
        let entries = cleaned
            .batches
            .iter()
            .zip(positions)
            .map(|(batch, position)| Entry::new(batch, position))
            .collect();
        self.index.replace_before(before, entries);
        self.segments.recount(&self.index);
        self.transactions.forget_markers(&cleaned.markers_gone);
        self.cleaning.horizons = cleaned.horizons;
        self.cleaning.cleaned_to = latest.end;
        Ok(())
    }

    /// Up to where records may be compacted: not the last segment, no open transaction, nothing too young.
    fn dirty_end(&self, config: &TopicConfig, now: Timestamp) -> Option<i64> {
        let young = self
            .segments
            .iter()
            .find(|segment| {
                config.min_compaction_lag_ms > 0
                    && segment.max_timestamp > now.0.saturating_sub(config.min_compaction_lag_ms)
            })
            .map_or(self.log_end, |segment| segment.base_offset);
        let active = self.segments.active_from()?;
        Some(active.min(young).min(self.last_stable_offset()))
    }

    fn is_dirty(&self, from: i64, end: i64, config: &TopicConfig, now: Timestamp) -> bool {
        let (mut clean, mut dirty, mut oldest) = (0_u64, 0_u64, i64::MAX);
        for entry in self.index.iter().take_while(|entry| entry.base_offset < end) {
            if entry.last_offset < from {
                clean += u64::from(entry.bytes);
            } else {
                dirty += u64::from(entry.bytes);
                oldest = oldest.min(entry.max_timestamp);
            }
        }
        let ratio = dirty as f64 / (clean + dirty) as f64;
        let is_late = now.0.saturating_sub(oldest) > config.max_compaction_lag_ms;
        dirty > 0 && (is_late || ratio >= config.min_cleanable_dirty_ratio)
    }

    fn latest(&self, store: &mut LogStore<'_>, from: i64, end: i64) -> Result<Latest, StorageError> {
        let mut offsets = BTreeMap::new();
        let mut bytes = 0;
        for entry in self.index.from(from).take_while(|entry| entry.base_offset < end) {
            if bytes > KEY_BYTES_MAX {
                return Ok(Latest {
                    offsets,
                    end: entry.base_offset,
                });
            }
            let Some(batch) = read(store, entry)? else { continue };
            if batch.is_control() || self.is_aborted(&batch) {
                continue;
            }
            for record in records_of(&batch).unwrap_or_default() {
                if let Some(key) = record.key {
                    bytes += key.len();
                    offsets.insert(key, record.offset);
                }
            }
        }
        Ok(Latest { offsets, end })
    }

    /// What stays of the batches before the end of the compared stretch.
    fn clean(
        &self,
        store: &mut LogStore<'_>,
        latest: &Latest,
        config: &TopicConfig,
        now: Timestamp,
    ) -> Result<Cleaned, StorageError> {
        let mut cleaned = Cleaned {
            batches: Vec::new(),
            horizons: BTreeMap::new(),
            markers_gone: Vec::new(),
        };
        let mut with_data = BTreeMap::new();
        let entries = self.index.iter().take_while(|entry| entry.base_offset < latest.end);
        for entry in entries {
            let Some(batch) = read(store, entry)? else { continue };
            let horizon = self.cleaning.horizons.get(&entry.base_offset).copied();
            let is_past = horizon.is_some_and(|horizon| now.0 >= horizon);
            let horizon = horizon.unwrap_or_else(|| now.0.saturating_add(config.delete_retention_ms));
            if batch.is_control() {
                let has_data = with_data.remove(&batch.producer_id()).is_some();
                if has_data {
                    cleaned.batches.push(batch);
                } else if is_past {
                    cleaned.markers_gone.push(batch.base_offset());
                } else {
                    cleaned.horizons.insert(batch.base_offset(), horizon);
                    cleaned.batches.push(batch);
                }
                continue;
            }
            let (kept, has_tombstones) = self.kept(&batch, latest, is_past);
            let Some(batch) = kept.or_else(|| self.is_last_of_producer(&batch).then(|| batch.emptied())) else {
                continue;
            };
            if batch.is_transactional() && batch.count() > 0 {
                with_data.insert(batch.producer_id(), ());
            }
            if has_tombstones {
                cleaned.horizons.insert(batch.base_offset(), horizon);
            }
            cleaned.batches.push(batch);
        }
        Ok(cleaned)
    }

    /// What stays of a batch of records, and whether it holds tombstones. A batch that cannot be looked into stays.
    fn kept(&self, batch: &Batch, latest: &Latest, tombstones_go: bool) -> (Option<Batch>, bool) {
        if batch.count() == 0 || self.is_aborted(batch) {
            return (None, false);
        }
        let Ok(mut records) = records_of(batch) else {
            return (Some(batch.clone()), false);
        };
        let all = records.len();
        records.retain(|record| {
            latest.keeps(record) && record.offset >= self.log_start && (record.value.is_some() || !tombstones_go)
        });
        let has_tombstones = records.iter().any(|record| record.value.is_none());
        let kept = match records.len() {
            0 => None,
            some if some == all => Some(batch.clone()),
            _ => with_records(batch, &records)
                .ok()
                .filter(|cut| cut.len() <= batch.len())
                .or_else(|| Some(batch.clone())),
        };
        (kept, has_tombstones)
    }

    fn is_aborted(&self, batch: &Batch) -> bool {
        batch.is_transactional()
            && self
                .transactions
                .aborted_within(batch.base_offset(), batch.last_offset() + 1)
                .any(|transaction| transaction.producer_id == batch.producer_id())
    }

    /// Whether a producer's next sequence number is known by this batch alone.
    fn is_last_of_producer(&self, batch: &Batch) -> bool {
        batch.has_producer() && self.producers.last_offset_of(batch.producer_id()) == Some(batch.last_offset())
    }
}

impl Latest {
    fn keeps(&self, record: &Record) -> bool {
        let last = record.key.as_ref().and_then(|key| self.offsets.get(key));
        last.is_none_or(|last| record.offset >= *last)
    }
}

fn read(store: &mut LogStore<'_>, entry: &Entry) -> Result<Option<Batch>, StorageError> {
    let bytes = store.storage.read(store.log, entry.position, entry.bytes as usize)?;
    Ok(Batch::new(&bytes))
}
