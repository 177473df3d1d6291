//! A transactional client that does one request at a time and keeps what a real one keeps.

use std::collections::{BTreeMap, BTreeSet};

use bytes::{Bytes, BytesMut};
use kafka_protocol::{
    indexmap::IndexMap,
    messages::{
        AddOffsetsToTxnRequest, AddPartitionsToTxnRequest, EndTxnRequest, GroupId, InitProducerIdRequest,
        ProduceRequest, ProducerId, TopicName, TransactionalId, TxnOffsetCommitRequest,
        add_partitions_to_txn_request::AddPartitionsToTxnTopic,
        produce_request::{PartitionProduceData, TopicProduceData},
        txn_offset_commit_request::{TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic},
    },
    protocol::StrBytes,
    records::{Compression, NO_PARTITION_LEADER_EPOCH, Record, RecordBatchEncoder, RecordEncodeOptions, TimestampType},
};

use crate::{
    testing::World,
    transactions::{Producer, Protocol},
};

/// The topic that clients write to.
pub(super) const TOPIC: &str = "orders";
/// The group that clients commit offsets of.
pub(super) const GROUP: &str = "readers";
/// How long their transactions may stay open.
pub(super) const TIMEOUT_MS: i32 = 10_000;

/// A request's outcome: nothing, or Kafka's error code.
pub(super) type Outcome = Result<(), i16>;

/// A transactional client.
#[derive(Clone, Debug)]
pub(super) struct Client {
    transactional_id: TransactionalId,
    protocol: Protocol,
    pub(super) producer: Producer,
    sequences: BTreeMap<i32, i32>,
    added: BTreeSet<i32>,
    last_end: Option<(Producer, bool)>,
}

impl Client {
    /// A client that is not initialised.
    pub(super) fn new(transactional_id: &'static str, protocol: Protocol) -> Self {
        Self {
            transactional_id: TransactionalId(StrBytes::from_static_str(transactional_id)),
            protocol,
            producer: Producer::NONE,
            sequences: BTreeMap::new(),
            added: BTreeSet::new(),
            last_end: None,
        }
    }

    /// A client that is initialised.
    pub(super) fn ready(world: &mut World, transactional_id: &'static str, protocol: Protocol) -> Self {
        let mut client = Self::new(transactional_id, protocol);
        client.init(world).expect("an id that nobody else uses");
        client
    }

    /// Asks once to be initialised.
    pub(super) fn init(&mut self, world: &mut World) -> Outcome {
        let request = InitProducerIdRequest::default()
            .with_transactional_id(Some(self.transactional_id.clone()))
            .with_transaction_timeout_ms(TIMEOUT_MS)
            .with_producer_id(ProducerId(-1))
            .with_producer_epoch(-1);
        let response = world.call_at(4, request);
        outcome(response.error_code)?;
        self.becomes(Producer {
            id: response.producer_id.0,
            epoch: response.producer_epoch,
        });
        self.last_end = None;
        self.added.clear();
        Ok(())
    }

    /// Adds a partition to the transaction.
    pub(super) fn add(&mut self, world: &mut World, partition: i32) -> Outcome {
        let topic = AddPartitionsToTxnTopic::default()
            .with_name(topic_name())
            .with_partitions(vec![partition]);
        let request = AddPartitionsToTxnRequest::default()
            .with_v3_and_below_transactional_id(self.transactional_id.clone())
            .with_v3_and_below_producer_id(ProducerId(self.producer.id))
            .with_v3_and_below_producer_epoch(self.producer.epoch)
            .with_v3_and_below_topics(vec![topic]);
        let response = world.call_at(3, request);
        let results = &response.results_by_topic_v3_and_below[0].results_by_partition;
        outcome(results[0].partition_error_code)?;
        self.added.insert(partition);
        Ok(())
    }

    /// Writes one record as its protocol does: the old one adds the partition first.
    pub(super) fn write(&mut self, world: &mut World, partition: i32, value: u32) -> Outcome {
        if self.protocol == Protocol::InPlace && !self.added.contains(&partition) {
            self.add(world, partition)?;
        }
        self.produce(world, partition, value)
    }

    /// Produces one record, whatever is known of the transaction.
    pub(super) fn produce(&mut self, world: &mut World, partition: i32, value: u32) -> Outcome {
        let sequence = self.sequences.get(&partition).copied().unwrap_or_default();
        let data = PartitionProduceData::default()
            .with_index(partition)
            .with_records(Some(batch(self.producer, sequence, value, world.now.0)));
        let topic = TopicProduceData::default()
            .with_name(topic_name())
            .with_partition_data(vec![data]);
        let request = ProduceRequest::default()
            .with_transactional_id(Some(self.transactional_id.clone()))
            .with_acks(-1)
            .with_timeout_ms(1_000)
            .with_topic_data(vec![topic]);
        let version = match self.protocol {
            Protocol::InPlace => 11,
            Protocol::Rising => 12,
        };
        let response = world.call_at(version, request);
        outcome(response.responses[0].partition_responses[0].error_code)?;
        self.sequences.insert(partition, sequence + 1);
        Ok(())
    }

