//! CreatePartitions: topics grow, and never shrink.

use kafka_protocol::{
    ResponseError,
    messages::{
        CreatePartitionsRequest, CreatePartitionsResponse,
        create_partitions_request::{CreatePartitionsAssignment, CreatePartitionsTopic},
        create_partitions_response::CreatePartitionsTopicResult,
    },
};

use super::repeated;
use crate::{
    Broker, Call, Change, NODE_ID, Reply,
    topics::{self, Refusal},
};

impl Broker {
    pub(crate) fn create_partitions(&mut self, _call: &Call, request: CreatePartitionsRequest) -> Reply {
        let repeated = repeated(request.topics.iter().map(|topic| topic.name.0.clone()));
        let mut results = Vec::with_capacity(request.topics.len());
        for asked in request.topics {
            let grown = if repeated.contains(&asked.name.0) {
                Err(Refusal::new(ResponseError::InvalidRequest, "Duplicate topic name."))
            } else {
                self.grow_topic(&asked, request.validate_only)
            };
            let result = CreatePartitionsTopicResult::default().with_name(asked.name);
            results.push(match grown {
                Ok(()) => result,
                Err(refusal) => result
                    .with_error_code(refusal.code())
                    .with_error_message(refusal.text()),
            });
        }
        Reply::Now(CreatePartitionsResponse::default().with_results(results).into())
    }

    fn grow_topic(&mut self, asked: &CreatePartitionsTopic, validate_only: bool) -> Result<(), Refusal> {
        let Some(topic) = self.topics.topic(&asked.name) else {
            return Err(Refusal::new(
                ResponseError::UnknownTopicOrPartition,
                "This server does not host this topic-partition.",
            ));
        };
        let (id, has) = (topic.id, topic.partitions.len() as i32);
        let invalid = |message| Refusal::new(ResponseError::InvalidPartitions, message);
        if asked.count == has {
            return Err(invalid(format!("Topic already has {has} partition(s).")));
        }
        if asked.count < has {
            let (name, count) = (&*asked.name, asked.count);
            return Err(invalid(format!(
                "The topic {name} currently has {has} partition(s); {count} would not be an increase."
            )));
        }
        check_assignments(asked.assignments.as_deref(), asked.count - has)?;
        self.check_room(asked.count - has)?;
        if !validate_only {
            let grown = topics::Change::Grown {
                id,
                partitions: asked.count,
            };
            self.change(Change::Topics(grown))?;
        }
        Ok(())
    }
}

fn check_assignments(assignments: Option<&[CreatePartitionsAssignment]>, more: i32) -> Result<(), Refusal> {
    let Some(assignments) = assignments else {
        return Ok(());
    };
    let invalid = |message| Refusal::new(ResponseError::InvalidReplicaAssignment, message);
    if assignments.len() != usize::try_from(more).unwrap_or_default() {
        let given = assignments.len();
        return Err(invalid(format!(
            "Attempted to add {more} additional partition(s), but only {given} assignment(s) were specified."
        )));
    }
    let here = |partition: &CreatePartitionsAssignment| partition.broker_ids.iter().map(|id| id.0).eq([NODE_ID]);
    match assignments.iter().all(here) {
        true => Ok(()),
        false => Err(invalid(
            "The manual partition assignment includes another broker than the only one, 1.".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use kafka_protocol::{
        messages::{BrokerId, MetadataRequest, TopicName},
        protocol::StrBytes,
    };

    use super::*;
    use crate::testing::World;

    fn asked(name: &'static str, count: i32) -> CreatePartitionsTopic {
        CreatePartitionsTopic::default()
            .with_name(TopicName(StrBytes::from_static_str(name)))
            .with_count(count)
            .with_assignments(None)
    }

    fn code(world: &mut World, topic: CreatePartitionsTopic) -> i16 {
        world
            .call(CreatePartitionsRequest::default().with_topics(vec![topic]))
            .results[0]
            .error_code
    }

    fn partitions(world: &mut World) -> usize {
        world.call(MetadataRequest::default().with_topics(None)).topics[0]
            .partitions
            .len()
    }

    #[test]
    fn a_topic_grows_and_never_shrinks() {
        // Given a topic of two partitions
        let mut world = World::new();
        world.topic("orders", 2);
        // When it is asked to grow, then to stay and to shrink
        let codes = [5, 5, 4].map(|count| code(&mut world, asked("orders", count)));
        // Then it has grown once
        let invalid = ResponseError::InvalidPartitions.code();
        assert_eq!(codes, [0, invalid, invalid]);
        assert_eq!(partitions(&mut world), 5);
    }

    #[test]
    fn assignments_must_fit_and_validating_changes_nothing() {
        let mut world = World::new();
        world.topic("orders", 1);
        let to = |broker| CreatePartitionsAssignment::default().with_broker_ids(vec![BrokerId(broker)]);
        let invalid = ResponseError::InvalidReplicaAssignment.code();
        assert_eq!(
            code(&mut world, asked("orders", 3).with_assignments(Some(vec![to(1)]))),
            invalid
        );
        assert_eq!(
            code(&mut world, asked("orders", 2).with_assignments(Some(vec![to(7)]))),
            invalid
        );
        assert_eq!(
            code(&mut world, asked("nothing", 2)),
            ResponseError::UnknownTopicOrPartition.code()
        );
        let validated = CreatePartitionsRequest::default()
            .with_topics(vec![asked("orders", 4)])
            .with_validate_only(true);
        assert_eq!(world.call(validated).results[0].error_code, 0);
        assert_eq!(partitions(&mut world), 1);
        assert_eq!(
            code(&mut world, asked("orders", 2).with_assignments(Some(vec![to(1)]))),
            0
        );
        assert_eq!(partitions(&mut world), 2);
    }
}
