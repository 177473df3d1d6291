//! Which scenarios there are, and how long somebody is away.

use std::{env, time::Duration};

use palinode_sandbox::{cluster::Kind, shop::Component};

use super::{disk, neighbours::Neighbours, running::running, started::started};
use crate::support::{Audit, Ground, Run, World};

const STARTED: &str = "who starts while the brokers and the registry are away says so, waits, and goes on by itself";
const RUNNING: &str = "brokers and a registry that go away while orders run are waited for, and nothing is lost";
const FULL: &str = "an orchestrator with a full disk says so, waits, and goes on by itself";

/// Long enough for everybody to notice.
const SHORT: Duration = Duration::from_secs(5);
/// Longer than every time-out on the way.
const LONG: Duration = Duration::from_secs(300);

/// Plays the scenarios, in a shop with a broker and a registry of its own.
pub(crate) fn play(run: &mut Run, ground: &Ground) {
    if !run.wants(&[STARTED, RUNNING, FULL]) {
        return;
    }
    if matches!(ground.kind(), Kind::Existing(_)) {
        println!("not played: {STARTED}; {RUNNING}; {FULL}: a cluster that others use does not go away");
        return;
    }
    let lasts = lasts(ground.kind());
    let mut neighbours = Neighbours::start(ground.kind());
    let mut disk = None;
    let world = World::start(ground, "away", |settings| {
        settings.partitions = 4;
        settings.bootstrap_servers = neighbours.bootstrap();
        settings.registry = neighbours.registry_url();
        disk = disk::Disk::mount(settings.folder.join(Component::Orchestrator(0).name()));
    });
    run.alone(STARTED, || started(&world, &mut neighbours, lasts));
    run.alone(RUNNING, || running(&world, &mut neighbours, lasts));
    match &disk {
        Some(disk) => run.alone(FULL, || disk::full(&world, disk, lasts)),
        None => println!("not played: {FULL}: no disk can be mounted here, which only root may"),
    }
    run.always("away: the audit passes", || {
        world.audit(Audit::Ended);
    });
}

fn lasts(kind: &Kind) -> Duration {
    let is_long = *kind == Kind::Real && env::var("KAFKA").is_ok_and(|kafka| kafka == "both");
    if is_long { LONG } else { SHORT }
}
