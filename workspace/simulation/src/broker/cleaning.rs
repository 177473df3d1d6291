//! Topics and records are deleted, as tools do it.

use kafka_protocol::messages::{
    DeleteRecordsRequest, DeleteTopicsRequest, TopicName,
    delete_records_request::{DeleteRecordsPartition, DeleteRecordsTopic},
};
use palinode_core::Timestamp;
use palinode_log::TopicPartition;

use super::host::{Host, text};

const DELETE_RECORDS_VERSION: i16 = 2;
const DELETE_TOPICS_VERSION: i16 = 5;

impl Host {
    /// Deletes the records of a partition before an offset; nothing happens while the broker is down.
    pub fn delete_records(&mut self, of: &TopicPartition, before: i64, now: Timestamp) {
        let partition = DeleteRecordsPartition::default()
            .with_partition_index(of.partition)
            .with_offset(before);
        let topic = DeleteRecordsTopic::default()
            .with_name(TopicName(text(&of.topic)))
            .with_partitions(vec![partition]);
        let request = DeleteRecordsRequest::default()
            .with_topics(vec![topic])
            .with_timeout_ms(1_000);
        let _answer = self.ask(DELETE_RECORDS_VERSION, request.into(), now);
    }

    /// Deletes a topic; nothing happens while the broker is down.
    pub fn delete_topic(&mut self, name: &str, now: Timestamp) {
        let request = DeleteTopicsRequest::default()
            .with_topic_names(vec![TopicName(text(name))])
            .with_timeout_ms(1_000);
        let _answer = self.ask(DELETE_TOPICS_VERSION, request.into(), now);
    }
}
