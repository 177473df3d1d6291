//! Requests of Kafka's protocol, as they reach the embedded broker.

use bytes::BytesMut;
use kafka_protocol::{
    messages::{
        ApiKey, EndTxnRequest, FetchRequest, InitProducerIdRequest, MetadataRequest, ProduceRequest, RequestHeader,
        TopicName,
        fetch_request::{FetchPartition, FetchTopic},
        produce_request::{PartitionProduceData, TopicProduceData},
    },
    protocol::{Encodable, StrBytes},
};
use palinode_broker::frame;

use crate::input::{INPUTS, Input, soon};

fn framed(api: ApiKey, version: i16, body: &impl Encodable) -> Vec<u8> {
    let header = RequestHeader::default()
        .with_request_api_key(api as i16)
        .with_request_api_version(version)
        .with_correlation_id(7)
        .with_client_id(Some(StrBytes::from_static_str("somebody")));
    let mut bytes = BytesMut::new();
    header.encode(&mut bytes, api.request_header_version(version)).unwrap();
    body.encode(&mut bytes, version).unwrap();
    bytes.to_vec()
}

fn known() -> Vec<Vec<u8>> {
    let name = || TopicName(StrBytes::from_static_str("orders.events"));
    let data = PartitionProduceData::default()
        .with_index(3)
        .with_records(Some(vec![1, 2, 3].into()));
    let produce = ProduceRequest::default().with_acks(-1).with_topic_data(vec![
        TopicProduceData::default()
            .with_name(name())
            .with_partition_data(vec![data]),
    ]);
    let fetch = FetchRequest::default().with_topics(vec![
        FetchTopic::default()
            .with_topic(name())
            .with_partitions(vec![FetchPartition::default()]),
    ]);
    let init =
        InitProducerIdRequest::default().with_transactional_id(Some(StrBytes::from_static_str("shop-0-a").into()));
    vec![
        framed(ApiKey::Produce, 9, &produce),
        framed(ApiKey::Produce, 3, &produce),
        framed(ApiKey::Fetch, 12, &fetch),
        framed(ApiKey::InitProducerId, 4, &init),
        framed(ApiKey::EndTxn, 3, &EndTxnRequest::default()),
        framed(ApiKey::Metadata, 9, &MetadataRequest::default()),
    ]
}

fn read(bytes: &[u8]) {
    let _ = frame::decode(bytes.to_vec().into());
}

#[test]
fn a_request_is_read_or_refused() {
    let known = known();
    for bytes in &known {
        assert!(frame::decode(bytes.clone().into()).is_ok());
    }
    bolero::check!()
        .with_type::<Input>()
        .with_iterations(INPUTS)
        .for_each(|input| soon(&input.bytes(&known), read));
}
