//! The definitions that a node can run, ready for use: plans, routes, and an encoder for every message.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use palinode_core::{DefinitionName, FieldName, MessagePlan, Plan, RecordName};
use palinode_wire::Encoder;

use crate::{Error, Topics, routes::Routes};

/// A published version of a definition.
#[derive(Clone, Debug)]
pub struct Edition {
    /// The name of the definition.
    pub name: DefinitionName,
    /// The version.
    pub version: u32,
    /// SHA-256 of the text, in hexadecimal.
    pub hash: Arc<str>,
    /// Whether no new saga may follow it.
    pub retired: bool,
    /// What its sagas do; or why this node cannot read it, as a sentence without a full stop.
    pub plan: Result<Arc<Plan>, String>,
}

impl From<Arc<Plan>> for Edition {
    fn from(plan: Arc<Plan>) -> Self {
        Self {
            name: plan.name.clone(),
            version: plan.version,
            hash: Arc::clone(&plan.hash),
            retired: false,
            plan: Ok(plan),
        }
    }
}

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

/// What is known of a version, whether it can be run here or not.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) hash: Arc<str>,
    pub(crate) retired: bool,
    /// Why it cannot be run here.
    pub(crate) unready: Option<String>,
}

/// All definitions and versions that are published.
#[derive(Debug)]
pub struct Definitions {
    loaded: Vec<Loaded>,
    by_version: HashMap<(DefinitionName, u32), usize>,
    known: BTreeMap<DefinitionName, BTreeMap<u32, Known>>,
    pub(crate) routes: Routes,
    /// The names of our own topics.
    pub topics: Topics,
}

impl Definitions {
    /// Makes `editions` ready. `encoder` gives an encoder for a record type and the names of the fields that are filled.
    /// A version that cannot be made ready is known with the reason.
    ///
    /// # Errors
    /// When a version stands twice.
    pub fn new(
        editions: Vec<Edition>,
        topics: Topics,
        mut encoder: impl FnMut(&RecordName, &[FieldName]) -> Result<Encoder, String>,
    ) -> Result<Self, Error> {
        let mut loaded: Vec<Loaded> = Vec::new();
        let mut by_version = HashMap::new();
        let mut known: BTreeMap<DefinitionName, BTreeMap<u32, Known>> = BTreeMap::new();
        for edition in editions {
            let Edition {
                name,
                version,
                hash,
                retired,
                plan,
            } = edition;
            let ready = plan.and_then(|plan| load(plan, &topics, &mut encoder));
            let unready = match ready {
                Ok(ready) => {
                    by_version.insert((name.clone(), version), loaded.len());
                    loaded.push(ready);
                    None
                }
                Err(reason) => Some(reason),
            };
            let entry = Known { hash, retired, unready };
            if known.entry(name.clone()).or_default().insert(version, entry).is_some() {
                return Err(Error::DefinitionTwice {
                    definition: name.to_string(),
                    version,
                });
            }
        }
        let routes = Routes::new(loaded.iter().map(|loaded| &*loaded.plan), &topics);
        Ok(Self {
            loaded,
            by_version,
            known,
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

    /// The versions of every definition.
    pub(crate) fn known(&self) -> &BTreeMap<DefinitionName, BTreeMap<u32, Known>> {
        &self.known
    }

    /// What is known of a version.
    pub(crate) fn version(&self, definition: &DefinitionName, version: u32) -> Option<&Known> {
        self.known.get(definition)?.get(&version)
    }

    /// The plan of `version` of `definition`.
    pub fn plan(&self, definition: &DefinitionName, version: u32) -> Option<&Arc<Plan>> {
        self.position(definition, version)
            .map(|position| &self.loaded[position].plan)
    }

    /// Why `version` of `definition` cannot be run here; `None` when it can, or is not known.
    pub fn unready(&self, definition: &DefinitionName, version: u32) -> Option<&str> {
        self.version(definition, version)?.unready.as_deref()
    }

    /// All plans that can be run here.
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

fn load(
    plan: Arc<Plan>,
    topics: &Topics,
    encoder: &mut impl FnMut(&RecordName, &[FieldName]) -> Result<Encoder, String>,
) -> Result<Loaded, String> {
    let mut message = |message: &MessagePlan| {
        let fields: Vec<FieldName> = message.fields.iter().map(|field| field.name.clone()).collect();
        let encoder = encoder(&message.record, &fields)
            .map_err(|reason| format!("it cannot fill the record '{}': {reason}", message.record))?;
        Ok(Message {
            topic: topics.full(message.topic.as_str()),
            record: message.record.clone(),
            encoder,
        })
    };
    let messages = plan.messages.iter().map(&mut message).collect::<Result<_, String>>()?;
    Ok(Loaded { messages, plan })
}
