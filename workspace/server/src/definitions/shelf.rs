//! What is published, ready for this node's tasks.

use std::{
    collections::BTreeMap,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use palinode_core::{DefinitionName, Plan};
use palinode_engine::{Definitions, Deployment, Edition, Library, Node, Topics};
use palinode_log::{
    Log, Need, Outages,
    kafka::KafkaLog,
    registry::{KeptSchemas, RegistryClient},
};
use palinode_wire::Schemas;
use parking_lot::Mutex;
use tokio::runtime::Handle;

use super::{Published, PublishedDefinitions};
use crate::{
    Error,
    known_schemas::{Source, known_schemas},
};

/// How often a node looks whether something was published or retired.
const LOOK_INTERVAL: Duration = Duration::from_secs(10);

/// Where everything comes from that a definition needs to be ready.
pub(crate) struct Supplies {
    pub(crate) registry: RegistryClient,
    pub(crate) url: String,
    /// The folder of schemas that are registered at the start.
    pub(crate) folder: Option<std::path::PathBuf>,
    pub(crate) kept: Arc<KeptSchemas>,
    pub(crate) topics: Topics,
    pub(crate) log: Arc<KafkaLog>,
}

impl Supplies {
    /// Makes what is published ready. A version that this node cannot run is known with the reason.
    pub(crate) async fn deploy(&self, published: &Published) -> Result<(Deployment, Schemas), Error> {
        let mut editions: Vec<Edition> = published.values().map(edition).collect();
        let plans: Vec<Arc<Plan>> = editions
            .iter()
            .filter_map(|edition| edition.plan.clone().ok())
            .collect();
        let source = Source {
            client: &self.registry,
            url: &self.url,
            folder: self.folder.as_deref(),
        };
        let schemas = known_schemas(&source, &plans, Arc::clone(&self.kept)).await?;
        let mut partitions: BTreeMap<Arc<str>, i32> = BTreeMap::new();
        for edition in &mut editions {
            if let Ok(plan) = edition.plan.clone()
                && let Err(reason) = self.resolve(plan, &schemas, &mut partitions)?
            {
                edition.plan = Err(reason);
            }
        }
        let definitions = Definitions::new(editions, self.topics.clone(), |record, fields| {
            schemas.encoder(record, fields).map_err(|error| error.to_string())
        })?;
        for (definition, version) in published.keys() {
            if let Some(reason) = definitions.unready(definition, *version) {
                tracing::warn!(%definition, version, reason, "this version cannot be run here");
            }
        }
        let inputs = definitions.input_topics();
        let mut input_partitions = BTreeMap::new();
        for topic in inputs {
            let count = match partitions.get(&topic) {
                Some(count) => *count,
                None => self.log.partitions(&topic)?,
            };
            input_partitions.insert(topic, count);
        }
        let deployment = Deployment {
            definitions: Arc::new(definitions),
            input_partitions: Arc::new(input_partitions),
        };
        Ok((deployment, schemas))
    }

    /// Looks for the topics of one version; the inner error is why the version cannot be run.
    fn resolve(
        &self,
        plan: Arc<Plan>,
        schemas: &Schemas,
        partitions: &mut BTreeMap<Arc<str>, i32>,
    ) -> Result<Result<(), String>, Error> {
        let edition = vec![Edition::from(plan)];
        let encoder = |record: &_, fields: &[_]| schemas.encoder(record, fields).map_err(|error| error.to_string());
        let alone = Definitions::new(edition, self.topics.clone(), encoder)?;
        for topic in alone.input_topics().into_iter().chain(alone.output_topics()) {
            if partitions.contains_key(&topic) {
                continue;
            }
            match self.log.partitions(&topic) {
                Ok(count) => drop(partitions.insert(topic, count)),
                Err(error) if error.is_missing_topic() => return Ok(Err(error.to_string())),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Ok(()))
    }
}

fn edition(record: &palinode_wire::definition::DefinitionRecord) -> Edition {
    let plan = palinode_definition::read(&record.key(), &record.text);
    Edition {
        name: record.definition.clone(),
        version: record.version,
        hash: Arc::clone(&record.hash),
        retired: record.retired_at.is_some(),
        plan: plan.map(Arc::new).map_err(|found| {
            let first = found.iter().next().map(|diagnostic| diagnostic.message.clone());
            first.unwrap_or_default()
        }),
    }
}

/// What a version is known by: when these are the same, nothing was published and nothing retired.
type Titles = BTreeMap<(DefinitionName, u32), (Arc<str>, bool)>;

fn titles(published: &Published) -> Titles {
    let title =
        |record: &palinode_wire::definition::DefinitionRecord| (Arc::clone(&record.hash), record.retired_at.is_some());
    published
        .iter()
        .map(|(version, record)| (version.clone(), title(record)))
        .collect()
}

/// What is published, as this node read it last.
pub(crate) struct Shelf {
    supplies: Supplies,
    topic: PublishedDefinitions,
    runtime: Handle,
    /// Held while the topic is read.
    reading: Mutex<Reading>,
    /// Held for a moment only.
    last: Mutex<Deployment>,
}

/// The last reading.
struct Reading {
    titles: Titles,
    began_at: Instant,
}

impl Shelf {
    /// A shelf that holds `deployment`, made of `published`. Must be called within tokio.
    pub(crate) fn new(
        supplies: Supplies,
        topic: PublishedDefinitions,
        published: &Published,
        deployment: Deployment,
    ) -> Self {
        Self {
            supplies,
            topic,
            runtime: Handle::current(),
            reading: Mutex::new(Reading {
                titles: titles(published),
                began_at: Instant::now(),
            }),
            last: Mutex::new(deployment),
        }
    }

    /// What was read last. It does not wait for a reading.
    pub(crate) fn last(&self) -> Deployment {
        self.last.lock().clone()
    }

    /// Looks from time to time, until the node is gone, and tells it what is new. While the brokers are away it does not
    /// look: that they are is told elsewhere.
    pub(crate) fn watch(self: Arc<Self>, node: Weak<Node>, outages: Outages) {
        tokio::spawn(async move {
            let mut known = Arc::clone(&self.last().definitions);
            loop {
                tokio::time::sleep(LOOK_INTERVAL).await;
                if outages.is_away(Need::Broker) {
                    continue;
                }
                let shelf = Arc::clone(&self);
                let looked = tokio::task::spawn_blocking(move || shelf.current()).await;
                let Some(node) = node.upgrade() else { return };
                match looked {
                    Ok(Ok(deployment)) if !Arc::ptr_eq(&deployment.definitions, &known) => {
                        known = deployment.definitions;
                        node.definitions_changed();
                    }
                    Ok(Ok(_)) => {}
                    Ok(Err(reason)) => tracing::warn!(reason, "the definitions could not be looked at"),
                    Err(error) => tracing::error!(%error, "looking at the definitions panicked"),
                }
            }
        });
    }
}

impl Library for Shelf {
    fn current(&self) -> Result<Deployment, String> {
        let asked_at = Instant::now();
        let mut reading = self.reading.lock();
        // All tasks of a node ask at the same time: what one reads after the others have asked is good for them, too.
        if reading.began_at > asked_at {
            return Ok(self.last());
        }
        let began_at = Instant::now();
        let published = self.topic.read().map_err(|error| error.to_string())?;
        let found = titles(&published);
        if found != reading.titles {
            let (deployment, _) = self
                .runtime
                .block_on(self.supplies.deploy(&published))
                .map_err(|error| error.to_string())?;
            reading.titles = found;
            *self.last.lock() = deployment;
        }
        reading.began_at = began_at;
        Ok(self.last())
    }
}
