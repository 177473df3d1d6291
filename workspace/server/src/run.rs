//! Starting and stopping an orchestrator.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use palinode_core::{Plan, SchemaId};
use palinode_engine::{
    Definitions, Node, Topics,
    cycle::{Member, SchemaAnswer, Shared},
};
use palinode_log::{
    Application, Log,
    kafka::{self, KafkaLog, Membership, Proposal},
    registry::RegistryClient,
};
use palinode_store::rocks::{self, RocksStores};
use palinode_wire::{Schemas, journal::JournalSchemas};
use tokio::sync::watch;

use crate::{
    Configuration, Error,
    http::{App, router},
    schemas::{files_below, register_schemas},
};

/// A running orchestrator.
pub struct Server {
    node: Arc<Node>,
    membership: Membership,
    http: tokio::task::JoinHandle<()>,
    stop_http: watch::Sender<bool>,
    address: SocketAddr,
}

/// Reads the definitions that the configuration names.
///
/// # Errors
/// When a file cannot be read, or definitions have errors; all of them are told.
pub fn read_definitions(paths: &[std::path::PathBuf]) -> Result<Vec<Arc<Plan>>, Error> {
    let mut plans = Vec::new();
    let mut diagnostics = String::new();
    for path in paths {
        for file in files_below(path, "yaml")? {
            let text = std::fs::read_to_string(&file).map_err(|source| Error::File { path: file.clone(), source })?;
            match palinode_definition::read(&file.display().to_string(), &text) {
                Ok(plan) => plans.push(Arc::new(plan)),
                Err(found) => diagnostics.push_str(&found.to_string()),
            }
        }
    }
    if !diagnostics.is_empty() {
        return Err(Error::Definitions { diagnostics });
    }
    if plans.is_empty() {
        return Err(Error::Configuration { reason: "'definitions' names no *.yaml file".into() });
    }
    Ok(plans)
}

impl Server {
    /// Starts an orchestrator. Telemetry has been started before; `metrics` is its handle.
    ///
    /// # Errors
    /// When something that it needs is missing or wrong; the error says what to do.
    pub async fn start(
        configuration: &Configuration,
        metrics: metrics_exporter_prometheus::PrometheusHandle,
    ) -> Result<Self, Error> {
        let plans = read_definitions(&configuration.definitions)?;
        let registry = RegistryClient::new(&configuration.registry.url).map_err(|error| Error::Registry {
            url: configuration.registry.url.clone(),
            reason: error.to_string(),
        })?;
        register_schemas(&registry, configuration.schemas.as_deref()).await?;
        let schemas = load_schemas(&registry, &plans).await?;

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
        let topics = Topics::new(&configuration.topic_prefix);
        let definitions = Definitions::new(plans, topics, |record, fields| {
            schemas.encoder(record, fields).map_err(|error| error.to_string())
        })?;
        let prepared = prepare(configuration, application.clone(), kafka.clone(), definitions, schemas);
        let (shared, log) = blocking(prepared).await?;

        let (look_up, looked_up) = tokio::sync::mpsc::channel(LOOK_UPS_MAX);
        let started = {
            let shared = Arc::clone(&shared);
            blocking(move || {
                let ask = move |task, schema| {
                    // A full queue: the task asks again after a pause.
                    let _ = look_up.try_send((task, schema));
                };
                Ok(Node::start(&shared, &log, ask)?)
            })
        };
        let node = Arc::new(started.await?);
        tokio::spawn(answer_look_ups(registry, Arc::clone(&node), looked_up));

        let listener = tokio::net::TcpListener::bind(configuration.http.listen).await.map_err(|source| {
            Error::Listen { address: configuration.http.listen.to_string(), source }
        })?;
        let address = listener
            .local_addr()
            .map_err(|source| Error::Listen { address: configuration.http.listen.to_string(), source })?;
        let (stop_http, mut stopped) = watch::channel(false);
        let app = App { node: Arc::clone(&node), shared, metrics };
        let http = tokio::spawn(async move {
            let stopped = async move {
                // An error means that the sender is gone, which is a stop as well.
                let _ = stopped.wait_for(|stop| *stop).await;
            };
            if let Err(error) = axum::serve(listener, router(app)).with_graceful_shutdown(stopped).await {
                tracing::error!(%error, "the HTTP server ended");
            }
        });

        let proposed = Arc::clone(&node);
        let membership = Membership::start(&kafka, &application, move |proposal| match proposal {
            Proposal::Assigned(tasks) => proposed.propose(&tasks),
            Proposal::Revoked(tasks) | Proposal::Lost(tasks) => proposed.withdraw(&tasks),
        })?;
        tracing::info!(%address, member = %application.member, "the orchestrator is up");
        Ok(Self { node, membership, http, stop_http, address })
    }

