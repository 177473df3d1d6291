//! The records of a transaction, as they stand in Produce requests.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow};
use bytes::{Bytes, BytesMut};
use kafka_protocol::{
    indexmap::IndexMap,
    messages::{
        ProduceRequest, TopicName, TransactionalId,
        produce_request::{PartitionProduceData, TopicProduceData},
    },
    protocol::StrBytes,
    records::{Compression, Record, RecordBatchEncoder, RecordEncodeOptions, TimestampType},
};

use super::wire;
use crate::bench::{
    pass_through::PREFIX,
    sample::{Sample, Template},
};

/// The version of Produce that librdkafka asks in, and the last that every Kafka takes with names of topics.
pub(super) const PRODUCE: i16 = 9;
/// The most bytes of values in a batch: as many as a producer sends together by far, and less than a topic takes.
const BATCH_BYTES_MAX: usize = 512 * 1024;
/// Where a batch's own checksum, producer and sequence number stand in it.
const CHECKSUM_AT: usize = 17;
const CHECKED_FROM: usize = 21;
const PRODUCER_AT: usize = 43;
const EPOCH_AT: usize = 51;
const SEQUENCE_AT: usize = 53;
const HEADER_BYTES: usize = 61;

/// The records of a transaction of so many inputs, by topic, each topic in batches.
pub(super) fn batches(sample: &Sample, inputs: usize, now_ms: i64) -> anyhow::Result<Vec<(String, Bytes, i32)>> {
    let mut by_topic: BTreeMap<&str, Vec<&Template>> = BTreeMap::new();
    for input in 0..inputs {
        let shares = sample.inputs.len();
        let outputs = sample.outputs.iter().enumerate();
        let share = outputs.filter(|(at, _)| at % shares == input % shares);
        for (_, output) in share {
            by_topic.entry(output.topic).or_default().push(output);
        }
    }
    if let Some(last) = &sample.last {
        by_topic.entry(last.topic).or_default().push(last);
    }
    let mut batches = Vec::new();
    for (topic, templates) in by_topic {
        for part in parts(&templates) {
            let count = i32::try_from(part.len())?;
            batches.push((format!("{PREFIX}{topic}"), encoded(&part, now_ms)?, count));
        }
    }
    Ok(batches)
}

/// Divides records so that none of the parts is too large for a topic.
fn parts<'a>(templates: &[&'a Template]) -> Vec<Vec<&'a Template>> {
    let mut parts: Vec<Vec<&Template>> = Vec::new();
    let mut bytes = BATCH_BYTES_MAX;
    for template in templates {
        bytes += template.bytes();
        if bytes > BATCH_BYTES_MAX {
            parts.push(Vec::new());
            bytes = template.bytes();
        }
        if let Some(part) = parts.last_mut() {
            part.push(template);
        }
    }
    parts
}

fn encoded(templates: &[&Template], now_ms: i64) -> anyhow::Result<Bytes> {
    let record = |(offset, template): (i64, &&Template)| Record {
        transactional: true,
        control: false,
        delete_horizon: false,
        partition_leader_epoch: -1,
        // Written into the batch for each transaction.
        producer_id: 0,
        producer_epoch: 0,
        timestamp_type: TimestampType::Creation,
        offset,
        sequence: i32::try_from(offset).unwrap_or_default(),
        timestamp: now_ms,
        key: Some(Bytes::from(format!("raw-{offset:08}"))),
        value: Some(template.value.clone()),
        headers: headers(template),
    };
    let records: Vec<Record> = (0..).zip(templates).map(record).collect();
    let options = RecordEncodeOptions {
        version: 2,
        compression: Compression::None,
    };
    let mut bytes = BytesMut::new();
    RecordBatchEncoder::encode(&mut bytes, &records, &options)
        .map_err(|error| anyhow!("a batch cannot be written: {error}"))?;
    Ok(bytes.freeze())
}

fn headers(template: &Template) -> IndexMap<StrBytes, Option<Bytes>> {
    let headers = template.headers.iter();
    let header = headers.map(|header| {
        let name = StrBytes::from_string(header.name.to_string());
        (name, Some(header.value.clone()))
    });
    header.collect()
}

/// A Produce request with one batch, as it is sent again and again.
pub(super) struct Produce {
    pub(super) frame: Vec<u8>,
    /// Where the batch begins.
    at: usize,
    bytes: usize,
    records: i32,
}

impl Produce {
    pub(super) fn new(
        id: &TransactionalId,
        topic: &str,
        partition: i32,
        batch: &Bytes,
        records: i32,
    ) -> anyhow::Result<Self> {
        let data = PartitionProduceData::default()
            .with_index(partition)
            .with_records(Some(batch.clone()));
        let topic = TopicProduceData::default()
            .with_name(TopicName(StrBytes::from_string(topic.to_owned())))
            .with_partition_data(vec![data]);
        let request = ProduceRequest::default()
            .with_transactional_id(Some(id.clone()))
            .with_acks(-1)
            .with_timeout_ms(30_000)
            .with_topic_data(vec![topic]);
        let frame = wire::frame(PRODUCE, &request)?;
        let at = frame
            .windows(HEADER_BYTES)
            .position(|bytes| bytes == &batch[..HEADER_BYTES])
            .context("a request does not hold its batch")?;
        Ok(Self {
            frame,
            at,
            bytes: batch.len(),
            records,
        })
    }

    /// Gives the batch its producer and its first sequence number; gives the next one.
    pub(super) fn seal(&mut self, producer: (i64, i16), sequence: i32) -> i32 {
        let batch = &mut self.frame[self.at..self.at + self.bytes];
        batch[PRODUCER_AT..EPOCH_AT].copy_from_slice(&producer.0.to_be_bytes());
        batch[EPOCH_AT..SEQUENCE_AT].copy_from_slice(&producer.1.to_be_bytes());
        batch[SEQUENCE_AT..SEQUENCE_AT + 4].copy_from_slice(&sequence.to_be_bytes());
        let checksum = crc32c::crc32c(&batch[CHECKED_FROM..]);
        batch[CHECKSUM_AT..CHECKED_FROM].copy_from_slice(&checksum.to_be_bytes());
        sequence + self.records
    }
}
