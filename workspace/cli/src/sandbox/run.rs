//! Running a sandbox until it is told to end.

use std::{path::Path, sync::Arc, time::Instant};

use anyhow::Context;
use tokio::{
    runtime::Builder,
    signal::unix::{SignalKind, signal},
    sync::{mpsc, oneshot},
};

use super::{
    arguments::Run,
    control::{self, Sandbox},
    ground,
    kept::{Kept, check_snapshot},
    opening::{Opening, Ports},
    scenario::{Played, Scenario, play},
    span::in_words,
    stage::Stage,
    world::World,
};
use crate::say;

/// The control port that the other commands ask when none is named.
const DEFAULT_CONTROL_PORT: u16 = 8079;

/// Runs a sandbox until it is told to stop.
pub(super) fn run(run: &Run) -> anyhow::Result<()> {
    let began = Instant::now();
    let scenario = run.replay.as_deref().map(Scenario::read).transpose()?;
    let stage = Arc::new(Stage::read(run, scenario.as_ref())?);
    let kept = Arc::new(Kept::new(run.data.as_deref(), run.sync)?);
    if let Some(snapshot) = &run.from {
        anyhow::ensure!(
            kept.state()?.is_none(),
            "there is a sandbox's state in the folder of --data already: --from begins in a new one"
        );
        check_snapshot(snapshot, stage.partitions)?;
        kept.take(snapshot)?;
    }
    let opening = Opening {
        ports: Ports {
            kafka: run.port,
            registry: run.registry_port,
            http: run.http_port,
        },
        began_at_ms: match &scenario {
            Some(scenario) => Some(scenario.header.began()?.0),
            None => None,
        },
    };
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("the thread of the control port could not be started")?;
    let listener = runtime.block_on(ground::listen(run.control_port, "--control-port"))?;
    let control = format!("http://{}", listener.local_addr()?);

    let world = World::start(&stage, &kept, &opening)?;
    tell(&world, &control, began)?;
    let (failed, mut failures) = mpsc::channel(1);
    let sandbox = Arc::new(Sandbox::new(world, failed));
    let router = control::router(Arc::clone(&sandbox));
    runtime.spawn(async move { axum::serve(listener, router).await });
    let mut played = scenario.map(|scenario| start_playing(&sandbox, scenario)).transpose()?;
    let ended = runtime.block_on(async {
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        loop {
            tokio::select! {
                _ = terminate.recv() => return Ok(()),
                _ = interrupt.recv() => return Ok(()),
                Some(error) = failures.recv() => return Err(error),
                result = when_played(&mut played) => {
                    tell_played(&sandbox, &result?)?;
                    if run.end_after_replay {
                        return Ok(());
                    }
                }
            }
        }
    });
    let recorded = match &run.record {
        Some(path) => record(&sandbox, path),
        None => Ok(()),
    };
    sandbox.stop();
    runtime.shutdown_background();
    ended.and(recorded)
}

type Playing = oneshot::Receiver<anyhow::Result<Played>>;

/// Plays on a thread of its own.
fn start_playing(sandbox: &Arc<Sandbox>, scenario: Scenario) -> anyhow::Result<Playing> {
    let (told, played) = oneshot::channel();
    let sandbox = Arc::clone(sandbox);
    // Nobody listens any more when the sandbox was told to stop meanwhile.
    let work = move || drop(told.send(play(&sandbox, scenario)));
    std::thread::Builder::new().name("replay".into()).spawn(work)?;
    Ok(played)
}

/// Resolves once, when the scenario is played.
async fn when_played(playing: &mut Option<Playing>) -> anyhow::Result<Played> {
    let Some(played) = playing else {
        return std::future::pending().await;
    };
    let result = played.await;
    *playing = None;
    result
        .context("the thread that played the scenario has ended")?
        .context("the scenario was not played to its end")
}

fn record(sandbox: &Sandbox, path: &Path) -> anyhow::Result<()> {
    let text = sandbox.with(|world| world.recorder.text())?;
    std::fs::write(path, text).with_context(|| format!("{} could not be written", path.display()))
}

fn tell(world: &World, control: &str, began: Instant) -> anyhow::Result<()> {
    let (run, addresses) = (&world.stage.run, &world.addresses);
    let names: Vec<&str> = world.stage.plans.iter().map(|plan| plan.name.as_str()).collect();
    say(format!(
        "The sandbox is ready after {:.2} s.\n",
        began.elapsed().as_secs_f64()
    ))?;
    say(format!("  Kafka            {}", addresses.kafka))?;
    say(format!("  Schema registry  {}", addresses.registry))?;
    say(format!("  Orchestrator     http://{}", addresses.orchestrator))?;
    say(format!("  Control          {control}"))?;
    say(format!("  Definitions      {}", names.join(", ")))?;
    if run.bootstrap.is_some() {
        say("\nThis Kafka is not the sandbox's own: test data is written to it.")?;
    }
    let target = match run.control_port {
        DEFAULT_CONTROL_PORT => String::new(),
        _ => format!(" --control {control}"),
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

fn tell_played(sandbox: &Sandbox, played: &Played) -> anyhow::Result<()> {
    let status = sandbox.with(|world| Ok(world.status()))?;
    say(format!(
        "\nThe scenario is played: {} events in {} of the sandbox's time, which took {:.1} s.\n",
        played.events,
        in_words(played.length),
        played.took.as_secs_f64()
    ))?;
    say(status.to_string().trim_end())
}
