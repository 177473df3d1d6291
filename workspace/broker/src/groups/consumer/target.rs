//! What each member is to have: made anew whenever members, subscriptions or topics change.

use std::collections::BTreeMap;

use kafka_protocol::protocol::StrBytes;

use super::{
    Assignor, ConsumerGroup,
    assignors::Reader,
    group::{Shape, Shapes},
};
use crate::topics::Topics;

impl ConsumerGroup {
    /// Looks at the topics again, and makes a new target if anything has changed.
    pub(super) fn retarget(&mut self, subscribed_anew: bool, topics: &Topics) {
        let shapes = self.current_shapes(topics);
        if subscribed_anew || shapes != self.shapes {
            self.bump();
        }
        self.shapes = shapes;
        if self.epoch > self.target_epoch {
            self.target_epoch = self.epoch;
            self.target = self.assign();
        }
    }

    fn current_shapes(&self, topics: &Topics) -> Shapes {
        let mut shapes = Shapes::new();
        for name in self.members.values().flat_map(|member| &member.topics) {
            if !shapes.contains_key(name)
                && let Some(topic) = topics.topic(name)
            {
                let id = topic.id;
                let partitions = i32::try_from(topic.partitions.len()).unwrap_or(i32::MAX);
                shapes.insert(name.clone(), Shape { id, partitions });
            }
        }
        shapes
    }

    fn assign(&self) -> BTreeMap<StrBytes, super::Partitions> {
        let readers = self.members.iter().map(|(id, member)| Reader {
            id,
            instance: member.instance.as_ref(),
            topics: member
                .topics
                .iter()
                .filter_map(|name| self.shapes.get(name))
                .copied()
                .collect(),
            had: self.target.get(id),
        });
        self.preferred_assignor().assign(readers.collect())
    }

    /// The assignor that most members wish for; without a wish, the first.
    pub(super) fn preferred_assignor(&self) -> Assignor {
        let wishes = |assignor: Assignor| {
            let members = self.members.values();
            members.filter(|member| member.assignor == Some(assignor)).count()
        };
        if wishes(Assignor::Range) > wishes(Assignor::Uniform) {
            Assignor::Range
        } else {
            Assignor::Uniform
        }
    }
}
