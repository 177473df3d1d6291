//! DeleteTopics, by name or by id.

use kafka_protocol::{
    ResponseError,
    messages::{
        DeleteTopicsRequest, DeleteTopicsResponse, TopicName, delete_topics_request::DeleteTopicState,
        delete_topics_response::DeletableTopicResult,
    },
};
use uuid::Uuid;

use super::repeated;
use crate::{
    Broker, Call, Reply,
    topics::{Refusal, Topic},
};

/// The first version that names topics by id too.
const BY_ID: i16 = 6;

impl Broker {
    pub(crate) fn delete_topics(&mut self, call: &Call, request: DeleteTopicsRequest) -> Reply {
        let asked: Vec<DeleteTopicState> = if call.version >= BY_ID {
            request.topics
        } else {
            let names = request.topic_names.into_iter();
            names
                .map(|name| DeleteTopicState::default().with_name(Some(name)))
                .collect()
        };
        let names = repeated(asked.iter().filter_map(|topic| topic.name.clone()));
        let ids = repeated(asked.iter().map(|topic| topic.topic_id).filter(|id| !id.is_nil()));
        let mut results = Vec::with_capacity(asked.len());
        for topic in asked {
            let twice = topic.name.as_ref().is_some_and(|name| names.contains(name)) || ids.contains(&topic.topic_id);
            let deleted = if twice {
                Err(Refusal::new(
                    ResponseError::InvalidRequest,
                    "Duplicate topic name or id.",
                ))
            } else {
                self.delete_topic(&topic)
            };
            results.push(match deleted {
                Ok((name, id)) => DeletableTopicResult::default().with_name(Some(name)).with_topic_id(id),
                Err(refusal) => DeletableTopicResult::default()
                    .with_name(topic.name)
                    .with_topic_id(topic.topic_id)
                    .with_error_code(refusal.code())
                    .with_error_message(refusal.text()),
            });
        }
        Reply::Now(DeleteTopicsResponse::default().with_responses(results).into())
    }

    fn delete_topic(&mut self, asked: &DeleteTopicState) -> Result<(TopicName, Uuid), Refusal> {
        let topic = self.topic_to_delete(asked)?;
        let (name, id) = (topic.name.clone(), topic.id);
        self.remove_topic(id)?;
        Ok((TopicName(name), id))
    }

    fn topic_to_delete(&self, asked: &DeleteTopicState) -> Result<&Topic, Refusal> {
        let refusal = |error, message| Refusal::new(error, message);
        match &asked.name {
            Some(_) if !asked.topic_id.is_nil() => Err(refusal(
                ResponseError::InvalidRequest,
                "You may not specify both topic name and topic id.",
            )),
            None if asked.topic_id.is_nil() => Err(refusal(
                ResponseError::InvalidRequest,
                "Neither topic name nor id were specified.",
            )),
            Some(name) => self.topics.topic(name).ok_or_else(|| {
                refusal(
                    ResponseError::UnknownTopicOrPartition,
                    "This server does not host this topic-partition.",
                )
            }),
            None => self.topics.by_id(asked.topic_id).ok_or_else(|| {
                refusal(
                    ResponseError::UnknownTopicId,
                    "This server does not host this topic ID.",
                )
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use kafka_protocol::{messages::MetadataRequest, protocol::StrBytes};

    use super::*;
    use crate::testing::World;

    fn named(name: &'static str) -> DeleteTopicState {
        DeleteTopicState::default().with_name(Some(TopicName(StrBytes::from_static_str(name))))
    }

    fn codes(world: &mut World, topics: Vec<DeleteTopicState>) -> Vec<i16> {
        let response = world.call(DeleteTopicsRequest::default().with_topics(topics));
        response.responses.iter().map(|topic| topic.error_code).collect()
    }

    #[test]
    fn a_deleted_topic_comes_back_empty_and_with_another_id() {
        for version in 1..=6 {
            // Given a topic
            let mut world = World::new();
            world.topic("orders", 2);
            let all = MetadataRequest::default().with_topics(None);
            let before = world.call(all.clone()).topics[0].topic_id;
            // When it is deleted and made again
            let request = match version {
                BY_ID => DeleteTopicsRequest::default().with_topics(vec![named("orders")]),
                _ => DeleteTopicsRequest::default()
                    .with_topic_names(vec![TopicName(StrBytes::from_static_str("orders"))]),
            };
            assert_eq!(world.call_at(version, request).responses[0].error_code, 0);
            assert_eq!(world.call(all.clone()).topics.len(), 0);
            world.topic("orders", 1);
            // Then it is another topic
            assert_ne!(world.call(all).topics[0].topic_id, before);
        }
    }

    #[test]
    fn an_id_deletes_its_topic_only() {
        let mut world = World::new();
        world.topic("orders", 1);
        world.topic("payments", 1);
        let id = world.call(MetadataRequest::default().with_topics(None)).topics[0].topic_id;
        assert_eq!(
            codes(
                &mut world,
                vec![DeleteTopicState::default().with_name(None).with_topic_id(id)]
            ),
            [0]
        );
        let left = world.call(MetadataRequest::default().with_topics(None));
        assert_eq!(left.topics[0].name.as_ref().map(|name| name.as_str()), Some("payments"));
    }

    #[test]
    fn what_is_not_there_or_asked_badly_is_refused() {
        let mut world = World::new();
        world.topic("orders", 1);
        let id = Uuid::from_u128(9);
        let invalid = ResponseError::InvalidRequest.code();
        let nothing = DeleteTopicState::default().with_name(None);
        assert_eq!(
            codes(&mut world, vec![named("x")]),
            [ResponseError::UnknownTopicOrPartition.code()]
        );
        assert_eq!(
            codes(&mut world, vec![nothing.clone().with_topic_id(id)]),
            [ResponseError::UnknownTopicId.code()]
        );
        assert_eq!(codes(&mut world, vec![named("orders").with_topic_id(id)]), [invalid]);
        assert_eq!(codes(&mut world, vec![nothing]), [invalid]);
        assert_eq!(
            codes(&mut world, vec![named("orders"), named("orders")]),
            [invalid, invalid]
        );
        assert_eq!(codes(&mut world, vec![named("orders")]), [0]);
    }
}
