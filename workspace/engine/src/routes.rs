//! What a record type on a topic means to the definitions.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use palinode_core::{Plan, Purpose, RecordName, ReplyResult, StepIndex, Trigger};

use crate::Topics;

/// One meaning of a record type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Role {
    /// The position of the plan in [`crate::Definitions`].
    pub(crate) plan: usize,
    /// The meaning.
    pub(crate) meaning: Meaning,
}

/// What a record does to a saga.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// It starts one.
    Start,
    /// It asks to cancel one.
    Cancel,
    /// It starts a suspended step again.
    Resume(StepIndex),
    /// A step waits for it.
    Event(StepIndex),
    /// It answers a command.
    Reply(StepIndex, Purpose, ReplyResult),
}

/// The record types of one topic.
#[derive(Debug, Default)]
pub(crate) struct TopicRoutes {
    roles: HashMap<RecordName, Vec<Role>>,
    /// Whether nothing but starts stands on the topic, so that it can be paused when there is too much work.
    pub(crate) starts_only: bool,
}

impl TopicRoutes {
    /// What `record` means; nothing for foreign records.
    pub(crate) fn roles(&self, record: &RecordName) -> &[Role] {
        self.roles.get(record).map_or(&[], Vec::as_slice)
    }
}

/// The input topics of all definitions, by full name.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    topics: HashMap<Arc<str>, TopicRoutes>,
}

impl Routes {
    /// The routes of `plans`, whose positions the roles name.
    pub(crate) fn new<'a>(plans: impl IntoIterator<Item = &'a Plan>, topics: &Topics) -> Self {
        let mut routes = Self::default();
        for (position, plan) in plans.into_iter().enumerate() {
            for (trigger, meaning) in meanings(plan) {
                let topic = routes.topics.entry(topics.full(trigger.topic.as_str())).or_default();
                topic.roles.entry(trigger.record).or_default().push(Role {
                    plan: position,
                    meaning,
                });
            }
        }
        for topic in routes.topics.values_mut() {
            topic.starts_only = topic
                .roles
                .values()
                .flatten()
                .all(|role| role.meaning == Meaning::Start);
        }
        routes
    }

    /// The routes of the topic with this full name.
    pub(crate) fn topic(&self, name: &str) -> Option<&TopicRoutes> {
        self.topics.get(name)
    }

    /// The full names of the topics.
    pub(crate) fn topics(&self) -> BTreeSet<Arc<str>> {
        self.topics.keys().cloned().collect()
    }
}

fn meanings(plan: &Plan) -> Vec<(Trigger, Meaning)> {
    let mut all = vec![(plan.started_by.clone(), Meaning::Start)];
    all.extend(
        plan.cancelled_by
            .iter()
            .map(|trigger| (trigger.clone(), Meaning::Cancel)),
    );
    for index in plan.step_indexes() {
        let step = plan.step(index);
        all.extend(
            step.resumed_by
                .iter()
                .map(|trigger| (trigger.clone(), Meaning::Resume(index))),
        );
        all.extend(
            step.event()
                .iter()
                .map(|trigger| ((*trigger).clone(), Meaning::Event(index))),
        );
        for purpose in [Purpose::Forward, Purpose::Compensation] {
            let Some(replies) = step.replies_for(purpose) else {
                continue;
            };
            let trigger = |record: &RecordName| Trigger {
                record: record.clone(),
                topic: replies.topic.clone(),
            };
            all.push((
                trigger(&replies.succeeded),
                Meaning::Reply(index, purpose, ReplyResult::Succeeded),
            ));
            let failed = replies.failed.iter();
            all.extend(failed.map(|record| (trigger(record), Meaning::Reply(index, purpose, ReplyResult::Failed))));
        }
    }
    all
}
