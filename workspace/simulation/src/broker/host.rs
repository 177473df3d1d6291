//! The broker in its place: it can be stopped and started again, and what the models around it need is one call each.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use kafka_protocol::messages::{
    CreateTopicsRequest, FetchRequest, ListOffsetsRequest, ProduceRequest, RequestKind, ResponseKind, TopicName,
    create_topics_request::{CreatableTopic, CreatableTopicConfig},
    fetch_request::{FetchPartition, FetchTopic},
    list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic},
    produce_request::{PartitionProduceData, TopicProduceData},
};
use palinode_broker::{Broker, Call, CallId, ConnectionId, LogId, Output, Settings, StrBytes};
use palinode_core::Timestamp;
use palinode_log::{Consumed, Produced, TopicPartition};

use super::{Sender, batches, storage::Disk};

/// The connection of calls that the models make themselves, past the network.
const INSIDE: ConnectionId = ConnectionId(0);
/// Versions of the requests that the models make themselves.
const PRODUCE_VERSION: i16 = 9;
const FETCH_VERSION: i16 = 12;
const LIST_OFFSETS_VERSION: i16 = 7;
const CREATE_TOPICS_VERSION: i16 = 7;

/// A topic to create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicSpec {
    /// Its full name.
    pub name: String,
    /// Its partitions.
    pub partitions: i32,
    /// Its settings, by Kafka's names.
    pub config: BTreeMap<String, String>,
}

/// A request that came over the network.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The connection that it came by; never [`ConnectionId`] 0.
    pub connection: ConnectionId,
    /// Its number on the connection.
    pub correlation_id: i32,
    /// The version of its body.
    pub version: i16,
    /// The body.
    pub request: RequestKind,
}

/// The broker, or its absence.
pub struct Host {
    settings: Settings,
    disk: Disk,
    broker: Option<Broker>,
    /// Answers that came while a model asked for itself.
    outputs: VecDeque<Output>,
    calls: i32,
    /// The logs' topics by name.
    logs: BTreeMap<String, LogId>,
}

impl Host {
    /// A running broker without topics.
    #[must_use]
    pub fn new(seed: u64, marker_delay: Option<Duration>) -> Self {
        let settings = Settings {
            seed,
            marker_delay,
            ..Settings::default()
        };
        let disk = Disk::default();
        Self {
            broker: Some(Broker::new(settings.clone(), Box::new(disk.clone()))),
            settings,
            disk,
            outputs: VecDeque::new(),
            calls: 0,
            logs: BTreeMap::new(),
        }
    }

