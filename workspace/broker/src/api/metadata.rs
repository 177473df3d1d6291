//! Metadata: the node, and topics with their partitions.

use std::collections::{BTreeMap, BTreeSet};

use kafka_protocol::{
    ResponseError,
    messages::{
        BrokerId, MetadataRequest, MetadataResponse, TopicName,
        metadata_request::MetadataRequestTopic,
        metadata_response::{MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic},
    },
    protocol::StrBytes,
};
use uuid::Uuid;

use super::operations;
use crate::{
    Broker, Call, NODE_ID, Reply,
    topics::{NewTopic, Topic, is_internal, name_fault},
};

/// The first version in which an empty list of topics means none, and null all.
const NULL_IS_ALL: i16 = 1;
/// The first version in which a topic can be asked for by its id.
const TOPIC_IDS: i16 = 12;
/// The versions that say what a client may do.
const CLUSTER_OPERATIONS: std::ops::RangeInclusive<i16> = 8..=10;
const TOPIC_OPERATIONS: i16 = 8;

impl Broker {
    pub(crate) fn metadata(&mut self, call: &Call, request: MetadataRequest) -> Reply {
        let asked = request
            .topics
            .as_ref()
            .filter(|topics| call.version >= NULL_IS_ALL || !topics.is_empty());
        let mut topics = match asked {
            None => self.topics.iter().map(described).collect(),
            Some(asked) => self.asked_topics(call, asked, request.allow_auto_topic_creation),
        };
        if call.version >= TOPIC_OPERATIONS && request.include_topic_authorized_operations {
            for topic in topics.iter_mut().filter(|topic| topic.error_code == 0) {
                topic.topic_authorized_operations = operations::TOPIC;
            }
        }
        let node = MetadataResponseBroker::default()
            .with_node_id(BrokerId(NODE_ID))
            .with_host(self.settings.host.clone())
            .with_port(self.settings.port);
        let mut response = MetadataResponse::default()
            .with_brokers(vec![node])
            .with_cluster_id(Some(self.settings.cluster_id.clone()))
            .with_controller_id(BrokerId(NODE_ID))
            .with_topics(topics);
        if CLUSTER_OPERATIONS.contains(&call.version) && request.include_cluster_authorized_operations {
            response.cluster_authorized_operations = operations::CLUSTER;
        }
        Reply::Now(response.into())
    }

    fn asked_topics(
        &mut self,
        call: &Call,
        asked: &[MetadataRequestTopic],
        may_create: bool,
    ) -> Vec<MetadataResponseTopic> {
        let mut seen = BTreeSet::new();
        let asked = asked
            .iter()
            .filter(|topic| seen.insert((topic.name.clone(), topic.topic_id)));
        asked
            .map(|topic| match &topic.name {
                _ if !topic.topic_id.is_nil() && call.version >= TOPIC_IDS => self.topic_by_id(topic.topic_id),
                Some(name) if topic.topic_id.is_nil() => self.topic_by_name(name, may_create),
                name => refused(name.clone().unwrap_or_default(), ResponseError::InvalidRequest),
            })
            .collect()
    }

    fn topic_by_id(&self, id: Uuid) -> MetadataResponseTopic {
        match self.topics.by_id(id) {
            Some(topic) => described(topic),
            None => MetadataResponseTopic::default()
                .with_error_code(ResponseError::UnknownTopicId.code())
                .with_name(None)
                .with_topic_id(id),
        }
    }

    fn topic_by_name(&mut self, name: &TopicName, may_create: bool) -> MetadataResponseTopic {
        if let Some(topic) = self.topics.topic(name) {
            return described(topic);
        }
        if name_fault(name).is_some() {
            return refused(name.clone(), ResponseError::InvalidTopicException);
        }
        if may_create && self.settings.auto_create_topics {
            self.create_asked_topic(name);
        }
        match self.topics.topic(name) {
            Some(topic) => described(topic),
            None => refused(name.clone(), ResponseError::UnknownTopicOrPartition),
        }
    }

    /// Creates a topic because somebody asked for it; when that fails the topic just stays unknown.
    fn create_asked_topic(&mut self, name: &StrBytes) {
        let topic = NewTopic {
            name: name.to_string(),
            partitions: self.settings.partitions,
            config: BTreeMap::new(),
        };
        if self.check_new_topic(&topic).is_ok() {
            let _refused = self.create_topic(topic);
        }
    }
}

