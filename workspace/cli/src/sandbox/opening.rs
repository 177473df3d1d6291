//! Opening a sandbox: each part after those that it needs.

use std::{net::SocketAddr, path::Path, sync::Arc};

use anyhow::Context;
use palinode_core::Timestamp;
use palinode_engine::Clock;
use palinode_registry::Registry;
use palinode_sandbox::broker::Begins;
use palinode_server::{Configuration, Server, configuration};
use palinode_wire::Schemas;
use parking_lot::Mutex;
use tokio::runtime::Builder;

use super::{
    ground::{self, Ground},
    kept::{Kept, State},
    scenario::{Header, Recorder, Watch},
    senders::{Sender, Starter},
    stage::Stage,
    stub::{Answers, Desk, Forms, Save, TopicsRead, Workers},
    time::Time,
    world::World,
};

/// Threads for HTTP and the registry; broker, tasks and stubs have threads of their own.
const ASYNC_THREADS: usize = 2;
/// Memory that the stores of all tasks share: the sagas of a test are few.
const STORE_BYTES: u64 = 8 * 1024 * 1024;

/// Where everything is reached.
#[derive(Clone, Debug)]
pub(super) struct Addresses {
    pub(super) kafka: String,
    pub(super) registry: String,
    pub(super) orchestrator: SocketAddr,
}

/// The ports of a sandbox; 0 takes a free one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ports {
    pub(super) kafka: u16,
    pub(super) registry: u16,
    pub(super) http: u16,
}

/// How a sandbox is opened.
pub(super) struct Opening {
    pub(super) ports: Ports,
    /// Where time begins when nothing was kept; none: at the present.
    pub(super) began_at_ms: Option<i64>,
}

impl Opening {
    /// Opens it, from what the folder holds. Its tasks may not run yet.
    pub(super) fn open(&self, stage: &Arc<Stage>, kept: &Arc<Kept>) -> anyhow::Result<World> {
        let state = kept.state()?;
        let copied = state.as_ref().is_some_and(|state| state.time.stands());
        let (clock, begins) = match (&state, self.began_at_ms) {
            (Some(state), _) => state.time.clocks(),
            (None, Some(at_ms)) => Time::beginning_at(at_ms).clocks(),
            (None, None) => (Clock::default(), Begins::default()),
        };
        let broker = || kept.broker(begins, copied);
        let (ground, registry) = Ground::prepare(stage, self.ports.kafka, broker)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(ASYNC_THREADS)
            .enable_all()
            .build()
            .context("the threads for HTTP could not be started")?;
        let (registry, schemas) =
            runtime.block_on(serve_registry(self.ports.registry, registry, &stage.run.schemas))?;
        let schemas = Arc::new(schemas);
        let names = stage.plans.iter().map(|plan| plan.name.to_string()).collect();
        let began = self.began_at_ms.map_or_else(|| clock.now(), Timestamp);
        let header = Header::new(began, stage.partitions, names, stage.rules.clone());
        let recorder = Arc::new(Recorder::open(&kept.scenario(), &clock, header)?);
        let watch = Watch::start(
            ground.bootstrap(),
            &registry,
            &schemas,
            Arc::clone(&recorder),
            runtime.handle().clone(),
        )?;
        let sender = Arc::new(Sender::new(ground.bootstrap())?);
        let seed = stage.rules.seed;
        let starter = Starter::new(&stage.plans, &schemas, Arc::clone(&sender), clock.clone(), seed)?;
        let desk = Arc::new(Mutex::new(desk(stage, kept, state, &schemas, recorder.began())?));
        let read = TopicsRead {
            bootstrap: ground.bootstrap(),
            stubs: &stage.stubs,
            partitions: stage.partitions,
            by_group: !ground.is_own(),
        };
        let workers = Workers::start(
            &read,
            schemas,
            Arc::clone(&sender),
            Arc::clone(&desk),
            clock.clone(),
            save(stage, kept, &clock, &ground),
        )?;
        let configuration = self.configuration(stage, kept, &ground, &registry);
        let server = runtime.block_on(Server::start_at(&configuration, stage.metrics.clone(), clock.clone()))?;
        let addresses = Addresses {
            kafka: ground.bootstrap().to_owned(),
            registry,
            orchestrator: server.address(),
        };
        Ok(World {
            keys: format!("sandbox-{}", recorder.began().0 / 1_000),
            clock,
            addresses,
            recorder,
            stage: Arc::clone(stage),
            kept: Arc::clone(kept),
            runtime,
            ground,
            server,
            sender,
            starter,
            desk,
            workers,
            watch: Some(watch),
        })
    }

