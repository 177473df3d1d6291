//! A topic's settings, typed.

/// Which time a record carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimestampType {
    /// The producer's.
    Create,
    /// The broker's, at the append.
    Append,
}

/// A topic's settings as the broker uses them. Times are in milliseconds, and -1 means without limit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TopicConfig {
    /// `cleanup.policy` holds `compact`.
    pub(crate) compact: bool,
    /// `cleanup.policy` holds `delete`.
    pub(crate) delete: bool,
    /// `retention.ms`; -1: for ever.
    pub(crate) retention_ms: i64,
    /// `retention.bytes` of each partition; -1: without limit.
    pub(crate) retention_bytes: i64,
    /// `segment.bytes`.
    pub(crate) segment_bytes: i32,
    /// `segment.ms`.
    pub(crate) segment_ms: i64,
    /// `max.message.bytes`: of a batch as it comes.
    pub(crate) max_message_bytes: i32,
    /// `message.timestamp.type`.
    pub(crate) timestamp_type: TimestampType,
    /// `message.timestamp.before.max.ms`.
    pub(crate) timestamp_before_max_ms: i64,
    /// `message.timestamp.after.max.ms`.
    pub(crate) timestamp_after_max_ms: i64,
    /// `min.compaction.lag.ms`.
    pub(crate) min_compaction_lag_ms: i64,
    /// `max.compaction.lag.ms`.
    pub(crate) max_compaction_lag_ms: i64,
    /// `delete.retention.ms`: how long a tombstone stays.
    pub(crate) delete_retention_ms: i64,
    /// `min.cleanable.dirty.ratio`.
    pub(crate) min_cleanable_dirty_ratio: f64,
    /// `compression.type` as written.
    pub(crate) compression_type: String,
}

impl Default for TopicConfig {
    fn default() -> Self {
        Self {
            compact: false,
            delete: true,
            retention_ms: 604_800_000,
            retention_bytes: -1,
            segment_bytes: 1_073_741_824,
            segment_ms: 604_800_000,
            max_message_bytes: 1_048_588,
            timestamp_type: TimestampType::Create,
            timestamp_before_max_ms: i64::MAX,
            timestamp_after_max_ms: 3_600_000,
            min_compaction_lag_ms: 0,
            max_compaction_lag_ms: i64::MAX,
            delete_retention_ms: 86_400_000,
            min_cleanable_dirty_ratio: 0.5,
            compression_type: "producer".to_owned(),
        }
    }
}
