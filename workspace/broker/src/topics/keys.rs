//! The settings that a topic has: Kafka's names, defaults and bounds (`TopicConfig`, `LogConfig`).

/// What kind of value a setting has, with Kafka's number for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `true` or `false`.
    Boolean = 1,
    /// Text.
    Text = 2,
    /// A number of 32 bits.
    Int = 3,
    /// A number of 64 bits.
    Long = 5,
    /// A number with a fraction.
    Double = 6,
    /// Words with commas between.
    List = 7,
}

/// Which values a setting may have.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bound {
    /// Any of its kind.
    Any,
    /// A number not below this.
    AtLeast(i64),
    /// A number from the first to the second.
    Between(i64, i64),
    /// One of these words; in a list, each of its words.
    OneOf(&'static [&'static str]),
}

/// One setting of a topic.
#[derive(Debug)]
pub(crate) struct Key {
    /// Its name.
    pub(crate) name: &'static str,
    /// The broker's setting that is its default; none where Kafka has none, or has it in other units, too, and tells none.
    pub(crate) broker_name: Option<&'static str>,
    /// What kind of value it has.
    pub(crate) kind: Kind,
    /// Its value where nobody said otherwise.
    pub(crate) default: &'static str,
    pub(super) bound: Bound,
}

const fn key(name: &'static str, broker_name: &'static str, kind: Kind, default: &'static str, bound: Bound) -> Key {
    Key {
        name,
        broker_name: Some(broker_name),
        kind,
        default,
        bound,
    }
}

const fn own(name: &'static str, kind: Kind, default: &'static str, bound: Bound) -> Key {
    Key {
        name,
        broker_name: None,
        kind,
        default,
        bound,
    }
}

const LONG_MAX: &str = "9223372036854775807";
const POLICIES: Bound = Bound::OneOf(&["compact", "delete"]);
const CODECS: Bound = Bound::OneOf(&["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"]);
const TIMES: Bound = Bound::OneOf(&["CreateTime", "LogAppendTime"]);
/// The least length of a segment since Kafka 4.0 (KIP-1030).
const SEGMENT_BYTES_MIN: i64 = 1024 * 1024;

use Bound::{Any, AtLeast, Between};
use Kind::{Boolean, Double, Int, List, Long, Text};

