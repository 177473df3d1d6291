//! Producers ask for ids; transactions are opened, filled and ended.

use std::io;
use std::thread::sleep;
use std::time::{Duration, Instant};

use kafka_protocol::{
    messages::{
        AddOffsetsToTxnRequest, AddPartitionsToTxnRequest, DescribeTransactionsRequest, DescribeTransactionsResponse,
        EndTxnRequest, InitProducerIdRequest, ListTransactionsRequest, ProducerId, TransactionalId,
        TxnOffsetCommitRequest, TxnOffsetCommitResponse,
        add_partitions_to_txn_request::AddPartitionsToTxnTopic,
        txn_offset_commit_request::{TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic},
    },
    protocol::StrBytes,
};

use super::{
    Peer,
    state::{Held, UNKNOWN_PRODUCER},
};
use crate::{
    aliases::error,
    steps::{Holding, IDEMPOTENT, Member},
};

/// How long the markers of a transaction may take.
const MARKER_TIME_MAX: Duration = Duration::from_secs(10);

impl Peer {
    pub(super) fn init(&mut self, who: usize, holding: Holding, timeout_ms: i32, version: i16) -> io::Result<String> {
        let held = &self.held[who];
        let (id, epoch) = match holding {
            _ if held.id == UNKNOWN_PRODUCER => (-1, -1),
            Holding::Nothing => (-1, -1),
            Holding::Own => (held.id, held.epoch),
            Holding::Epoch(by) => (held.id, (held.epoch + by).max(0)),
            Holding::OtherId => (UNKNOWN_PRODUCER, held.epoch),
            Holding::EpochOnly => (-1, held.epoch),
        };
        let request = InitProducerIdRequest::default()
            .with_transactional_id((who != IDEMPOTENT).then(|| self.id.clone()))
            .with_transaction_timeout_ms(timeout_ms)
            .with_producer_id(ProducerId(id))
            .with_producer_epoch(epoch);
        let answer = self.ask(version, &request, |answer| answer.error_code)?;
        if answer.error_code == 0 {
            self.take(who, answer.producer_id.0, answer.producer_epoch);
        }
        let given = self.aliases.producer(answer.producer_id.0);
        Ok(format!(
            "{} {given}/{}",
            error(answer.error_code),
            answer.producer_epoch
        ))
    }

    /// A producer goes on as another instance: its sequence numbers begin again.
    fn take(&mut self, who: usize, id: i64, epoch: i16) {
        let held = &mut self.held[who];
        if (held.id, held.epoch) != (id, epoch) {
            *held = Held {
                id,
                epoch,
                ..Held::default()
            };
        }
    }

    pub(super) fn add_partitions(
        &mut self,
        who: usize,
        epoch: i16,
        partitions: &[i32],
        version: i16,
    ) -> io::Result<String> {
        let (id, epoch) = self.instance(who, epoch);
        let topic = AddPartitionsToTxnTopic::default()
            .with_name(self.topic.clone())
            .with_partitions(partitions.to_vec());
        let request = AddPartitionsToTxnRequest::default()
            .with_v3_and_below_transactional_id(self.id.clone())
            .with_v3_and_below_producer_id(ProducerId(id))
            .with_v3_and_below_producer_epoch(epoch)
            .with_v3_and_below_topics(vec![topic]);
        let answer = self.ask(version, &request, |answer| {
            let mut results = answer.results_by_topic_v3_and_below.iter();
            let first = results.next().and_then(|topic| topic.results_by_partition.first());
            first.map_or(0, |result| result.partition_error_code)
        })?;
        let topics = answer.results_by_topic_v3_and_below.iter();
        let mut results: Vec<String> = topics
            .flat_map(|topic| &topic.results_by_partition)
            .map(|result| format!("{}: {}", result.partition_index, error(result.partition_error_code)))
            .collect();
        results.sort();
        Ok(format!("{results:?}"))
    }

    pub(super) fn add_offsets(&mut self, who: usize, epoch: i16, version: i16) -> io::Result<String> {
        let (id, epoch) = self.instance(who, epoch);
        let request = AddOffsetsToTxnRequest::default()
            .with_transactional_id(self.id.clone())
            .with_producer_id(ProducerId(id))
            .with_producer_epoch(epoch)
            .with_group_id(self.group.clone());
        let answer = self.ask(version, &request, |answer| answer.error_code)?;
        Ok(error(answer.error_code))
    }

