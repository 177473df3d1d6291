//! Records are written.

use std::io;

use kafka_protocol::messages::{
    ProduceRequest, ProduceResponse,
    produce_request::{PartitionProduceData, TopicProduceData},
};

use super::{Peer, state::UNKNOWN_PRODUCER};
use crate::{
    aliases::error,
    batch::Draft,
    steps::{NOBODY, Produce, Sequence},
};

/// The first version in which topics are named by their ids.
const TOPIC_IDS: i16 = 13;

impl Peer {
    pub(super) fn produce(&mut self, produce: &Produce) -> io::Result<String> {
        let place = usize::from(produce.partition == 1);
        let fresh: Vec<String> = (0..produce.count)
            .map(|number| format!("k{}", self.keys + number))
            .collect();
        let (producer, sequence, keys) = match self.held.get(produce.who) {
            None => ((-1, -1), -1, fresh),
            Some(held) => {
                let (repeated, before) = held.last[place].clone();
                let (sequence, keys) = match produce.sequence {
                    Sequence::Repeated if !before.is_empty() => (repeated, before),
                    Sequence::Next | Sequence::Repeated => (held.next[place], fresh),
                    Sequence::Off(by) => ((held.next[place] + by).max(0), fresh),
                };
                ((held.id, held.epoch.saturating_add(produce.epoch)), sequence, keys)
            }
        };
        let draft = Draft {
            producer,
            sequence,
            keys: keys.clone(),
            transactional: produce.transactional,
            time: self.time + self.keys as i64 * 10,
            form: produce.form,
        };
        self.keys += produce.count;
        let request = self.request(produce, &draft);
        if produce.acks == 0 {
            return self.produce_unheard(produce, &request);
        }
        let code = |answer: &ProduceResponse| answer.responses[0].partition_responses[0].error_code;
        let answer = self.ask(produce.version, &request, code)?;
        let told = &answer.responses[0].partition_responses[0];
        if told.error_code == 0
            && let Some(held) = self.held.get_mut(produce.who)
            && produce.sequence != Sequence::Repeated
        {
            held.next[place] = sequence + keys.len() as i32;
            held.last[place] = (sequence, keys);
        }
        Ok(format!(
            "{} by {}/{} sequence {sequence}: offset {} time {} log start {} faults {}",
            error(told.error_code),
            self.aliases.producer(producer.0),
            producer.1,
            told.base_offset,
            told.log_append_time_ms,
            told.log_start_offset,
            told.record_errors.len()
        ))
    }

    /// Writes without waiting for an answer; what came of it shows in the end of the partition, which is asked for next.
    fn produce_unheard(&mut self, produce: &Produce, request: &ProduceRequest) -> io::Result<String> {
        self.connection.send(produce.version, request)?;
        let end = self.end_of(produce.partition)?;
        Ok(format!("unheard, the end is {end}"))
    }

    fn request(&self, produce: &Produce, draft: &Draft) -> ProduceRequest {
        let data = PartitionProduceData::default()
            .with_index(produce.partition)
            .with_records(Some(draft.bytes()));
        let topic = TopicProduceData::default().with_partition_data(vec![data]);
        let topic = if produce.version >= TOPIC_IDS {
            topic.with_topic_id(self.topic_id)
        } else {
            topic.with_name(self.topic.clone())
        };
        let id = (produce.transactional && produce.who != NOBODY).then(|| self.id.clone());
        ProduceRequest::default()
            .with_transactional_id(id)
            .with_acks(produce.acks)
            .with_timeout_ms(10_000)
            .with_topic_data(vec![topic])
    }

    /// What a producer holds, with its epoch changed by so much; of one that was given nothing, an id that nobody has.
    pub(super) fn instance(&self, who: usize, epoch: i16) -> (i64, i16) {
        let held = &self.held[who];
        if held.id == UNKNOWN_PRODUCER {
            return (UNKNOWN_PRODUCER, 0);
        }
        (held.id, held.epoch.saturating_add(epoch))
    }
}