/// Every setting of a topic, by name.
#[rustfmt::skip]
pub(crate) const KEYS: &[Key] = &[
    key("cleanup.policy", "log.cleanup.policy", List, "delete", POLICIES),
    key("compression.gzip.level", "compression.gzip.level", Int, "-1", Between(-1, 9)),
    key("compression.lz4.level", "compression.lz4.level", Int, "9", Between(1, 17)),
    key("compression.type", "compression.type", Text, "producer", CODECS),
    key("compression.zstd.level", "compression.zstd.level", Int, "3", Between(-131_072, 22)),
    key("delete.retention.ms", "log.cleaner.delete.retention.ms", Long, "86400000", AtLeast(0)),
    own("errors.deadletterqueue.group.enable", Boolean, "false", Any),
    key("file.delete.delay.ms", "log.segment.delete.delay.ms", Long, "60000", AtLeast(0)),
    key("flush.messages", "log.flush.interval.messages", Long, LONG_MAX, AtLeast(1)),
    key("flush.ms", "log.flush.interval.ms", Long, LONG_MAX, AtLeast(0)),
    own("follower.replication.throttled.replicas", List, "", Any),
    key("index.interval.bytes", "log.index.interval.bytes", Int, "4096", AtLeast(0)),
    own("leader.replication.throttled.replicas", List, "", Any),
    key("local.retention.bytes", "log.local.retention.bytes", Long, "-2", AtLeast(-2)),
    key("local.retention.ms", "log.local.retention.ms", Long, "-2", AtLeast(-2)),
    key("max.compaction.lag.ms", "log.cleaner.max.compaction.lag.ms", Long, LONG_MAX, AtLeast(1)),
    key("max.decompressed.message.bytes", "max.decompressed.message.bytes", Int, "2147483639", Between(1, 2_147_483_639)),
    key("max.message.bytes", "message.max.bytes", Int, "1048588", AtLeast(0)),
    key("message.timestamp.after.max.ms", "log.message.timestamp.after.max.ms", Long, "3600000", AtLeast(0)),
    key("message.timestamp.before.max.ms", "log.message.timestamp.before.max.ms", Long, LONG_MAX, AtLeast(0)),
    key("message.timestamp.type", "log.message.timestamp.type", Text, "CreateTime", TIMES),
    key("min.cleanable.dirty.ratio", "log.cleaner.min.cleanable.ratio", Double, "0.5", Between(0, 1)),
    key("min.compaction.lag.ms", "log.cleaner.min.compaction.lag.ms", Long, "0", AtLeast(0)),
    key("min.insync.replicas", "min.insync.replicas", Int, "1", AtLeast(1)),
    key("preallocate", "log.preallocate", Boolean, "false", Any),
    key("remote.copy.lag.bytes", "log.remote.copy.lag.bytes", Long, "-1", AtLeast(-1)),
    key("remote.copy.lag.ms", "log.remote.copy.lag.ms", Long, "0", AtLeast(-1)),
    own("remote.log.copy.disable", Boolean, "false", Any),
    own("remote.log.delete.on.disable", Boolean, "false", Any),
    own("remote.storage.enable", Boolean, "false", Any),
    key("retention.bytes", "log.retention.bytes", Long, "-1", Any),
    own("retention.ms", Long, "604800000", AtLeast(-1)),
    key("segment.bytes", "log.segment.bytes", Int, "1073741824", AtLeast(SEGMENT_BYTES_MIN)),
    key("segment.index.bytes", "log.index.size.max.bytes", Int, "10485760", AtLeast(4)),
    own("segment.jitter.ms", Long, "0", AtLeast(0)),
    own("segment.ms", Long, "604800000", AtLeast(1)),
    key("unclean.leader.election.enable", "unclean.leader.election.enable", Boolean, "false", Any),
];

impl Key {
    /// The setting of a name.
    pub(crate) fn named(name: &str) -> Option<&'static Key> {
        KEYS.iter().find(|key| key.name == name)
    }

    /// What is wrong with a value, in Kafka's words; none when the setting may have it.
    pub(super) fn fault(&self, value: &str) -> Option<String> {
        self.reason(value.trim()).map(|reason| {
            let name = self.name;
            format!("Invalid value {value} for configuration {name}: {reason}")
        })
    }

    fn reason(&self, value: &str) -> Option<String> {
        match self.kind {
            Boolean if !value.eq_ignore_ascii_case("true") && !value.eq_ignore_ascii_case("false") => {
                Some("Expected value to be either true or false".to_owned())
            }
            Int => match value.parse::<i32>() {
                Ok(number) => self.bound.number_reason(f64::from(number)),
                Err(_) => Some("Not a number of type INT".to_owned()),
            },
            // A bound is far below the numbers that a double cannot tell apart.
            Long => match value.parse::<i64>() {
                Ok(number) => self.bound.number_reason(number as f64),
                Err(_) => Some("Not a number of type LONG".to_owned()),
            },
            Double => match value.parse::<f64>() {
                Ok(number) if number.is_finite() => self.bound.number_reason(number),
                _ => Some("Not a number of type DOUBLE".to_owned()),
            },
            Text => self.bound.word_reason(value),
            List => words(value).find_map(|word| self.bound.word_reason(word)),
            Boolean => None,
        }
    }
}

impl Bound {
    fn number_reason(self, number: f64) -> Option<String> {
        match self {
            Self::AtLeast(least) if number < least as f64 => Some(format!("Value must be at least {least}")),
            Self::Between(least, _) if number < least as f64 => Some(format!("Value must be at least {least}")),
            Self::Between(_, most) if number > most as f64 => Some(format!("Value must be no more than {most}")),
            _ => None,
        }
    }

    fn word_reason(self, word: &str) -> Option<String> {
        match self {
            Self::OneOf(words) if !words.contains(&word) => {
                Some(format!("String must be one of: {}", words.join(", ")))
            }
            _ => None,
        }
    }
}

/// The words of a list.
pub(super) fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|word| !word.is_empty())
}
