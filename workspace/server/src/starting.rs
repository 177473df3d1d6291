//! What the tasks need to know before they start, as Kafka and the registry tell it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use palinode_engine::{Clock, Deployment, Topics, cycle::Member, cycle::Shared};
use palinode_log::{
    Application, Log,
    kafka::{self, CompactedTopic, KafkaLog},
    registry::{KeptSchemas, RegistryClient},
};
use palinode_store::rocks::{self, RocksStores};
use palinode_wire::{Schemas, journal::JournalSchemas, outcome::OutcomeRecord};

use crate::{
    Configuration, Error,
    definitions::{DefinitionFile, PublishedDefinitions, Shelf, Supplies, open_shelf},
    http::Front,
    known_schemas::SCHEMAS_TOPIC,
    run::blocking,
    surroundings::Surroundings,
};

/// How often a start that waits says so in the log.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// A node that is about to start: its settings and files have been read, and nobody has been asked for anything.
pub(crate) struct Starting {
    configuration: Configuration,
    files: Vec<DefinitionFile>,
    clock: Clock,
    pub(crate) kafka: kafka::Settings,
    pub(crate) application: Application,
    pub(crate) registry: RegistryClient,
    pub(crate) log: Arc<KafkaLog>,
}

/// What was told.
pub(crate) struct Told {
    pub(crate) shared: Arc<Shared<RocksStores>>,
    pub(crate) shelf: Arc<Shelf>,
    pub(crate) kept: Arc<KeptSchemas>,
}

impl Starting {
    /// Reads the files of definitions and makes the clients.
    ///
    /// # Errors
    /// When a definition or a setting is wrong.
    pub(crate) fn new(configuration: &Configuration, clock: Clock) -> Result<Self, Error> {
        let files = DefinitionFile::read_all(&configuration.definitions)?;
        let url = &configuration.registry.url;
        let registry = RegistryClient::new(url).map_err(|error| Error::Registry {
            url: url.clone(),
            reason: error.to_string(),
        })?;
        let application = Application {
            name: configuration.application.as_str().into(),
            topic_prefix: configuration.topic_prefix.as_str().into(),
            partitions: configuration.partitions,
            member: configuration.member.as_str().into(),
        };
        let kafka = kafka::Settings {
            bootstrap_servers: configuration.kafka.bootstrap_servers.clone(),
            properties: configuration.kafka.properties.clone(),
        };
        let log = Arc::new(KafkaLog::new(kafka.clone(), application.clone())?);
        Ok(Self {
            configuration: configuration.clone(),
            files,
            clock,
            kafka,
            application,
            registry,
            log,
        })
    }

    /// Begins to watch what the node needs. Must be called within tokio.
    ///
    /// # Errors
    /// When a setting is wrong.
    pub(crate) fn watch(&self) -> Result<Arc<Surroundings>, Error> {
        let Configuration { registry, data_dir, .. } = &self.configuration;
        Surroundings::watch(
            &self.kafka,
            &format!("{}-{}", self.application.name, self.application.member),
            &self.topics().full(SCHEMAS_TOPIC),
            (self.registry.clone(), registry.url.clone()),
            data_dir.clone(),
        )
    }

    /// Asks until everything is told; brokers and a registry that are away are waited for, and the front says so.
    ///
    /// # Errors
    /// When something is missing or wrong.
    pub(crate) async fn ask(
        self: &Arc<Self>,
        surroundings: &Surroundings,
        front: &Front<RocksStores>,
    ) -> Result<Told, Error> {
        let mut told_at: Option<Instant> = None;
        loop {
            let starting = Arc::clone(self);
            let error = match blocking(move || starting.ask_once()).await {
                Ok(told) => return Ok(told),
                Err(error) if error.is_passing() => error,
                Err(error) => return Err(error),
            };
            if told_at.is_none_or(|at| at.elapsed() >= TOLD_EVERY) {
                tracing::warn!(%error, "the start waits, and goes on by itself");
                told_at = Some(Instant::now());
            }
            front.waits_for(error.to_string());
            surroundings.await_better(&error).await?;
        }
    }

    /// Asks for everything once. It blocks, and must be called within tokio.
    fn ask_once(&self) -> Result<Told, Error> {
        let Configuration { registry, schemas, .. } = &self.configuration;
        let topics = self.topics();
        let kept = CompactedTopic::new(self.kafka.clone(), &*topics.full(SCHEMAS_TOPIC));
        let kept = Arc::new(KeptSchemas::read(kept)?);
        let supplies = Supplies {
            registry: self.registry.clone(),
            url: registry.url.clone(),
            folder: schemas.clone(),
            kept: Arc::clone(&kept),
            topics,
            log: Arc::clone(&self.log),
        };
        let prefix = &self.configuration.topic_prefix;
        let published = PublishedDefinitions::new(self.kafka.clone(), prefix, Arc::clone(&kept));
        let (member, now) = (&self.application.member, self.clock.now());
        let (shelf, schemas) = open_shelf(supplies, published, &self.files, member, now)?;
        let shared = self.share(shelf.last(), schemas)?;
        Ok(Told {
            shared: Arc::new(shared),
            shelf: Arc::new(shelf),
            kept,
        })
    }

    fn topics(&self) -> Topics {
        Topics::new(&self.configuration.topic_prefix)
    }

    /// What all tasks share, after a look at our own topics.
    fn share(&self, deployment: Deployment, schemas: Schemas) -> Result<Shared<RocksStores>, Error> {
        let Deployment {
            definitions,
            input_partitions,
        } = deployment;
        let (log, application) = (&self.log, &self.application);
        for topic in [&definitions.topics.journal, &definitions.topics.inbox] {
            let found = log.partitions(topic)?;
            if found != application.partitions {
                return Err(Error::Configuration {
                    reason: format!(
                        "the topic '{topic}' has {found} partitions and the application {}; the number is fixed for \
                         the life of an application",
                        application.partitions
                    ),
                });
            }
        }
        let snapshots = &definitions.topics.snapshots;
        if let Err(error) = log.partitions(snapshots) {
            tracing::warn!(
                topic = %snapshots,
                %error,
                "no snapshots can be read or written: a node that loses its disk reads the whole journal until the topic is \
                 there; 'palinode topics check' tells what is missing"
            );
        }
        let unregistered = |error: &dyn std::fmt::Display| Error::Configuration {
            reason: format!("our own schemas are not registered: {error}"),
        };
        let journal_schemas = JournalSchemas::new(|name| schemas.id_of(name)).map_err(|error| unregistered(&error))?;
        let outcome_codec = OutcomeRecord::codec(journal_schemas.outcome).map_err(|error| unregistered(&error))?;
        let stores = RocksStores::new(rocks::Settings {
            data: self.configuration.data_dir.clone(),
            cluster: log.cluster_id()?,
            application: application.name.to_string(),
            partitions: application.partitions,
            member: application.member.to_string(),
            memory_bytes: usize::try_from(self.configuration.store.memory_bytes).unwrap_or(usize::MAX),
        });
        let source: Arc<str> = format!("palinode/{}", application.name).into();
        let run: Arc<str> = uuid::Uuid::new_v4().to_string().into();
        Ok(Shared {
            member: Member {
                application: application.clone(),
                run,
            },
            settings: palinode_engine::Settings {
                clock: self.clock.clone(),
                ..self.configuration.engine_settings()
            },
            definitions,
            stores: Arc::new(stores),
            input_partitions,
            journal_schemas,
            outcome_codec,
            schemas,
            source,
        })
    }
}
