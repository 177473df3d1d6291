//! A consumer group and its members.

use std::collections::BTreeMap;

use kafka_protocol::protocol::StrBytes;
use uuid::Uuid;

use super::{Member, Partitions, matches::Matches};
use crate::Timestamp;

/// What a group's assignment is made of: the topics that its members read and that there are.
pub(super) type Shapes = BTreeMap<StrBytes, Shape>;

/// A topic, as far as an assignment is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) id: Uuid,
    pub(super) partitions: i32,
}

/// A group of the consumer protocol.
#[derive(Debug, Default)]
pub(crate) struct ConsumerGroup {
    /// Counts what the assignment depends on: members, subscriptions, topics.
    pub(super) epoch: i32,
    /// The epoch that `target` is made for.
    pub(super) target_epoch: i32,
    /// What each member is to have.
    pub(super) target: BTreeMap<StrBytes, Partitions>,
    pub(super) members: BTreeMap<StrBytes, Member>,
    /// The member id of each static member, by instance id.
    pub(super) instances: BTreeMap<StrBytes, StrBytes>,
    pub(super) shapes: Shapes,
    pub(super) matches: Matches,
}

impl ConsumerGroup {
    /// Whether it has no members.
    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The name of its state, as Kafka's clients know it.
    pub(crate) fn state_name(&self) -> &'static str {
        if self.members.is_empty() {
            "Empty"
        } else if self.epoch > self.target_epoch {
            "Assigning"
        } else if self.members.values().all(|member| member.is_at(self.target_epoch)) {
            "Stable"
        } else {
            "Reconciling"
        }
    }

    /// Lets a member go; the others get its partitions.
    pub(super) fn remove(&mut self, id: &StrBytes) {
        if let Some(member) = self.members.remove(id) {
            if let Some(instance) = &member.instance {
                self.instances.remove(instance);
            }
            self.target.remove(id);
            self.bump();
        }
    }

    /// Something changed that the assignment depends on.
    pub(super) fn bump(&mut self) {
        self.epoch = self.epoch.saturating_add(1);
    }

    /// When [`ConsumerGroup::expire`] has something to do next.
    pub(crate) fn next_deadline(&self) -> Option<Timestamp> {
        self.members.values().filter_map(Member::next_deadline).min()
    }

    /// Lets members go that were silent for too long, or kept what they should have given back.
    pub(crate) fn expire(&mut self, now: Timestamp) {
        let is_due = |member: &Member| member.next_deadline().is_some_and(|deadline| deadline <= now);
        let members = self.members.iter().filter(|(_, member)| is_due(member));
        let lost: Vec<StrBytes> = members.map(|(id, _)| id.clone()).collect();
        for id in lost {
            self.remove(&id);
        }
    }
}
