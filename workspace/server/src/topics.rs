//! The topics of an application, from the catalogue.

use std::{collections::BTreeMap, path::Path};

use palinode_log::kafka::topics::TopicSpec;
use serde::Deserialize;

use crate::Error;

/// The topic that must keep everything, with the brokers' own times: nothing may eat the truth while nobody watches.
const JOURNAL: &str = "palinode.journal";

/// The topic of which only the newest state of each saga is worth reading.
const SNAPSHOTS: &str = "palinode.snapshots";

/// Its segments are small: the last one is never compacted, and whoever has lost a disk reads it all.
const SNAPSHOTS_SEGMENT_BYTES: u32 = 64 * 1024 * 1024;

/// The catalogue of topics, as `schemas/catalog.yaml` holds it. What is only for people is passed over.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Catalogue {
    topics: Vec<Entry>,
}

/// One topic of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Entry {
    name: String,
    partitions: i32,
    cleanup: String,
    /// How long records are kept, for example `7d`; none: for ever.
    retention: Option<String>,
}

impl Catalogue {
    /// Reads the catalogue.
    ///
    /// # Errors
    /// When it is not in the catalogue's form.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let catalogue: Self = serde_saphyr::from_str(text).map_err(|error| Error::Configuration {
            reason: format!("the catalogue cannot be read: {error}"),
        })?;
        for entry in &catalogue.topics {
            entry.retention_millis()?;
        }
        Ok(catalogue)
    }

    /// Reads the catalogue from a file.
    ///
    /// # Errors
    /// When it cannot be read or is not in the catalogue's form.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::File {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text)
    }

    /// The topics as Kafka is to have them: `replication` copies of each partition.
    ///
    /// # Errors
    /// When a retention is not a number of days, hours or minutes.
    pub fn specs(&self, topic_prefix: &str, replication: i32) -> Result<Vec<TopicSpec>, Error> {
        self.topics
            .iter()
            .map(|entry| {
                let mut configs = BTreeMap::from([
                    ("cleanup.policy".to_owned(), entry.cleanup.clone()),
                    ("retention.ms".to_owned(), entry.retention_millis()?.to_string()),
                ]);
                if entry.name == JOURNAL {
                    configs.insert("retention.bytes".into(), "-1".into());
                    configs.insert("message.timestamp.type".into(), "LogAppendTime".into());
                }
                if entry.name == SNAPSHOTS {
                    configs.insert("segment.bytes".into(), SNAPSHOTS_SEGMENT_BYTES.to_string());
                }
                Ok(TopicSpec {
                    name: format!("{topic_prefix}{}", entry.name),
                    partitions: entry.partitions,
                    replication,
                    configs,
                })
            })
            .collect()
    }

    /// The names of the topics, without a prefix.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.topics.iter().map(|entry| entry.name.as_str())
    }
}

impl Entry {
    /// Milliseconds; -1 keeps everything.
    fn retention_millis(&self) -> Result<i64, Error> {
        let Some(retention) = &self.retention else {
            return Ok(-1);
        };
        let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000)];
        units
            .iter()
            .find_map(|(unit, millis)| retention.strip_suffix(unit)?.parse::<i64>().ok()?.checked_mul(*millis))
            .ok_or_else(|| Error::Configuration {
                reason: format!(
                    "the topic '{}' has the retention '{retention}'; write a number and d, h or m, for example 7d",
                    self.name
                ),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_of_the_repository_can_be_read_and_keeps_the_journal_for_ever() {
        let catalogue = Catalogue::parse(include_str!("../../../schemas/catalog.yaml")).unwrap();
        let specs = catalogue.specs("test.", 1).unwrap();
        let journal = specs.iter().find(|spec| spec.name == "test.palinode.journal").unwrap();
        assert_eq!(journal.configs["retention.ms"], "-1");
        assert_eq!(journal.configs["message.timestamp.type"], "LogAppendTime");
        let orders = specs.iter().find(|spec| spec.name == "test.orders.events").unwrap();
        assert_eq!(orders.configs["retention.ms"], "604800000");
    }

    #[test]
    fn a_retention_without_a_unit_is_refused() {
        let text = "topics: [{ name: a, partitions: 1, cleanup: delete, retention: '7' }]";
        assert!(Catalogue::parse(text).unwrap_err().to_string().contains("7d"));
    }
}