    fn configuration(&self, stage: &Stage, kept: &Kept, ground: &Ground, registry: &str) -> Configuration {
        Configuration {
            application: "sandbox".into(),
            member: "sandbox".into(),
            partitions: stage.partitions,
            definitions: stage.run.definitions.clone(),
            data_dir: kept.store(),
            kafka: configuration::Kafka {
                bootstrap_servers: ground.bootstrap().to_owned(),
                ..configuration::Kafka::default()
            },
            registry: configuration::Registry {
                url: registry.to_owned(),
            },
            http: configuration::Http {
                listen: ground::local(self.ports.http),
            },
            store: configuration::Store {
                memory_bytes: STORE_BYTES,
            },
            ..Configuration::default()
        }
    }
}

impl Addresses {
    /// The ports, for the next time that it is opened.
    pub(super) fn ports(&self) -> anyhow::Result<Ports> {
        let port = |address: &str| -> anyhow::Result<u16> {
            let (_, port) = address.rsplit_once(':').context("an address without a port")?;
            Ok(port.parse()?)
        };
        Ok(Ports {
            kafka: port(&self.kafka)?,
            registry: port(&self.registry)?,
            http: self.orchestrator.port(),
        })
    }
}

/// Serves the registry and registers the schemas.
async fn serve_registry(port: u16, registry: Registry, schemas: &Path) -> anyhow::Result<(String, Schemas)> {
    let listener = ground::listen(port, "--registry-port").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(palinode_registry::serve(listener, registry));
    let schemas = ground::register(&url, schemas).await?;
    Ok((url, schemas))
}

/// The stubs, where they had been.
fn desk(
    stage: &Stage,
    kept: &Kept,
    state: Option<State>,
    schemas: &Arc<Schemas>,
    began: Timestamp,
) -> anyhow::Result<Desk> {
    let forms = Forms::new(Arc::clone(schemas), &stage.stubs)?;
    let mut desk = Desk::new(stage.stubs.clone(), forms, stage.rules.clone(), began);
    if let Some(state) = state {
        // Rules that were changed while it ran hold, unless another file of rules is named.
        let is_new = stage.rules_file.is_some() && state.rules_file != stage.rules_file;
        desk.resume(state.stubs);
        if is_new {
            desk.rules = stage.rules.clone();
        }
    }
    desk.answers = Answers::read(&kept.answers())?;
    if kept.stays() {
        desk.answers.keep_in(&kept.answers())?;
    }
    Ok(desk)
}

/// Writes down where the stubs stand, in a sandbox that another start goes on with.
fn save(stage: &Arc<Stage>, kept: &Arc<Kept>, clock: &Clock, ground: &Ground) -> Option<Save> {
    if !kept.stays() {
        return None;
    }
    let (stage, kept, clock, leaps) = (Arc::clone(stage), Arc::clone(kept), clock.clone(), ground.leaps_of()?);
    Some(Box::new(move |desk: &Desk| {
        let time = Time::of(&clock, leaps.records_ahead());
        kept.keep(&State::new(
            stage.partitions,
            time,
            stage.rules_file.clone(),
            desk.state(),
        ))
    }))
}
