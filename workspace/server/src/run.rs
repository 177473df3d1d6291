//! Starting and stopping an orchestrator.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use palinode_core::SchemaId;
use palinode_engine::{
    Clock, Library, Node,
    cycle::{SchemaAnswer, Shared},
};
use palinode_log::{
    kafka::{self, Heartbeats, KafkaLog, Membership},
    registry::{Answer, KeptSchemas, Lookups, RegistryClient, RegistryError},
};
use palinode_store::rocks::RocksStores;
use palinode_wire::{heartbeat::Heartbeat, own};

use crate::{
    Configuration, Error,
    http::{App, Door, Front},
    members::{Members, Parts},
    starting::{Starting, Told},
    surroundings::Surroundings,
};

/// A running orchestrator.
pub struct Server {
    node: Arc<Node>,
    membership: Membership,
    members: Members,
    door: Door,
    _surroundings: Arc<Surroundings>,
}

impl Server {
    /// Starts an orchestrator. Telemetry has been started before; `metrics` is its handle. It serves HTTP from the first
    /// moment on, and waits for brokers and a registry that are away: `/readyz` says so, and dropping the future ends it.
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
        let starting = Arc::new(Starting::new(configuration, clock)?);
        let surroundings = starting.watch()?;
        let front = Arc::new(Front::new(metrics, surroundings.outages().clone()));
        let door = Door::open(configuration.http.listen, Arc::clone(&front)).await?;
        let Told { shared, shelf, kept } = starting.ask(&surroundings, &front).await?;
        let Starting {
            kafka,
            application,
            registry,
            log,
            ..
        } = &*starting;

        let heartbeats = Heartbeats::open(kafka, application)?;
        let node = start_node(
            Arc::clone(&shared),
            Arc::clone(log),
            registry.clone(),
            kept,
            shelf.clone(),
        )
        .await?;
        Arc::clone(&shelf).watch(Arc::downgrade(&node), surroundings.outages().clone());
        let (members, news) = start_members(configuration, &shared, Arc::clone(&node), heartbeats)?;
        front.begin(App {
            node: Arc::clone(&node),
            shared,
            shelf,
            members: members.board(),
        });
        let membership = Membership::join(kafka, application, move |said| {
            // Whoever listens has ended: so has this process, soon.
            let _ = news.send(said);
        })?;
        tracing::info!(address = %door.address(), member = %application.member, "the orchestrator is up");
        Ok(Self {
            node,
            membership,
            members,
            door,
            _surroundings: surroundings,
        })
    }

    /// Where the HTTP server listens.
    pub fn address(&self) -> SocketAddr {
        self.door.address()
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
            door,
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
        door.close().await;
    }
}

/// How long a stop waits until the others have taken the tasks over. A standby that has caught up needs a second; one that
/// has not goes on from where it is.
const HAND_OVER_MAX: Duration = Duration::from_secs(10);

/// How long leaving the group may take at a stop. The group notices by itself after its session time-out.
const LEAVE_WAIT: Duration = Duration::from_secs(5);

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