    /// Commits an offset of partition 0 for the group, as its protocol does.
    pub(super) fn offsets(&mut self, world: &mut World, offset: i64) -> Outcome {
        if self.protocol == Protocol::InPlace {
            let request = AddOffsetsToTxnRequest::default()
                .with_transactional_id(self.transactional_id.clone())
                .with_producer_id(ProducerId(self.producer.id))
                .with_producer_epoch(self.producer.epoch)
                .with_group_id(GroupId(StrBytes::from_static_str(GROUP)));
            outcome(world.call_at(3, request).error_code)?;
        }
        self.commit_offsets(world, offset, -1, "")
    }

    /// Commits an offset of partition 0 for the group as a member of a generation.
    pub(super) fn commit_offsets(
        &mut self,
        world: &mut World,
        offset: i64,
        generation: i32,
        member: &'static str,
    ) -> Outcome {
        let partition = TxnOffsetCommitRequestPartition::default()
            .with_partition_index(0)
            .with_committed_offset(offset)
            .with_committed_leader_epoch(-1)
            .with_committed_metadata(Some(StrBytes::new()));
        let topic = TxnOffsetCommitRequestTopic::default()
            .with_name(topic_name())
            .with_partitions(vec![partition]);
        let request = TxnOffsetCommitRequest::default()
            .with_transactional_id(self.transactional_id.clone())
            .with_group_id(GroupId(StrBytes::from_static_str(GROUP)))
            .with_producer_id(ProducerId(self.producer.id))
            .with_producer_epoch(self.producer.epoch)
            .with_generation_id(generation)
            .with_member_id(StrBytes::from_static_str(member))
            .with_topics(vec![topic]);
        let version = match self.protocol {
            Protocol::InPlace => 3,
            Protocol::Rising => 5,
        };
        let response = world.call_at(version, request);
        outcome(response.topics[0].partitions[0].error_code)
    }

    /// Ends the transaction.
    pub(super) fn end(&mut self, world: &mut World, committed: bool) -> Outcome {
        let before = self.producer;
        let after = self.send_end(world, before, committed)?;
        self.becomes(after);
        self.added.clear();
        self.last_end = Some((before, committed));
        Ok(())
    }

    /// Finds out that its transaction is over without its doing.
    pub(super) fn begin_anew(&mut self) {
        self.added.clear();
    }

    /// Sends its last EndTxn once more, as a network that delays may do; the answer is lost.
    pub(super) fn end_again(&mut self, world: &mut World) -> Option<(bool, Outcome)> {
        let (producer, committed) = self.last_end?;
        let outcome = self.send_end(world, producer, committed).map(|_| ());
        Some((committed, outcome))
    }

    fn send_end(&self, world: &mut World, producer: Producer, committed: bool) -> Result<Producer, i16> {
        let request = EndTxnRequest::default()
            .with_transactional_id(self.transactional_id.clone())
            .with_producer_id(ProducerId(producer.id))
            .with_producer_epoch(producer.epoch)
            .with_committed(committed);
        let version = match self.protocol {
            Protocol::InPlace => 4,
            Protocol::Rising => 5,
        };
        let response = world.call_at(version, request);
        outcome(response.error_code)?;
        Ok(match self.protocol {
            Protocol::InPlace => producer,
            Protocol::Rising => Producer {
                id: response.producer_id.0,
                epoch: response.producer_epoch,
            },
        })
    }

    fn becomes(&mut self, producer: Producer) {
        if self.producer != producer {
            self.sequences.clear();
        }
        self.producer = producer;
    }
}

fn outcome(code: i16) -> Outcome {
    if code == 0 { Ok(()) } else { Err(code) }
}

fn topic_name() -> TopicName {
    TopicName(StrBytes::from_static_str(TOPIC))
}

fn batch(producer: Producer, sequence: i32, value: u32, timestamp: i64) -> Bytes {
    let record = Record {
        transactional: true,
        control: false,
        delete_horizon: false,
        partition_leader_epoch: NO_PARTITION_LEADER_EPOCH,
        producer_id: producer.id,
        producer_epoch: producer.epoch,
        timestamp_type: TimestampType::Creation,
        offset: 0,
        sequence,
        timestamp,
        key: None,
        value: Some(Bytes::copy_from_slice(&value.to_be_bytes())),
        headers: IndexMap::new(),
    };
    let options = RecordEncodeOptions {
        version: 2,
        compression: Compression::None,
    };
    let mut bytes = BytesMut::new();
    RecordBatchEncoder::encode(&mut bytes, [&record], &options).expect("a record that can be encoded");
    bytes.freeze()
}
