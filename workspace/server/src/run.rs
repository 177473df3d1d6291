//! Starting and stopping an orchestrator.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use palinode_core::SchemaId;
use palinode_engine::{
    Clock, Deployment, Library, Node, Topics,
    cycle::{Member, SchemaAnswer, Shared},
};
use palinode_log::{
    Application, Log,
    kafka::{self, CompactedTopic, Heartbeats, KafkaLog, Membership},
    registry::{Answer, KeptSchemas, Lookups, RegistryClient, RegistryError},
};
use palinode_store::rocks::{self, RocksStores};
use palinode_wire::{Schemas, heartbeat::Heartbeat, journal::JournalSchemas, outcome::OutcomeRecord, own};
use tokio::sync::watch;

use crate::{
    Configuration, Error,
    definitions::{DefinitionFile, PublishedDefinitions, Supplies, open_shelf},
    http::{App, router},
    known_schemas::SCHEMAS_TOPIC,
    members::{Members, Parts},
};

/// A running orchestrator.
pub struct Server {
    node: Arc<Node>,
    membership: Membership,
    members: Members,
    http: tokio::task::JoinHandle<()>,
    stop_http: watch::Sender<bool>,
    address: SocketAddr,
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
        Self::start_at(configuration, metrics, Clock::default()).await
    }

    /// As [`Server::start`], with a clock that somebody moves.
    ///
    /// # Errors
    /// As for [`Server::start`].
    pub async fn start_at(
        configuration: &Configuration,
        metrics: metrics_exporter_prometheus::PrometheusHandle,
        clock: Clock,
    ) -> Result<Self, Error> {
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
        let topics = Topics::new(&configuration.topic_prefix);
        let kept = CompactedTopic::new(kafka.clone(), &*topics.full(SCHEMAS_TOPIC));
        let kept = Arc::new(blocking(move || Ok(KeptSchemas::read(kept)?)).await?);
        let log = Arc::new(KafkaLog::new(kafka.clone(), application.clone())?);
        let supplies = Supplies {
            registry: registry.clone(),
            url: url.clone(),
            folder: configuration.schemas.clone(),
            kept: Arc::clone(&kept),
            topics,
            log: Arc::clone(&log),
        };
        let published = PublishedDefinitions::new(kafka.clone(), &configuration.topic_prefix, Arc::clone(&kept));
        let (member, now) = (Arc::clone(&application.member), clock.now());
        let opening = move || open_shelf(supplies, published, files, &member, now);
        let (shelf, schemas) = blocking(opening).await?;
        let settings = palinode_engine::Settings {
            clock,
            ..configuration.engine_settings()
        };
        let prepared = prepare(
            configuration,
            settings,
            application.clone(),
            Arc::clone(&log),
            shelf.last(),
            schemas,
        );
        let (shared, shelf) = (blocking(prepared).await?, Arc::new(shelf));

        let heartbeats = Heartbeats::open(&kafka, &application)?;
        let node = start_node(Arc::clone(&shared), log, registry, kept, shelf.clone()).await?;
        Arc::clone(&shelf).watch(Arc::downgrade(&node));
        let (members, news) = start_members(configuration, &shared, Arc::clone(&node), heartbeats)?;

        let listener = tokio::net::TcpListener::bind(configuration.http.listen)
            .await
            .map_err(|source| Error::Listen {
                address: configuration.http.listen.to_string(),
                source,
            })?;
        let address = listener.local_addr().map_err(|source| Error::Listen {
            address: configuration.http.listen.to_string(),
            source,
        })?;
        let (stop_http, mut stopped) = watch::channel(false);
        let app = App {
            node: Arc::clone(&node),
            shared,
            shelf,
            metrics,
            members: members.board(),
        };
        let http = tokio::spawn(async move {
            let stopped = async move {
                // An error means that the sender is gone, which is a stop as well.
                let _ = stopped.wait_for(|stop| *stop).await;
            };
            if let Err(error) = axum::serve(listener, router(app)).with_graceful_shutdown(stopped).await {
                tracing::error!(%error, "the HTTP server ended");
            }
        });

        let membership = Membership::join(&kafka, &application, move |said| {
            // Whoever listens has ended: so has this process, soon.
            let _ = news.send(said);
        })?;
        tracing::info!(%address, member = %application.member, "the orchestrator is up");
        Ok(Self {
            node,
            membership,
            members,
            http,
            stop_http,
            address,
        })
    }

    /// Where the HTTP server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The tasks.
    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// Stops in order: the tasks work on until the others have taken them, which the heartbeats ask them to; then what is
    /// left ends its transactions and closes its stores, and the member leaves the group.
    pub async fn stop(self) {
        let Self {
            node,
            membership,
            members,
            http,
            stop_http,
            ..
        } = self;
        let stopped = tokio::task::spawn_blocking(move || {
            if !members.hand_over(HAND_OVER_MAX) {
                tracing::warn!("not all tasks were taken over in time; the others will notice that they are free");
            }
            members.end();
            node.stop();
            if !membership.close(LEAVE_WAIT) {
                tracing::warn!("the member could not leave the group in time; the group will notice by itself");
            }
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

/// How long a stop waits until the others have taken the tasks over. A standby that has caught up needs a second; one that
/// has not goes on from where it is.
const HAND_OVER_MAX: Duration = Duration::from_secs(10);

/// How long leaving the group may take at a stop. The group notices by itself after its session time-out.
const LEAVE_WAIT: Duration = Duration::from_secs(5);

/// Everything that asks Kafka before the tasks start; it blocks.
fn prepare(
    configuration: &Configuration,
    settings: palinode_engine::Settings,
    application: Application,
    log: Arc<KafkaLog>,
    deployment: Deployment,
    schemas: Schemas,
) -> impl FnOnce() -> Result<Arc<Shared<RocksStores>>, Error> + Send + 'static {
    let (data, memory_bytes) = (configuration.data_dir.clone(), configuration.store.memory_bytes);
    move || {
        let Deployment {
            definitions,
            input_partitions,
        } = deployment;
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
            stores: Arc::new(stores),
            input_partitions,
            journal_schemas,
            outcome_codec,
            schemas,
            source,
        };
        Ok(Arc::new(shared))
    }
}

/// Starts the tasks, with look-ups in the registry that run beside them.
async fn start_node(
    shared: Arc<Shared<RocksStores>>,
    log: Arc<KafkaLog>,
    registry: RegistryClient,
    kept: Arc<KeptSchemas>,
    library: Arc<dyn Library>,
) -> Result<Arc<Node>, Error> {
    let look_ups = Lookups::start(&tokio::runtime::Handle::current(), registry, Some(kept));
    // The node asks the look-ups and they answer the node: whichever is made first must wait for the other.
    let later: Arc<OnceLock<Arc<Node>>> = Arc::new(OnceLock::new());
    let asked = Arc::clone(&later);
    let ask = move |task: i32, schema: SchemaId| {
        let answered = Arc::clone(&asked);
        let answer = move |answer: Answer| {
            if let Some(node) = answered.get() {
                node.schema(task, schema, schema_answer(answer));
            }
        };
        // With a full queue the task asks again after a while.
        if let Err(error) = look_ups.request(palinode_log::registry::SchemaId(schema.0), answer) {
            tracing::warn!(task, schema = schema.0, %error, "a look-up was dropped");
        }
    };
    let node = blocking(move || Ok(Arc::new(Node::start(&shared, &*log, ask, &library)?))).await?;
    Ok(Arc::clone(later.get_or_init(|| node)))
}

/// Begins to tell the others that this member is there.
fn start_members(
    configuration: &Configuration,
    shared: &Arc<Shared<RocksStores>>,
    node: Arc<Node>,
    heartbeats: Heartbeats,
) -> Result<(Members, std::sync::mpsc::SyncSender<kafka::News>), Error> {
    let unregistered = |reason: String| Error::Configuration {
        reason: format!("our own schemas are not registered: {reason}"),
    };
    let schema = shared.schemas.id_of(own::HEARTBEAT.name);
    let schema = schema.ok_or_else(|| unregistered(format!("'{}' is not known", own::HEARTBEAT.name)))?;
    let codec = Heartbeat::codec(schema).map_err(|error| unregistered(error.to_string()))?;
    Members::start(Parts {
        node,
        application: shared.member.application.clone(),
        run: Arc::clone(&shared.member.run),
        replicas: configuration.standby.replicas as usize,
        heartbeats,
        codec,
        schemas: shared.schemas.clone(),
        clock: shared.settings.clock.clone(),
    })
}

fn schema_answer(answer: Answer) -> SchemaAnswer {
    match answer.text {
        Ok(text) => SchemaAnswer::Known(text),
        Err(RegistryError::Unknown { .. }) => SchemaAnswer::Unknown,
        Err(error) => SchemaAnswer::Unavailable(error.to_string()),
    }
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        Err(Error::Telemetry {
            reason: format!("a start-up step panicked: {error}"),
        })
    })
}
