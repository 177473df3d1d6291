//! Cleaning: now and then each log lets go of what is too old or superseded.

use std::time::Duration;

use kafka_protocol::error::ResponseError;

use super::{Change, LogStore};
use crate::{Broker, LogId, StorageError, Timestamp, change};

/// How long the cleaner rests, as `log.cleaner.backoff.ms`.
const INTERVAL: Duration = Duration::from_secs(15);

/// When logs are cleaned next.
#[derive(Debug, Default)]
pub(crate) struct Cleaner {
    due: Option<Timestamp>,
}

impl Cleaner {
    /// Something was appended, so there will be something to clean.
    pub(crate) fn appended(&mut self, now: Timestamp) {
        self.due.get_or_insert_with(|| now.plus(INTERVAL));
    }

    /// When logs are cleaned next; none when all are empty.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.due
    }
}

impl Broker {
    /// Cleans all logs, if it is time.
    pub(crate) fn tick_logs(&mut self, now: Timestamp) {
        if self.cleaner.due.is_none_or(|due| due > now) {
            return;
        }
        let logs: Vec<LogId> = self
            .topics
            .iter()
            .flat_map(|topic| {
                (0..)
                    .zip(&topic.partitions)
                    .map(|(number, log)| (topic.id, number, log))
            })
            .filter(|(_, _, log)| !log.is_empty())
            .map(|(topic, partition, _)| LogId { topic, partition })
            .collect();
        for log in &logs {
            // A storage that fails now is asked again the next time; nothing is lost by records that stay.
            let _ = self.clean(*log, now);
        }
        self.cleaner.due = (!logs.is_empty()).then(|| now.plus(INTERVAL));
    }

    fn clean(&mut self, log: LogId, now: Timestamp) -> Result<(), StorageError> {
        let Some((partition, config)) = self.topics.log_mut(log) else {
            return Ok(());
        };
        partition.producers.expire(now);
        if config.compact {
            let mut store = LogStore {
                storage: &mut *self.storage,
                log,
            };
            partition.compact(&mut store, config, now)?;
        }
        match partition.expired_to(config, now) {
            Some(start) => self.begin_log(log, start),
            None => Ok(()),
        }
    }

    /// Lets a log begin at an offset.
    ///
    /// # Errors
    /// KAFKA_STORAGE_ERROR.
    pub(crate) fn start_log(&mut self, log: LogId, offset: i64) -> Result<(), ResponseError> {
        self.begin_log(log, offset)
            .map_err(|_| ResponseError::KafkaStorageError)
    }

    fn begin_log(&mut self, log: LogId, offset: i64) -> Result<(), StorageError> {
        self.change(change::Change::Log(Change::Started {
            topic: log.topic,
            partition: log.partition,
            offset,
        }))?;
        let Some((partition, _)) = self.topics.log_mut(log) else {
            return Ok(());
        };
        partition.trim(&mut LogStore {
            storage: &mut *self.storage,
            log,
        })
    }
}
