//! What all tasks of a node share.

use std::{collections::BTreeMap, sync::Arc};

use palinode_log::{Application, TopicPartition};
use palinode_store::{InputKey, Stores};
use palinode_wire::Schemas;
use palinode_wire::journal::JournalSchemas;

use crate::{Definitions, Deployment, Settings};

/// Who this process is among the members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The application and the member's name.
    pub application: Application,
    /// Names this run of the process; every claim's incarnation begins with it.
    pub run: Arc<str>,
}

/// What all tasks of a node share; never changed while they run. A take-over goes on with the definitions of its time.
#[derive(Debug)]
pub struct Shared<St: Stores> {
    /// Who this process is.
    pub member: Member,
    /// Settings of the engine.
    pub settings: Settings,
    /// The definitions that the node runs.
    pub definitions: Arc<Definitions>,
    /// Opens the tasks' stores.
    pub stores: Arc<St>,
    /// The number of partitions of each input topic, by full name.
    pub input_partitions: Arc<BTreeMap<Arc<str>, i32>>,
    /// The ids under which our own journal schemas are registered.
    pub journal_schemas: JournalSchemas,
    /// Writes outcomes.
    pub outcome_codec: palinode_wire::typed::RecordCodec,
    /// Schemas that are known at start; a task adds those that it meets.
    pub schemas: Schemas,
    /// The value of the `ce_source` header.
    pub source: Arc<str>,
}

impl<St: Stores> Shared<St> {
    /// The same with the definitions of `deployment`.
    pub(crate) fn with(&self, deployment: Deployment) -> Self {
        Self {
            member: self.member.clone(),
            settings: self.settings.clone(),
            definitions: deployment.definitions,
            stores: Arc::clone(&self.stores),
            input_partitions: deployment.input_partitions,
            journal_schemas: self.journal_schemas,
            outcome_codec: self.outcome_codec.clone(),
            schemas: self.schemas.clone(),
            source: Arc::clone(&self.source),
        }
    }

    /// Opens the store of `task`; one that cannot be used is set aside, and an empty one takes its place.
    pub(crate) fn open_store(&self, task: i32) -> Result<St::Store, palinode_store::Error> {
        match self.stores.open(task) {
            Err(error) if error.is_rebuildable() => {
                self.set_aside(task, &error.to_string())?;
                self.stores.open(task)
            }
            other => other,
        }
    }

    /// Moves the store of `task` aside.
    pub(crate) fn set_aside(&self, task: i32, reason: &str) -> Result<(), palinode_store::Error> {
        tracing::warn!(task, reason, "the store is set aside and made again");
        self.stores.set_aside(task, reason)
    }

    /// The inputs of `task`: of every input topic the partitions q with q mod P = task.
    pub(crate) fn inputs(&self, task: i32) -> BTreeMap<TopicPartition, InputKey> {
        let partitions = self.member.application.partitions;
        let of_topic = |(topic, count): (&Arc<str>, &i32)| {
            let short: Arc<str> = self.definitions.topics.short(topic).into();
            let topic = Arc::clone(topic);
            (0..*count)
                .filter(move |partition| partition % partitions == task)
                .map(move |partition| {
                    let input = TopicPartition {
                        topic: Arc::clone(&topic),
                        partition,
                    };
                    (input, (Arc::clone(&short), partition))
                })
        };
        self.input_partitions.iter().flat_map(of_topic).collect()
    }
}
