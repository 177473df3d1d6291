//! What a record type on a topic means to the definitions.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use palinode_core::{Action, Plan, Purpose, RecordName, ReplyResult, StepIndex, StepPlan, Trigger};
use palinode_wire::{
    control,
    own::{self, OwnSchema},
};

use crate::Topics;

/// One meaning of a record type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Role {
    /// The position of the plan in [`crate::Definitions`].
    pub(crate) plan: usize,
    /// The meaning.
    pub(crate) meaning: Meaning,
}

impl Role {
    /// Whether the saga is not the one of the record's key.
    fn is_correlated(&self) -> bool {
        matches!(self.meaning, Meaning::Correlated(_))
    }
}

/// Splits off the roles of sagas that the record itself names.
pub(crate) fn split_correlated(roles: &[Role]) -> (&[Role], &[Role]) {
    roles.split_at(roles.partition_point(|role| !role.is_correlated()))
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
    /// A step waits for it, in the saga that the event names.
    Correlated(StepIndex),
    /// A person decides what a step asks.
    Decide,
    /// A saga is to go on with another version.
    Migrate,
    /// It answers a command.
    Reply(StepIndex, Purpose, ReplyResult),
}

impl Meaning {
    /// The step that it is for.
    pub(crate) fn step(self) -> Option<StepIndex> {
        match self {
            Self::Start | Self::Cancel | Self::Decide | Self::Migrate => None,
            Self::Resume(step) | Self::Event(step) | Self::Correlated(step) | Self::Reply(step, ..) => Some(step),
        }
    }
}

/// The record types of one topic.
#[derive(Debug, Default)]
pub(crate) struct TopicRoutes {
    roles: HashMap<RecordName, Vec<Role>>,
    /// Whether nothing but starts stands on the topic, so that it can be paused when there is too much work.
    pub(crate) starts_only: bool,
}

impl TopicRoutes {
    /// What `record` means, first to the sagas of its key; nothing for foreign records.
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
        let plans: Vec<&Plan> = plans.into_iter().collect();
        for (position, plan) in plans.iter().enumerate() {
            // Between versions sagas can move.
            let has_others = plans.iter().filter(|other| other.name == plan.name).count() > 1;
            let moves = has_others.then(|| (of_control(own::MIGRATION_REQUESTED), Meaning::Migrate));
            for (trigger, meaning) in meanings(plan).into_iter().chain(moves) {
                let topic = routes.topics.entry(topics.full(trigger.topic.as_str())).or_default();
                topic.roles.entry(trigger.record).or_default().push(Role {
                    plan: position,
                    meaning,
                });
            }
        }
        for topic in routes.topics.values_mut() {
            for roles in topic.roles.values_mut() {
                roles.sort_by_key(Role::is_correlated);
            }
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

fn of_control(schema: OwnSchema) -> Trigger {
    Trigger {
        record: schema.name.into(),
        topic: control::TOPIC.into(),
    }
}

fn meanings(plan: &Plan) -> Vec<(Trigger, Meaning)> {
    let mut all = vec![(plan.started_by.clone(), Meaning::Start)];
    all.extend(
        plan.cancelled_by
            .iter()
            .map(|trigger| (trigger.clone(), Meaning::Cancel)),
    );
    let asks = |step: &StepPlan| matches!(step.action, Action::Decision(_));
    if plan.steps.iter().any(asks) {
        all.push((of_control(own::DECISION_MADE), Meaning::Decide));
    }
    for index in plan.step_indexes() {
        let step = plan.step(index);
        all.extend(
            step.resumed_by
                .iter()
                .map(|trigger| (trigger.clone(), Meaning::Resume(index))),
        );
        let awaited = match step.event_key() {
            Some(_) => Meaning::Correlated(index),
            None => Meaning::Event(index),
        };
        all.extend(step.event().map(|trigger| (trigger.clone(), awaited)));
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
