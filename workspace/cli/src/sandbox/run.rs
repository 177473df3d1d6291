//! Starting a sandbox, and ending it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use palinode_core::Plan;
use palinode_engine::Clock;
use palinode_registry::Registry;
use palinode_server::{Configuration, Server, configuration, read_definitions, start_telemetry};
use parking_lot::Mutex;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{
    arguments::Run,
    control::{self, Sandbox},
    ground::{self, Ground},
    kept::Kept,
    senders::{Sender, Starter},
    stub::{self, Asked, Desk, Forms, Rules, Sagas, Stub, TopicsRead, Workers},
};
use crate::say;

/// Threads for HTTP and the registry; broker, tasks and stubs have threads of their own.
const ASYNC_THREADS: usize = 2;
/// Memory that the stores of all tasks share: the sagas of a test are few.
const STORE_BYTES: u64 = 8 * 1024 * 1024;
/// All tasks run within this time, also on a busy machine.
const READY_AT_MOST: Duration = Duration::from_secs(60);
const READY_LOOK: Duration = Duration::from_millis(5);

/// The definitions, and who stands in for their participants.
struct Cast {
    plans: Vec<Arc<Plan>>,
    stubs: std::collections::BTreeMap<Asked, Stub>,
    rules: Rules,
}

/// Runs a sandbox until it is told to stop.
pub(super) fn run(run: &Run) -> anyhow::Result<()> {
    let began = Instant::now();
    let plans = read_definitions(&run.definitions)?;
    let stubs = stub::stubs(&plans);
    let rules = Rules::read(run.rules.as_deref(), &stubs)?;
    let kept = Kept::new(run.data.as_deref())?;
    let (ground, registry) = Ground::prepare(run, &plans, &kept)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(ASYNC_THREADS)
        .enable_all()
        .build()
        .context("the threads for HTTP could not be started")?;
    let cast = Cast { plans, stubs, rules };
    runtime.block_on(serve(run, cast, (ground, registry, kept), began))
}

async fn serve(
    run: &Run,
    cast: Cast,
    (ground, registry, kept): (Ground, Registry, Kept),
    began: Instant,
) -> anyhow::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let listener = ground::listen(run.registry_port, "--registry-port").await?;
    let registry_url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(palinode_registry::serve(listener, registry));
    let schemas = Arc::new(ground::register(&registry_url, &run.schemas).await?);

    let configuration = Configuration {
        application: "sandbox".into(),
        member: "sandbox".into(),
        partitions: run.partitions,
        definitions: run.definitions.clone(),
        data_dir: kept.store(),
        kafka: configuration::Kafka {
            bootstrap_servers: ground.bootstrap().to_owned(),
            ..configuration::Kafka::default()
        },
        registry: configuration::Registry {
            url: registry_url.clone(),
        },
        http: configuration::Http {
            listen: ground::local(run.http_port),
        },
        log: configuration::Log {
            filter: run.log.clone(),
            ..configuration::Log::default()
        },
        store: configuration::Store {
            memory_bytes: STORE_BYTES,
        },
        ..Configuration::default()
    };
    let metrics = start_telemetry(&configuration.log)?;
    let clock = Clock::default();
    clock.advance(kept.moved()?);
    let server = Server::start_at(&configuration, metrics, clock.clone()).await?;

    let sender = Arc::new(Sender::new(ground.bootstrap())?);
    let seed = cast.rules.seed;
    let forms = Forms::new(Arc::clone(&schemas), &cast.stubs)?;
    let starter = Starter::new(&cast.plans, &schemas, Arc::clone(&sender), clock.clone(), seed)?;
    let desk = Arc::new(Mutex::new(Desk::new(cast.stubs.clone(), forms, cast.rules)));
    let sagas = Arc::new(Mutex::new(Sagas::default()));
    let read = TopicsRead {
        bootstrap: ground.bootstrap(),
        stubs: &cast.stubs,
        partitions: run.partitions,
    };
    let workers = Workers::start(
        &read,
        schemas,
        sender,
        Arc::clone(&desk),
        Arc::clone(&sagas),
        clock.clone(),
    )?;

    let listener = ground::listen(run.control_port, "--control-port").await?;
    let control_url = format!("http://{}", listener.local_addr()?);
    let sandbox = Arc::new(Sandbox {
        keys: format!("sandbox-{}", clock.now().0 / 1_000),
        ground,
        clock,
        kept,
        node: Arc::clone(server.node()),
        desk,
        sagas,
        starter,
    });
    let control = tokio::spawn({
        let router = control::router(Arc::clone(&sandbox));
        async move { axum::serve(listener, router).await }
    });
    sandbox.until_ready(READY_AT_MOST, READY_LOOK).await?;
    let addresses = Addresses {
        kafka: sandbox.ground.bootstrap().to_owned(),
        registry: registry_url,
        orchestrator: format!("http://{}", server.address()),
        control: control_url,
    };
    addresses.tell(run, &cast.plans, began.elapsed())?;

    told_to_stop(&mut terminate, &mut interrupt).await;
    control.abort();
    server.stop().await;
    workers.stop();
    // The handlers hold it as well until they have ended.
    if let Ok(sandbox) = Arc::try_unwrap(sandbox) {
        sandbox.ground.stop();
    }
    Ok(())
}

async fn told_to_stop(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Where everything is reached.
struct Addresses {
    kafka: String,
    registry: String,
    orchestrator: String,
    control: String,
}

impl Addresses {
    fn tell(&self, run: &Run, plans: &[Arc<Plan>], took: Duration) -> anyhow::Result<()> {
        let names: Vec<&str> = plans.iter().map(|plan| plan.name.as_str()).collect();
        say(format!("The sandbox is ready after {:.2} s.\n", took.as_secs_f64()))?;
        say(format!("  Kafka            {}", self.kafka))?;
        say(format!("  Schema registry  {}", self.registry))?;
        say(format!("  Orchestrator     {}", self.orchestrator))?;
        say(format!("  Control          {}", self.control))?;
        say(format!("  Definitions      {}", names.join(", ")))?;
        if run.bootstrap.is_some() {
            say("\nThis Kafka is not the sandbox's own: test data is written to it.")?;
        }
        let target = match run.control_port {
            DEFAULT_CONTROL_PORT => String::new(),
            _ => format!(" --control {}", self.control),
        };
        let first = names.first().copied().unwrap_or_default();
        say("\nWhat the sandbox writes itself carries the header palinode-sandbox: true.")?;
        say(format!("Start a saga:     palinode sandbox send {first}{target}"))?;
        say(format!("See what happens: palinode sandbox status{target}"))?;
        match &run.data {
            Some(folder) => say(format!(
                "Ctrl-C ends it; a start with --data {} goes on.",
                folder.display()
            )),
            None => say("Ctrl-C ends it, and everything in it is gone."),
        }
    }
}

/// The control port that the other commands ask when none is named.
const DEFAULT_CONTROL_PORT: u16 = 8079;