    /// Where the HTTP server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The tasks.
    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// Stops in order: the tasks end their transactions and close their stores, then the member leaves the group, so
    /// that the others take over at once.
    pub async fn stop(self) {
        let Self { node, membership, http, stop_http, .. } = self;
        let stopped = tokio::task::spawn_blocking(move || {
            node.stop();
            membership.close();
        });
        if stopped.await.is_err() {
            tracing::error!("stopping the tasks panicked");
        }
        // Nobody listens: the HTTP server ended before.
        let _ = stop_http.send(true);
        if http.await.is_err() {
            tracing::error!("the HTTP server panicked");
        }
    }
}

/// Look-ups of schemas that may wait. A task asks for few ids at a time and asks again when its question was dropped.
const LOOK_UPS_MAX: usize = 64;

type Prepared = (Arc<Shared<RocksStores>>, KafkaLog);

/// Everything that asks Kafka before the tasks start; it blocks.
fn prepare(
    configuration: &Configuration,
    application: Application,
    kafka: kafka::Settings,
    definitions: Definitions,
    schemas: Schemas,
) -> impl FnOnce() -> Result<Prepared, Error> + Send + 'static {
    let settings = configuration.engine_settings();
    let (data, memory_bytes) = (configuration.data_dir.clone(), configuration.store.memory_bytes);
    move || {
        let log = KafkaLog::new(kafka, application.clone())?;
        let mut input_partitions = BTreeMap::new();
        for topic in definitions.input_topics() {
            input_partitions.insert(Arc::clone(&topic), log.partitions(&topic)?);
        }
        for topic in definitions.output_topics() {
            log.partitions(&topic)?;
        }
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
        let journal_schemas = JournalSchemas::from_lookup(|name| schemas.id_of(name)).map_err(|error| {
            Error::Configuration { reason: format!("our own schemas are not registered: {error}") }
        })?;
        let stores = RocksStores::new(rocks::Settings {
            data,
            cluster: log.cluster_id()?,
            application: application.name.to_string(),
            partitions: application.partitions,
            member: application.member.to_string(),
            memory_bytes: usize::try_from(memory_bytes).unwrap_or(usize::MAX),
        });
        let source: Arc<str> = format!("palinode/{}", application.name).into();
        let run: Arc<str> = uuid::Uuid::new_v4().to_string().into();
        let shared = Shared {
            member: Member { application, run },
            settings,
            definitions,
            stores,
            input_partitions,
            journal_schemas,
            schemas,
            source,
        };
        Ok((Arc::new(shared), log))
    }
}

/// The newest schemas of everything that the plans and the journal write.
async fn load_schemas(registry: &RegistryClient, plans: &[Arc<Plan>]) -> Result<Schemas, Error> {
    let mut schemas = Schemas::default();
    let messages = plans.iter().flat_map(|plan| &plan.messages).map(|message| message.record.as_str());
    let own = palinode_wire::own::ALL.iter().map(|schema| schema.name);
    let subjects: std::collections::BTreeSet<&str> = messages.chain(own).collect();
    for subject in subjects {
        let unusable = |reason: String| Error::Registry { url: registry.url().to_owned(), reason };
        let (id, text) = registry
            .latest(subject)
            .await
            .map_err(|error| unusable(format!("there is no schema of '{subject}': {error}")))?;
        schemas.add(id, text).map_err(|error| unusable(format!("the schema of '{subject}': {error}")))?;
    }
    Ok(schemas)
}

async fn answer_look_ups(
    registry: RegistryClient,
    node: Arc<Node>,
    mut questions: tokio::sync::mpsc::Receiver<(i32, SchemaId)>,
) {
    while let Some((task, schema)) = questions.recv().await {
        let answer = match registry.by_id(schema).await {
            Ok(text) => SchemaAnswer::Known(text),
            Err(error) if error.is_unknown() => SchemaAnswer::Unknown,
            Err(error) => SchemaAnswer::Unavailable(error.to_string()),
        };
        node.schema(task, schema, answer);
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(Error::Telemetry { reason: format!("a start-up step panicked: {error}") }))
}
