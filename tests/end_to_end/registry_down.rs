//! The registry is down while the orchestrator starts.

use std::fs;

use palinode_sandbox::{
    registry::{self, Registry},
    shop::Component,
};

use crate::support::{Audit, Ground, Run, Wanted, World, eventually};

const NAME: &str = "an orchestrator that lost its disk starts and replays while the registry is down";
const ORCHESTRATOR: Component = Component::Orchestrator(0);

/// Plays the scenario, in a shop with a registry of its own.
pub(crate) fn play(run: &mut Run, ground: &Ground) {
    if !run.wants(&[NAME]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let settings = registry::Settings {
        port: None,
        file: Some(folder.path().join("registry")),
    };
    let registry = Registry::start(settings.clone()).expect("a registry");
    let (url, mut registry) = (registry.url(), Some(registry));
    let world = World::start(ground, "unregistered", |settings| {
        settings.partitions = 4;
        settings.registry = url.clone();
    });
    run.alone(NAME, || started_without(&world, &mut registry));
    drop(registry.take());
    let port = url.rsplit(':').next().and_then(|port| port.parse().ok());
    let _back = eventually("the registry is back", || {
        Registry::start(registry::Settings {
            port,
            ..settings.clone()
        })
        .ok()
    });
    run.always("registry down: the audit passes", || {
        world.audit(Audit::Ended);
    });
}

fn started_without(world: &World<'_>, registry: &mut Option<Registry>) {
    let before = world.place_all(&[Wanted::by("ada"), Wanted::by("unreachable-ben")]);
    world.await_status(&before[0], "completed");
    world.await_status(&before[1], "compensated");
    world.halt_packing();
    let under_way = world.place(&Wanted::by("cleo"));
    eventually("the order waits for a picker", || {
        (world.waiting_for_a_picker() == 1).then_some(())
    });

    drop(registry.take());
    {
        let mut shop = world.shop();
        shop.kill9(ORCHESTRATOR).expect("it is killed");
        fs::remove_dir_all(shop.folder(ORCHESTRATOR)).expect("its folder goes");
        shop.restart(ORCHESTRATOR).expect("it comes back without the registry");
    }
    world.pack_slowly();

    world.await_status(&under_way, "completed");
    let after = world.place_all(&[Wanted::by("dora"), Wanted::by("refused-eve")]);
    world.await_status(&after[0], "completed");
    world.await_status(&after[1], "compensated");
}