fn described(topic: &Topic) -> MetadataResponseTopic {
    let partitions = (0..).zip(&topic.partitions).map(|(number, _)| {
        MetadataResponsePartition::default()
            .with_partition_index(number)
            .with_leader_id(BrokerId(NODE_ID))
            .with_leader_epoch(0)
            .with_replica_nodes(vec![BrokerId(NODE_ID)])
            .with_isr_nodes(vec![BrokerId(NODE_ID)])
    });
    MetadataResponseTopic::default()
        .with_name(Some(TopicName(topic.name.clone())))
        .with_topic_id(topic.id)
        .with_is_internal(is_internal(&topic.name))
        .with_partitions(partitions.collect())
}

fn refused(name: TopicName, error: ResponseError) -> MetadataResponseTopic {
    MetadataResponseTopic::default()
        .with_error_code(error.code())
        .with_is_internal(is_internal(&name))
        .with_name(Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Settings, testing::World};

    fn asking(names: &[&'static str]) -> MetadataRequest {
        let topics = names
            .iter()
            .map(|name| MetadataRequestTopic::default().with_name(Some(TopicName(StrBytes::from_static_str(name)))));
        MetadataRequest::default().with_topics(Some(topics.collect()))
    }

    #[test]
    fn every_version_describes_a_topic_and_names_an_unknown_one() {
        // Given a topic of three partitions
        let mut world = World::new();
        world.topic("orders", 3);
        for version in 0..=13 {
            // When it and another are asked for
            let response = world.call_at(version, asking(&["orders", "nothing", "orders", "a/b"]));
            // Then it is described once, and the others are refused, each for its reason
            let codes: Vec<_> = response.topics.iter().map(|topic| topic.error_code).collect();
            let unknown = ResponseError::UnknownTopicOrPartition.code();
            assert_eq!(
                codes,
                [0, unknown, ResponseError::InvalidTopicException.code()],
                "version {version}"
            );
            assert_eq!(response.topics[0].partitions.len(), 3);
            assert_eq!(response.topics[0].partitions[2].leader_id, BrokerId(NODE_ID));
            assert_eq!(response.brokers.len(), 1);
        }
    }

    #[test]
    fn all_topics_are_an_empty_list_in_version_0_and_null_from_version_1() {
        let mut world = World::new();
        world.topic("orders", 1);
        world.topic("payments", 1);
        assert_eq!(world.call_at(0, asking(&[])).topics.len(), 2);
        assert_eq!(world.call_at(1, asking(&[])).topics.len(), 0);
        assert_eq!(
            world
                .call_at(1, MetadataRequest::default().with_topics(None))
                .topics
                .len(),
            2
        );
    }

    #[test]
    fn a_topic_is_found_by_its_id_and_only_while_it_lives() {
        // Given a topic, and its id
        let mut world = World::new();
        world.topic("orders", 1);
        let id = world.call(asking(&["orders"])).topics[0].topic_id;
        let by_id = |id| {
            let topic = MetadataRequestTopic::default().with_name(None).with_topic_id(id);
            MetadataRequest::default().with_topics(Some(vec![topic]))
        };
        // When it is asked for by its id, and another is
        let found = world.call(by_id(id));
        let missed = world.call(by_id(Uuid::from_u128(77)));
        // Then the one is named and the other unknown
        assert_eq!(found.topics[0].name.as_ref().map(|name| name.as_str()), Some("orders"));
        assert_eq!(missed.topics[0].error_code, ResponseError::UnknownTopicId.code());
        assert_eq!(missed.topics[0].name, None);
    }

    #[test]
    fn asking_creates_only_when_broker_and_client_both_want_it() {
        // Given a broker that creates what is asked for
        let mut world = World::with(Settings {
            auto_create_topics: true,
            partitions: 2,
            ..Settings::default()
        });
        // When a client asks that does not want it, and one that does
        let reader = world.call(asking(&["orders"]).with_allow_auto_topic_creation(false));
        let writer = world.call(asking(&["orders"]).with_allow_auto_topic_creation(true));
        // Then the topic comes with the second
        assert_eq!(
            reader.topics[0].error_code,
            ResponseError::UnknownTopicOrPartition.code()
        );
        assert_eq!((writer.topics[0].error_code, writer.topics[0].partitions.len()), (0, 2));
    }
}
