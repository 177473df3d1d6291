//! What judges know beforehand.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use palinode_core::{Plan, SagaId, TopicName};
use palinode_wire::{Schemas, journal::JournalSchemas};

use crate::setting::Setting;

/// What judges know beforehand: how records are read, and what the definitions say.
#[derive(Clone, Debug)]
pub struct Known {
    /// All schemas, as the registry has them.
    pub schemas: Schemas,
    /// Those of the journal.
    pub journal: JournalSchemas,
    /// Every version of every definition of the world.
    pub plans: Vec<Arc<Plan>>,
    /// Topics with another number of partitions than the application.
    pub partitions_of: BTreeMap<TopicName, i32>,
}

impl Known {
    /// What is known of a world in `setting`, which has `tasks` tasks.
    ///
    /// # Panics
    /// When the registry has not our own schemas.
    #[must_use]
    pub fn of(setting: &Setting, tasks: i32) -> Self {
        let schemas = setting.registry().clone();
        let Ok(journal) = JournalSchemas::new(|name| schemas.id_of(name)) else {
            panic!("the registry of a world has the journal's schemas")
        };
        let names: BTreeSet<String> = setting.topics().iter().map(|topic| topic.name.clone()).collect();
        let count = |name: String| {
            let partitions = setting.partitions_of(&name);
            (partitions != tasks).then(|| (name.into(), partitions))
        };
        Self {
            schemas,
            journal,
            plans: setting.plans().to_vec(),
            partitions_of: names.into_iter().filter_map(count).collect(),
        }
    }

    /// The plan that a saga follows, by the version that its records tell.
    #[must_use]
    pub fn plan(&self, saga: &SagaId, version: u32) -> Option<&Plan> {
        let of_saga = |plan: &&Arc<Plan>| plan.name == saga.definition && plan.version == version;
        self.plans.iter().find(of_saga).map(|plan| &**plan)
    }
}