    /// Whether it runs.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.broker.is_some()
    }

    /// It dies without a word. Connections are gone.
    pub fn stop(&mut self) {
        self.broker = None;
        self.outputs.clear();
    }

    /// Another one begins on what it kept.
    ///
    /// # Panics
    /// When what it kept cannot be read: a defect of the broker.
    pub fn start(&mut self, now: Timestamp) {
        let recovered = Broker::recover(self.settings.clone(), Box::new(self.disk.clone()));
        let Ok(mut broker) = recovered else {
            panic!("the broker reads what it kept")
        };
        broker.tick(at(now));
        self.broker = Some(broker);
    }

    /// A request arrives; without a broker it is lost.
    pub fn receive(&mut self, sent: Sent, now: Timestamp) {
        let Some(broker) = &mut self.broker else { return };
        let call = call(sent.connection, sent.correlation_id, sent.version, now);
        broker.handle(&call, sent.request);
    }

    /// A connection goes.
    pub fn disconnected(&mut self, connection: ConnectionId, now: Timestamp) {
        if let Some(broker) = &mut self.broker {
            broker.disconnected(connection, at(now));
        }
    }

    /// Lets the time pass.
    pub fn tick(&mut self, now: Timestamp) {
        if let Some(broker) = &mut self.broker {
            broker.tick(at(now));
        }
    }

    /// When [`Host::tick`] has something to do next.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Timestamp> {
        let due = self.broker.as_ref().and_then(Broker::next_deadline)?;
        Some(Timestamp(due.0))
    }

    /// The oldest answer that was not taken.
    pub fn next_output(&mut self) -> Option<Output> {
        self.outputs
            .pop_front()
            .or_else(|| self.broker.as_mut().and_then(Broker::next_output))
    }

    /// How many batches were ever appended, markers counted: nothing can be read that was not there before while it
    /// stays.
    #[must_use]
    pub fn appended(&self) -> u64 {
        self.disk.appended()
    }

    /// As [`Host::appended`], for one partition.
    #[must_use]
    pub fn appended_to(&self, partition: &TopicPartition) -> u64 {
        let log = self.logs.get(&*partition.topic);
        log.map_or(0, |log| {
            self.disk.appended_to(LogId {
                partition: partition.partition,
                ..*log
            })
        })
    }

    /// Creates topics.
    ///
    /// # Panics
    /// When the broker is down.
    pub fn create_topics(&mut self, topics: &[TopicSpec], now: Timestamp) {
        let topic = |spec: &TopicSpec| {
            let config = spec.config.iter().map(|(name, value)| {
                CreatableTopicConfig::default()
                    .with_name(text(name))
                    .with_value(Some(text(value)))
            });
            CreatableTopic::default()
                .with_name(TopicName(text(&spec.name)))
                .with_num_partitions(spec.partitions)
                .with_replication_factor(1)
                .with_configs(config.collect())
        };
        let request = CreateTopicsRequest::default()
            .with_topics(topics.iter().map(topic).collect())
            .with_timeout_ms(1_000);
        let response = self.ask(CREATE_TOPICS_VERSION, request.into(), now);
        let Some(ResponseKind::CreateTopics(response)) = response else {
            panic!("the broker creates topics while it runs")
        };
        for topic in response.topics {
            assert_eq!(topic.error_code, 0, "{:?}: {:?}", topic.name, topic.error_message);
            let first = LogId {
                topic: topic.topic_id,
                partition: 0,
            };
            self.logs.insert(topic.name.to_string(), first);
        }
    }

    /// Writes one record as a producer without an id does; gives its offset, or nothing when the broker is down or
    /// refuses.
    pub fn produce(&mut self, to: &TopicPartition, record: &Produced, now: Timestamp) -> Option<i64> {
        let batch = batches::encode(Sender::NOBODY, &[record], now.0);
        let data = PartitionProduceData::default()
            .with_index(to.partition)
            .with_records(Some(batch));
        let topic = TopicProduceData::default()
            .with_name(TopicName(text(&to.topic)))
            .with_partition_data(vec![data]);
        let request = ProduceRequest::default()
            .with_acks(-1)
            .with_timeout_ms(1_000)
            .with_topic_data(vec![topic]);
        match self.ask(PRODUCE_VERSION, request.into(), now)? {
            ResponseKind::Produce(response) => {
                let partition = &response.responses[0].partition_responses[0];
                (partition.error_code == 0).then_some(partition.base_offset)
            }
            _ => None,
        }
    }

    /// The records of a partition from an offset on, and where to go on reading; none when the broker is down or the
    /// offset is not there.
    pub fn read(
        &mut self,
        from: &TopicPartition,
        offset: i64,
        committed_only: bool,
        now: Timestamp,
    ) -> Option<(Vec<Consumed>, i64)> {
        let partition = FetchPartition::default()
            .with_partition(from.partition)
            .with_fetch_offset(offset)
            .with_partition_max_bytes(i32::MAX);
        let topic = FetchTopic::default()
            .with_topic(TopicName(text(&from.topic)))
            .with_partitions(vec![partition]);
        let request = FetchRequest::default()
            .with_max_bytes(i32::MAX)
            .with_isolation_level(i8::from(committed_only))
            .with_session_epoch(-1)
            .with_topics(vec![topic]);
        match self.ask(FETCH_VERSION, request.into(), now)? {
            ResponseKind::Fetch(mut response) => {
                let data = response.responses.first_mut()?.partitions.pop()?;
                (data.error_code == 0).then(|| batches::decode(from, offset, &data))
            }
            _ => None,
        }
    }

    /// The first offset of a partition and its end, of open transactions too; none when the broker is down.
    pub fn bounds(&mut self, of: &TopicPartition, now: Timestamp) -> Option<(i64, i64)> {
        let (earliest, latest) = (-2, -1);
        Some((self.offset(of, earliest, now)?, self.offset(of, latest, now)?))
    }

    fn offset(&mut self, of: &TopicPartition, timestamp: i64, now: Timestamp) -> Option<i64> {
        let partition = ListOffsetsPartition::default()
            .with_partition_index(of.partition)
            .with_current_leader_epoch(-1)
            .with_timestamp(timestamp);
        let topic = ListOffsetsTopic::default()
            .with_name(TopicName(text(&of.topic)))
            .with_partitions(vec![partition]);
        let request = ListOffsetsRequest::default()
            .with_replica_id((-1).into())
            .with_topics(vec![topic]);
        match self.ask(LIST_OFFSETS_VERSION, request.into(), now)? {
            ResponseKind::ListOffsets(response) => {
                let found = &response.topics[0].partitions[0];
                (found.error_code == 0).then_some(found.offset)
            }
            _ => None,
        }
    }

    /// Asks at once, past the network. Answers to others that come of it wait for [`Host::next_output`].
    pub(super) fn ask(&mut self, version: i16, request: RequestKind, now: Timestamp) -> Option<ResponseKind> {
        let broker = self.broker.as_mut()?;
        self.calls += 1;
        broker.handle(&call(INSIDE, self.calls, version, now), request);
        let mut mine = None;
        while let Some(output) = broker.next_output() {
            if output.call.connection == INSIDE {
                mine = output.response;
            } else {
                self.outputs.push_back(output);
            }
        }
        mine
    }
}

fn call(connection: ConnectionId, correlation_id: i32, version: i16, now: Timestamp) -> Call {
    Call {
        id: CallId {
            connection,
            correlation_id,
        },
        version,
        client_id: StrBytes::from_static_str("simulation"),
        client_host: StrBytes::from_static_str("/127.0.0.1"),
        now: at(now),
    }
}

pub(super) fn text(text: &str) -> StrBytes {
    StrBytes::from_string(text.to_owned())
}

fn at(time: Timestamp) -> palinode_broker::Timestamp {
    palinode_broker::Timestamp(time.0)
}
