//! Answers that the proxy gives in place of the broker, and those that it rewrites.

use std::io;

use bytes::{Bytes, BytesMut};
use kafka_protocol::{
    ResponseError,
    messages::{
        AddPartitionsToTxnRequest, AddPartitionsToTxnResponse, ApiKey, EndTxnResponse, FetchRequest, FetchResponse,
        FindCoordinatorResponse, InitProducerIdResponse, ListOffsetsRequest, ListOffsetsResponse, MetadataResponse,
        ProduceRequest, ProduceResponse, ProducerId, ResponseHeader,
        add_partitions_to_txn_response::{AddPartitionsToTxnPartitionResult, AddPartitionsToTxnTopicResult},
        fetch_response::{FetchableTopicResponse, PartitionData},
        list_offsets_response::{ListOffsetsPartitionResponse, ListOffsetsTopicResponse},
        produce_response::{PartitionProduceResponse, TopicProduceResponse},
    },
    protocol::{Decodable, Encodable, StrBytes},
};

use super::frame::Request;

/// Where clients shall go.
#[derive(Clone, Debug)]
pub(super) struct Address {
    pub(super) host: String,
    pub(super) port: i32,
}

/// An answer that says where the broker is, with the address of the proxy in its place; other answers as they are.
pub(super) fn redirected(key: ApiKey, version: i16, frame: Bytes, to: &Address) -> io::Result<Bytes> {
    let host = StrBytes::from_string(to.host.clone());
    match key {
        ApiKey::Metadata => rewrite(key, version, frame, |answer: &mut MetadataResponse| {
            for broker in &mut answer.brokers {
                (broker.host, broker.port) = (host.clone(), to.port);
            }
        }),
        ApiKey::FindCoordinator => rewrite(key, version, frame, |answer: &mut FindCoordinatorResponse| {
            (answer.host, answer.port) = (host.clone(), to.port);
            for found in &mut answer.coordinators {
                (found.host, found.port) = (host.clone(), to.port);
            }
        }),
        _ => Ok(frame),
    }
}

fn rewrite<A: Decodable + Encodable>(
    key: ApiKey,
    version: i16,
    mut frame: Bytes,
    change: impl FnOnce(&mut A),
) -> io::Result<Bytes> {
    let header = ResponseHeader::decode(&mut frame, key.response_header_version(version)).map_err(unreadable)?;
    let mut answer = A::decode(&mut frame, version).map_err(unreadable)?;
    change(&mut answer);
    written(key, version, header.correlation_id, &answer)
}

fn written(key: ApiKey, version: i16, correlation: i32, answer: &impl Encodable) -> io::Result<Bytes> {
    let mut frame = BytesMut::new();
    ResponseHeader::default()
        .with_correlation_id(correlation)
        .encode(&mut frame, key.response_header_version(version))
        .map_err(unreadable)?;
    answer.encode(&mut frame, version).map_err(unreadable)?;
    Ok(frame.freeze())
}

/// The answer that refuses `request`: for topics whose name ends so, while others were not tried.
pub(super) fn refusal(request: &Request, topic: &str, error: ResponseError) -> io::Result<Bytes> {
    let (key, version, body) = (request.key, request.version, &mut request.body.clone());
    let code = |name: &str| {
        if name.ends_with(topic) {
            error.code()
        } else {
            ResponseError::OperationNotAttempted.code()
        }
    };
    let answer = |answer: &dyn Answer| answer.write(key, version, request.correlation);
    match key {
        ApiKey::InitProducerId => answer(
            &InitProducerIdResponse::default()
                .with_error_code(error.code())
                .with_producer_id(ProducerId(-1))
                .with_producer_epoch(-1),
        ),
        ApiKey::EndTxn => answer(&EndTxnResponse::default().with_error_code(error.code())),
        ApiKey::AddPartitionsToTxn => {
            let asked = AddPartitionsToTxnRequest::decode(body, version).map_err(unreadable)?;
            let topics = asked.v3_and_below_topics.iter().map(|topic| {
                let partitions = topic.partitions.iter().map(|partition| {
                    AddPartitionsToTxnPartitionResult::default()
                        .with_partition_index(*partition)
                        .with_partition_error_code(code(&topic.name))
                });
                AddPartitionsToTxnTopicResult::default()
                    .with_name(topic.name.clone())
                    .with_results_by_partition(partitions.collect())
            });
            answer(&AddPartitionsToTxnResponse::default().with_results_by_topic_v3_and_below(topics.collect()))
        }
        ApiKey::Produce => {
            let asked = ProduceRequest::decode(body, version).map_err(unreadable)?;
            let topics = asked.topic_data.iter().map(|topic| {
                let partitions = topic.partition_data.iter().map(|partition| {
                    PartitionProduceResponse::default()
                        .with_index(partition.index)
                        .with_error_code(code(&topic.name))
                        .with_base_offset(-1)
                });
                TopicProduceResponse::default()
                    .with_name(topic.name.clone())
                    .with_partition_responses(partitions.collect())
            });
            answer(&ProduceResponse::default().with_responses(topics.collect()))
        }
        ApiKey::Fetch => {
            let asked = FetchRequest::decode(body, version).map_err(unreadable)?;
            let topics = asked.topics.iter().map(|topic| {
                let partitions = topic.partitions.iter().map(|partition| {
                    PartitionData::default()
                        .with_partition_index(partition.partition)
                        .with_error_code(error.code())
                        .with_high_watermark(-1)
                        .with_records(Some(Bytes::new()))
                });
                FetchableTopicResponse::default()
                    .with_topic(topic.topic.clone())
                    .with_topic_id(topic.topic_id)
                    .with_partitions(partitions.collect())
            });
            answer(&FetchResponse::default().with_responses(topics.collect()))
        }
        ApiKey::ListOffsets => {
            let asked = ListOffsetsRequest::decode(body, version).map_err(unreadable)?;
            let topics = asked.topics.iter().map(|topic| {
                let partitions = topic.partitions.iter().map(|partition| {
                    ListOffsetsPartitionResponse::default()
                        .with_partition_index(partition.partition_index)
                        .with_error_code(error.code())
                });
                ListOffsetsTopicResponse::default()
                    .with_name(topic.name.clone())
                    .with_partitions(partitions.collect())
            });
            answer(&ListOffsetsResponse::default().with_topics(topics.collect()))
        }
        other => Err(io::Error::other(format!("no refusal of {other:?} is known here"))),
    }
}

/// An answer of any kind.
trait Answer {
    fn write(&self, key: ApiKey, version: i16, correlation: i32) -> io::Result<Bytes>;
}

impl<A: Encodable> Answer for A {
    fn write(&self, key: ApiKey, version: i16, correlation: i32) -> io::Result<Bytes> {
        written(key, version, correlation, self)
    }
}

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
fn unreadable(why: impl std::fmt::Display) -> io::Error {
    io::Error::other(why.to_string())
}