    pub(super) fn txn_offset_commit(
        &mut self,
        who: usize,
        epoch: i16,
        by: Member,
        offset: i64,
        version: i16,
    ) -> io::Result<String> {
        let (id, epoch) = self.instance(who, epoch);
        let member = self.identity(by);
        let partition = TxnOffsetCommitRequestPartition::default()
            .with_partition_index(0)
            .with_committed_offset(offset)
            .with_committed_metadata(Some(StrBytes::from_static_str("note")));
        let topic = TxnOffsetCommitRequestTopic::default()
            .with_name(self.topic.clone())
            .with_partitions(vec![partition]);
        let request = TxnOffsetCommitRequest::default()
            .with_transactional_id(self.id.clone())
            .with_group_id(self.group.clone())
            .with_producer_id(ProducerId(id))
            .with_producer_epoch(epoch)
            .with_member_id(member.id)
            .with_generation_id(member.generation)
            .with_group_instance_id(member.instance)
            .with_topics(vec![topic]);
        let code = |answer: &TxnOffsetCommitResponse| answer.topics[0].partitions[0].error_code;
        let answer = self.ask(version, &request, code)?;
        Ok(error(code(&answer)))
    }

    pub(super) fn end_txn(&mut self, who: usize, epoch: i16, commit: bool, version: i16) -> io::Result<String> {
        let (id, epoch) = self.instance(who, epoch);
        let request = EndTxnRequest::default()
            .with_transactional_id(self.id.clone())
            .with_producer_id(ProducerId(id))
            .with_producer_epoch(epoch)
            .with_committed(commit);
        let answer = self.ask(version, &request, |answer| answer.error_code)?;
        self.settle()?;
        if answer.error_code == 0 && answer.producer_id.0 >= 0 {
            self.take(who, answer.producer_id.0, answer.producer_epoch);
        }
        let given = self.aliases.producer(answer.producer_id.0);
        Ok(format!(
            "{} of {}/{epoch} then {given}/{}",
            error(answer.error_code),
            self.aliases.producer(id),
            answer.producer_epoch
        ))
    }

    /// Waits until the markers of an ended transaction are written, as readers would otherwise see when they looked.
    fn settle(&mut self) -> io::Result<()> {
        let end = Instant::now() + MARKER_TIME_MAX;
        loop {
            let told = self.described(self.id.clone())?;
            let state = &told.transaction_states[0].transaction_state;
            if !state.starts_with("Prepare") || Instant::now() > end {
                return Ok(());
            }
            sleep(Duration::from_millis(1));
        }
    }

    fn described(&mut self, id: TransactionalId) -> io::Result<DescribeTransactionsResponse> {
        let request = DescribeTransactionsRequest::default().with_transactional_ids(vec![id]);
        self.ask(0, &request, |answer| answer.transaction_states[0].error_code)
    }

    pub(super) fn describe_transactions(&mut self, known: bool) -> io::Result<String> {
        let id = if known {
            self.id.clone()
        } else {
            TransactionalId(StrBytes::from_static_str("nobody-has-this-id"))
        };
        let answer = self.described(id)?;
        let told = &answer.transaction_states[0];
        if told.error_code != 0 {
            return Ok(format!("{} ", error(told.error_code)));
        }
        // In which partition a group's offsets are kept is no client's business.
        let mut places: Vec<String> = told
            .topics
            .iter()
            .flat_map(|topic| topic.partitions.iter().map(move |partition| (&topic.topic, partition)))
            .map(|(topic, partition)| {
                if *topic == self.topic {
                    partition.to_string()
                } else {
                    topic.to_string()
                }
            })
            .collect();
        places.sort();
        Ok(format!(
            "{} {} time-out {} {}/{} {places:?} started {}",
            error(told.error_code),
            told.transaction_state.as_str(),
            told.transaction_timeout_ms,
            self.aliases.producer(told.producer_id.0),
            told.producer_epoch,
            told.transaction_start_time_ms > 0,
        ))
    }

    pub(super) fn list_transactions(&mut self) -> io::Result<String> {
        let producers: Vec<ProducerId> = self.aliases.producers().iter().map(|id| ProducerId(*id)).collect();
        if producers.is_empty() {
            return Ok("nobody to ask for".to_owned());
        }
        let request = ListTransactionsRequest::default().with_producer_id_filters(producers);
        let answer = self.ask(1, &request, |answer| answer.error_code)?;
        let mut listed: Vec<String> = answer
            .transaction_states
            .iter()
            .filter(|listed| listed.transactional_id == self.id)
            .map(|listed| {
                let producer = self.aliases.producer(listed.producer_id.0);
                format!("{producer} {}", listed.transaction_state.as_str())
            })
            .collect();
        listed.sort();
        Ok(format!("{} {listed:?}", error(answer.error_code)))
    }
}
