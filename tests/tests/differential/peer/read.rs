//! Records are read, looked up, and deleted.

use std::io;

use kafka_protocol::{
    messages::{
        BrokerId, DeleteRecordsRequest, DescribeProducersRequest, FetchRequest, ListOffsetsRequest,
        delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic},
        describe_producers_request::TopicRequest,
        fetch_request::{FetchPartition, FetchTopic},
        list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic},
    },
    records::Record,
};

use super::{Peer, state::PARTITIONS};
use crate::{aliases::error, batch, steps::From};

/// The first Fetch in which topics are named by their ids.
const TOPIC_IDS: i16 = 13;
const LATEST: i64 = -1;
/// Records of a sequence are not further apart.
const RECORDS_SPAN_MS: i64 = 60_000;

impl Peer {
    pub(super) fn fetch(&mut self, partition: i32, from: From, committed: bool, version: i16) -> io::Result<String> {
        let offset = self.resolve(partition, from)?;
        let wanted = FetchPartition::default()
            .with_partition(partition)
            .with_current_leader_epoch(-1)
            .with_fetch_offset(offset)
            .with_partition_max_bytes(16 << 20);
        let topic = FetchTopic::default().with_partitions(vec![wanted]);
        let topic = if version >= TOPIC_IDS {
            topic.with_topic_id(self.topic_id)
        } else {
            topic.with_topic(self.topic.clone())
        };
        let request = FetchRequest::default()
            .with_min_bytes(1)
            .with_max_bytes(16 << 20)
            .with_isolation_level(i8::from(committed))
            .with_topics(vec![topic]);
        let answer = self.connection.call(version, &request)?;
        let Some(told) = answer.responses.first().and_then(|topic| topic.partitions.first()) else {
            return Ok(format!("{} nothing", error(answer.error_code)));
        };
        let aborted = told.aborted_transactions.as_ref().map(|aborted| {
            let named = aborted.iter().map(|aborted| {
                let producer = self.aliases.producer(aborted.producer_id.0);
                format!("{producer} from {}", aborted.first_offset)
            });
            let mut named: Vec<String> = named.collect();
            named.sort();
            named
        });
        let records: Vec<String> = told
            .records
            .as_ref()
            .map_or_else(Vec::new, |records| batch::records(records.clone()))
            .iter()
            .map(|record| self.record(record))
            .collect();
        Ok(format!(
            "{} from {offset}: high watermark {} stable {} log start {} aborted {aborted:?} {records:?}",
            error(told.error_code),
            told.high_watermark,
            told.last_stable_offset,
            told.log_start_offset,
        ))
    }

    fn record(&mut self, record: &Record) -> String {
        let key = record.key.clone().unwrap_or_default();
        let key = if record.control {
            // The second number of a control record's key: 0 aborts, 1 commits.
            format!("marker {:?}", key.last())
        } else {
            String::from_utf8_lossy(&key).into_owned()
        };
        let producer = self.aliases.producer(record.producer_id);
        let kind = if record.transactional { " in transaction" } else { "" };
        let (epoch, sequence) = (record.producer_epoch, record.sequence);
        format!("{}: {key} {producer}/{epoch}/{sequence}{kind}", record.offset)
    }

    pub(super) fn list_offsets(
        &mut self,
        partition: i32,
        time: i64,
        committed: bool,
        version: i16,
    ) -> io::Result<String> {
        let asked = if time >= 0 { self.time + time } else { time };
        let answer = self.look_up(partition, asked, committed, version)?;
        let told = &answer.topics[0].partitions[0];
        Ok(format!(
            "{} offset {} time {} epoch {}",
            error(told.error_code),
            told.offset,
            self.relative(told.timestamp),
            told.leader_epoch
        ))
    }

    /// A time of a record. Markers have the broker's, which is later than that of all records.
    fn relative(&self, time: i64) -> String {
        match time {
            ..0 => time.to_string(),
            _ if time - self.time < RECORDS_SPAN_MS => format!("+{}", time - self.time),
            _ => "of a marker".to_owned(),
        }
    }

    fn look_up(
        &mut self,
        partition: i32,
        time: i64,
        committed: bool,
        version: i16,
    ) -> io::Result<kafka_protocol::messages::ListOffsetsResponse> {
        let wanted = ListOffsetsPartition::default()
            .with_partition_index(partition)
            .with_current_leader_epoch(-1)
            .with_timestamp(time);
        let topic = ListOffsetsTopic::default()
            .with_name(self.topic.clone())
            .with_partitions(vec![wanted]);
        let request = ListOffsetsRequest::default()
            .with_replica_id(BrokerId(-1))
            .with_isolation_level(i8::from(committed))
            .with_topics(vec![topic]);
        self.connection.call(version, &request)
    }

    /// Whether all partitions of the sequence's topic answer.
    pub(super) fn has_leaders(&mut self) -> bool {
        (0..PARTITIONS as i32).all(|partition| self.is_led(partition).expect("an answer"))
    }

    /// Whether a partition is there.
    pub(super) fn is_led(&mut self, partition: i32) -> io::Result<bool> {
        let answer = self.look_up(partition, LATEST, false, 7)?;
        Ok(answer.topics[0].partitions[0].error_code == 0)
    }

    fn resolve(&mut self, partition: i32, from: From) -> io::Result<i64> {
        match from {
            From::At(offset) => Ok(offset),
            From::End(more) => Ok(self.end_of(partition)? + more),
        }
    }

    /// The offset after the last record.
    pub(super) fn end_of(&mut self, partition: i32) -> io::Result<i64> {
        let answer = self.look_up(partition, LATEST, false, 7)?;
        Ok(answer.topics[0].partitions[0].offset)
    }

    pub(super) fn delete_records(&mut self, partition: i32, to: From) -> io::Result<String> {
        let offset = self.resolve(partition, to)?;
        let wanted = DeleteRecordsPartition::default()
            .with_partition_index(partition)
            .with_offset(offset);
        let topic = DeleteRecordsTopic::default()
            .with_name(self.topic.clone())
            .with_partitions(vec![wanted]);
        let request = DeleteRecordsRequest::default()
            .with_topics(vec![topic])
            .with_timeout_ms(10_000);
        let answer = self.connection.call(2, &request)?;
        let told = &answer.topics[0].partitions[0];
        Ok(format!(
            "{} up to {offset}: log start {}",
            error(told.error_code),
            told.low_watermark
        ))
    }

    pub(super) fn describe_producers(&mut self, partition: i32) -> io::Result<String> {
        let topic = TopicRequest::default()
            .with_name(self.topic.clone())
            .with_partition_indexes(vec![partition]);
        let request = DescribeProducersRequest::default().with_topics(vec![topic]);
        let answer = self.connection.call(0, &request)?;
        let told = &answer.topics[0].partitions[0];
        let mut producers: Vec<String> = told
            .active_producers
            .iter()
            .map(|producer| {
                format!(
                    "{}/{} last {} at {} coordinator {} open from {}",
                    self.aliases.producer(producer.producer_id.0),
                    producer.producer_epoch,
                    producer.last_sequence,
                    self.relative(producer.last_timestamp),
                    producer.coordinator_epoch,
                    producer.current_txn_start_offset,
                )
            })
            .collect();
        producers.sort();
        Ok(format!("{} {producers:?}", error(told.error_code)))
    }
}
