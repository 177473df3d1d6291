//! What each member is to have: made anew whenever members, subscriptions or topics change.

use std::collections::{BTreeMap, BTreeSet};

use kafka_protocol::protocol::StrBytes;

use super::{
    Assignor, ConsumerGroup, Member,
    assignors::Reader,
    group::{Shape, Shapes},
};
use crate::topics::Topics;

impl ConsumerGroup {
    /// Looks at the topics again, and makes a new target if anything has changed.
    pub(super) fn retarget(&mut self, subscribed_anew: bool, topics: &Topics) {
        let patterns = self.members.values().filter_map(|member| member.pattern.as_ref());
        self.matches.update(patterns, topics);
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
        for name in self.members.values().flat_map(|member| self.names(member)) {
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

    /// The topics that a member names, and those that its expression matches.
    fn names<'a>(&'a self, member: &'a Member) -> impl Iterator<Item = &'a StrBytes> {
        member.topics.iter().chain(self.matches.of(member.pattern.as_ref()))
    }

    /// The topics that a member reads and that there are, each once.
    fn shapes_for(&self, member: &Member) -> Vec<Shape> {
        let names: BTreeSet<&StrBytes> = self.names(member).collect();
        let shapes = names.into_iter().filter_map(|name| self.shapes.get(name));
        shapes.copied().collect()
    }

    fn assign(&self) -> BTreeMap<StrBytes, super::Partitions> {
        let readers = self.members.iter().map(|(id, member)| Reader {
            id,
            instance: member.instance.as_ref(),
            topics: self.shapes_for(member),
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
