//! The definitions that a node runs, ready for use: plans, routes, and an encoder for every message.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use palinode_core::{DefinitionName, FieldName, MessagePlan, Plan, RecordName};
use palinode_wire::Encoder;

use crate::{Error, Topics, routes::Routes};

/// A plan and the encoders of its messages, in the order of [`Plan::messages`].
#[derive(Debug)]
pub struct Loaded {
    /// The plan.
    pub plan: Arc<Plan>,
    pub(crate) messages: Vec<Message>,
}

/// How one message of a plan is written.
#[derive(Debug)]
pub(crate) struct Message {
    /// The full name of its topic.
    pub(crate) topic: Arc<str>,
    /// Its record type, for its headers.
    pub(crate) record: RecordName,
    /// Writes its values.
    pub(crate) encoder: Encoder,
}

/// All definitions and versions that a node runs.
#[derive(Debug)]
pub struct Definitions {
    loaded: Vec<Loaded>,
    by_version: HashMap<(DefinitionName, u32), usize>,
    active: HashMap<DefinitionName, usize>,
    pub(crate) routes: Routes,
    /// The names of our own topics.
    pub topics: Topics,
}

impl Definitions {
    /// Makes `plans` ready. `encoder` gives an encoder for a record type and the names of the fields that are filled.
    /// Of several versions of a definition the highest is the active one, which new sagas follow.
    ///
    /// # Errors
    /// When a version stands twice, or a message has no encoder.
    pub fn new(
        plans: Vec<Arc<Plan>>,
        topics: Topics,
        mut encoder: impl FnMut(&RecordName, &[FieldName]) -> Result<Encoder, String>,
    ) -> Result<Self, Error> {
        let routes = Routes::new(plans.iter().map(Arc::as_ref), &topics);
        let mut by_version = HashMap::new();
        let mut active: HashMap<DefinitionName, usize> = HashMap::new();
        for (position, plan) in plans.iter().enumerate() {
            if by_version.insert((plan.name.clone(), plan.version), position).is_some() {
                return Err(Error::DefinitionTwice {
                    definition: plan.name.to_string(),
                    version: plan.version,
                });
            }
            let current = active.entry(plan.name.clone()).or_insert(position);
            if plans[*current].version < plan.version {
                *current = position;
            }
        }
        let load = |plan: Arc<Plan>| -> Result<Loaded, Error> {
            let message = |message: &MessagePlan| {
                let fields: Vec<FieldName> = message.fields.iter().map(|field| field.name.clone()).collect();
                let encoder = encoder(&message.record, &fields).map_err(|reason| Error::MessageUnfit {
                    definition: plan.name.to_string(),
                    record: message.record.to_string(),
                    reason,
                })?;
                Ok(Message {
                    topic: topics.full(message.topic.as_str()),
                    record: message.record.clone(),
                    encoder,
                })
            };
            let messages = plan.messages.iter().map(message).collect::<Result<_, Error>>()?;
            Ok(Loaded { messages, plan })
        };
        let loaded = plans.into_iter().map(load).collect::<Result<_, _>>()?;
        Ok(Self {
            loaded,
            by_version,
            active,
            routes,
            topics,
        })
    }

    /// The definition at `position`, as roles name it.
    pub(crate) fn at(&self, position: usize) -> &Loaded {
        &self.loaded[position]
    }

    /// The position of `version` of `definition`.
    pub(crate) fn position(&self, definition: &DefinitionName, version: u32) -> Option<usize> {
        // The key is cloned: an `Arc` of a name, and only when a saga is met.
        self.by_version.get(&(definition.clone(), version)).copied()
    }

    /// The position of the version that new sagas of `definition` follow.
    pub(crate) fn active(&self, definition: &DefinitionName) -> Option<usize> {
        self.active.get(definition).copied()
    }

    /// The plan of `version` of `definition`.
    pub fn plan(&self, definition: &DefinitionName, version: u32) -> Option<&Arc<Plan>> {
        self.position(definition, version)
            .map(|position| &self.loaded[position].plan)
    }

    /// All plans.
    pub fn plans(&self) -> impl Iterator<Item = &Arc<Plan>> {
        self.loaded.iter().map(|loaded| &loaded.plan)
    }

    /// The full names of all topics that are read: those of the definitions and the inbox.
    pub fn input_topics(&self) -> BTreeSet<Arc<str>> {
        let mut topics = self.routes.topics();
        topics.insert(Arc::clone(&self.topics.inbox));
        topics
    }

    /// The full names of all topics that messages are written to, our own not counted.
    pub fn output_topics(&self) -> BTreeSet<Arc<str>> {
        self.loaded
            .iter()
            .flat_map(|loaded| &loaded.messages)
            .map(|message| Arc::clone(&message.topic))
            .collect()
    }
}
