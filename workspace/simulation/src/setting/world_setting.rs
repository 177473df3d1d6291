//! What the nodes of one world run.

use std::{collections::BTreeMap, sync::Arc};

use palinode_core::Plan;
use palinode_engine::{
    Deployment, Settings,
    cycle::{Member, Shared},
};
use palinode_log::{Application, TopicPartition};
use palinode_store::Stores;
use palinode_wire::Schemas;

use super::{compiled::Compiled, topics};
use crate::{
    Random,
    broker::TopicSpec,
    plan::{Fault, WorldPlan},
};

/// The name of the application.
const APPLICATION: &str = "shop";

/// Journal records between two checkpoints: from nearly every transaction to none in a world.
const CHECKPOINT_RECORDS: [u64; 4] = [10, 60, 400, 100_000];

/// So few open sagas of a task hold its starts back in some worlds.
const FEW_OPEN_SAGAS: u64 = 3;

/// What the nodes of one world run, and its topics.
#[derive(Clone, Debug)]
pub struct Setting {
    compiled: Arc<Compiled>,
    tasks: i32,
    settings: Settings,
    known: Schemas,
    topics: Vec<TopicSpec>,
    input_partitions: Arc<BTreeMap<Arc<str>, i32>>,
}

impl Setting {
    /// The setting of the world of `plan`.
    #[must_use]
    pub fn new(plan: &WorldPlan) -> Self {
        let compiled = Compiled::of(plan.definitions);
        let mut random = Random::new(plan.seed, "setting");
        let mut settings = Settings::default();
        // What a topic refuses suspends sagas until a person acts, and no start would follow.
        let refuses = plan
            .faults
            .iter()
            .any(|fault| matches!(fault.what, Fault::Refuse { .. }));
        if random.chance(1, 8) && !refuses {
            settings.open_sagas_max = FEW_OPEN_SAGAS;
        }
        // From hardly any checkpoint to one that never rests.
        settings.checkpoint_records = *random.pick(&CHECKPOINT_RECORDS);
        let mut known = compiled.registry.clone();
        if random.chance(1, 3) {
            known = random.pick(&compiled.incomplete).clone();
        }
        let topics = topics::all(plan.tasks);
        let count = |name: &Arc<str>| {
            let of_name = topics.iter().find(|topic| *topic.name == **name);
            (Arc::clone(name), of_name.map_or(plan.tasks, |topic| topic.partitions))
        };
        let input_partitions = compiled.new.input_topics().iter().map(count).collect();
        Self {
            tasks: plan.tasks,
            settings,
            known,
            input_partitions: Arc::new(input_partitions),
            topics,
            compiled,
        }
    }

    /// What a node shares between its tasks: a run of the process, whose name no other run has.
    #[must_use]
    pub fn shared<St: Stores>(&self, node: &str, run: &str, is_old: bool, stores: Arc<St>) -> Shared<St> {
        let Deployment {
            definitions,
            input_partitions,
        } = self.deployment(is_old);
        Shared {
            member: Member {
                application: self.application(node),
                run: run.into(),
            },
            settings: self.settings.clone(),
            definitions,
            stores,
            input_partitions,
            journal_schemas: self.compiled.journal,
            outcome_codec: self.compiled.outcome.clone(),
            schemas: self.known.clone(),
            source: format!("palinode/{APPLICATION}").into(),
        }
    }

    /// What a node says when its task asks what is published: the answer to `Action::Definitions`. An old node cannot
    /// read the newest of several versions.
    #[must_use]
    pub fn deployment(&self, is_old: bool) -> Deployment {
        let definitions = if is_old { &self.compiled.old } else { &self.compiled.new };
        Deployment {
            definitions: Arc::clone(definitions),
            input_partitions: Arc::clone(&self.input_partitions),
        }
    }

    /// The application as `node` sees it.
    #[must_use]
    pub fn application(&self, node: &str) -> Application {
        Application {
            name: APPLICATION.into(),
            topic_prefix: "".into(),
            partitions: self.tasks,
            member: node.into(),
        }
    }

    /// All schemas, as the registry has them; some nodes do not know all of them at their start.
    #[must_use]
    pub fn registry(&self) -> &Schemas {
        &self.compiled.registry
    }

    /// What is published: versions of one definition, the oldest first, or several definitions.
    #[must_use]
    pub fn plans(&self) -> &[Arc<Plan>] {
        &self.compiled.plans
    }

    /// All topics, to be created.
    #[must_use]
    pub fn topics(&self) -> &[TopicSpec] {
        &self.topics
    }

    /// All partitions of all topics.
    pub fn partitions(&self) -> impl Iterator<Item = TopicPartition> {
        self.topics.iter().flat_map(|topic| {
            let name: Arc<str> = topic.name.as_str().into();
            (0..topic.partitions).map(move |partition| TopicPartition::new(Arc::clone(&name), partition))
        })
    }

    /// How many partitions a topic has; the number of tasks when there is no such topic.
    #[must_use]
    pub fn partitions_of(&self, topic: &str) -> i32 {
        let of_name = self.topics.iter().find(|each| each.name == topic);
        of_name.map_or(self.tasks, |topic| topic.partitions)
    }

    /// The topics that are read by the tasks, by name: [`crate::plan::Fault::Poison`] counts them in this order.
    #[must_use]
    pub fn inputs(&self) -> Vec<Arc<str>> {
        self.input_partitions.keys().cloned().collect()
    }

    /// The topics that messages to others are written to: [`crate::plan::Fault::Refuse`] counts them in this order.
    #[must_use]
    pub fn outputs(&self) -> &'static [&'static str] {
        topics::outputs()
    }
}
