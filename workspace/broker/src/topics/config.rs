//! A topic's settings, typed.

use std::collections::BTreeMap;

use kafka_protocol::ResponseError;

use super::{
    Refusal,
    keys::{Key, words},
};

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
        Self::new(&BTreeMap::new())
    }
}

impl TopicConfig {
    /// The settings of a topic with these differences from the defaults, each of which was found [valid](validate).
    pub(crate) fn new(overrides: &BTreeMap<String, String>) -> Self {
        let settings = Values(overrides);
        let policies: Vec<&str> = words(settings.text("cleanup.policy")).collect();
        Self {
            compact: policies.contains(&"compact"),
            delete: policies.contains(&"delete"),
            retention_ms: settings.long("retention.ms"),
            retention_bytes: settings.long("retention.bytes"),
            segment_bytes: settings.int("segment.bytes"),
            segment_ms: settings.long("segment.ms"),
            max_message_bytes: settings.int("max.message.bytes"),
            timestamp_type: match settings.text("message.timestamp.type") {
                "LogAppendTime" => TimestampType::Append,
                _ => TimestampType::Create,
            },
            timestamp_before_max_ms: settings.long("message.timestamp.before.max.ms"),
            timestamp_after_max_ms: settings.long("message.timestamp.after.max.ms"),
            min_compaction_lag_ms: settings.long("min.compaction.lag.ms"),
            max_compaction_lag_ms: settings.long("max.compaction.lag.ms"),
            delete_retention_ms: settings.long("delete.retention.ms"),
            min_cleanable_dirty_ratio: settings.text("min.cleanable.dirty.ratio").parse().unwrap_or_default(),
            compression_type: settings.text("compression.type").to_owned(),
        }
    }
}

/// Checks what differs from the defaults.
///
/// # Errors
/// A setting that topics do not have, a value that it may not have, or values that contradict each other.
pub(crate) fn validate(overrides: &BTreeMap<String, String>) -> Result<(), Refusal> {
    let invalid = |message: String| Refusal::new(ResponseError::InvalidConfig, message);
    for (name, value) in overrides {
        let Some(key) = Key::named(name) else {
            return Err(invalid(format!("Unknown topic config name: {name}")));
        };
        if let Some(fault) = key.fault(value) {
            return Err(invalid(fault));
        }
    }
    let config = TopicConfig::new(overrides);
    let (least, most) = (config.min_compaction_lag_ms, config.max_compaction_lag_ms);
    if least > most {
        return Err(invalid(format!(
            "conflict topic config setting min.compaction.lag.ms ({least}) > max.compaction.lag.ms ({most})"
        )));
    }
    Ok(())
}

/// What was set, and the defaults for the rest.
struct Values<'a>(&'a BTreeMap<String, String>);

impl<'a> Values<'a> {
    fn text(&self, name: &str) -> &'a str {
        match self.0.get(name) {
            Some(value) => value.trim(),
            None => Key::named(name).map_or("", |key| key.default),
        }
    }

    fn long(&self, name: &str) -> i64 {
        self.text(name).parse().unwrap_or_default()
    }

    fn int(&self, name: &str) -> i32 {
        self.text(name).parse().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overrides(settings: &[(&str, &str)]) -> BTreeMap<String, String> {
        settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn every_default_is_valid_and_settings_stand_in_order() {
        for pair in super::super::keys::KEYS.windows(2) {
            assert!(pair[0].name < pair[1].name, "{} before {}", pair[1].name, pair[0].name);
        }
        let all = super::super::keys::KEYS.iter().map(|key| (key.name, key.default));
        assert_eq!(validate(&overrides(&all.collect::<Vec<_>>())), Ok(()));
    }

    #[test]
    fn what_is_set_counts_and_the_rest_is_as_in_kafka() {
        // Given settings as a client writes them
        let set = overrides(&[
            ("cleanup.policy", "compact, delete"),
            ("retention.ms", "5"),
            ("segment.ms", "7"),
        ]);
        // When they are typed
        let config = TopicConfig::new(&set);
        // Then they stand beside Kafka's defaults
        assert!(config.compact && config.delete);
        assert_eq!((config.retention_ms, config.segment_ms), (5, 7));
        assert_eq!((config.segment_bytes, config.max_message_bytes), (1 << 30, 1_048_588));
        assert_eq!(config.timestamp_type, TimestampType::Create);
    }

    #[test]
    fn what_kafka_refuses_is_refused() {
        for (name, value) in [
            ("segment.bytes", "1048575"),
            ("segment.bytes", "many"),
            ("cleanup.policy", "shred"),
            ("retention.ms", "-2"),
            ("min.cleanable.dirty.ratio", "1.1"),
            ("preallocate", "perhaps"),
            ("message.timestamp.type", "createtime"),
            ("compression.lz4.level", "18"),
            ("no.such.setting", "1"),
        ] {
            let refusal = validate(&overrides(&[(name, value)])).expect_err(name);
            assert_eq!(refusal.error, ResponseError::InvalidConfig, "{name}={value}");
        }
        let lags = overrides(&[("min.compaction.lag.ms", "10"), ("max.compaction.lag.ms", "5")]);
        assert!(validate(&lags).is_err());
    }
}
