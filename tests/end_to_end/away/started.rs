//! Processes that start while brokers and registry are away.

use std::time::{Duration, Instant};

use palinode_sandbox::shop::Component;

use super::{
    neighbours::Neighbours,
    said::{await_metric, await_unready, end_while_waiting, wait_on},
};
use crate::support::{Wanted, World, eventually};

const ORCHESTRATOR: Component = Component::Orchestrator(0);

pub(super) fn started(world: &World<'_>, neighbours: &mut Neighbours, lasts: Duration) {
    world.halt_packing();
    let under_way = world.place(&Wanted::by("ada"));
    eventually("the order waits for a picker", || {
        (world.waiting_for_a_picker() == 1).then_some(())
    });
    let all = world.shop().components();

    neighbours.leave();
    let until = Instant::now() + lasts;
    {
        let mut shop = world.shop();
        for component in &all {
            shop.kill9(*component).expect("it is killed");
            shop.launch(*component).expect("it is started again");
        }
    }
    for component in &all {
        await_unready(world, *component, "do not answer");
    }
    await_unready(world, ORCHESTRATOR, "the node is starting");
    await_unready(world, Component::Payment, "the schema registry does not answer");
    await_metric(
        world,
        ORCHESTRATOR,
        &[("broker", true), ("registry", true), ("disk", false)],
    );
    await_metric(world, Component::Payment, &[("broker", true), ("registry", true)]);
    for component in [ORCHESTRATOR, Component::Payment, Component::Notification] {
        end_while_waiting(world, component);
    }
    wait_on(world, &all, until);
    neighbours.come_back();

    for component in &all {
        world.shop().await_ready(*component).expect("it goes on by itself");
    }
    await_metric(world, ORCHESTRATOR, &[("broker", false), ("registry", false)]);
    await_metric(world, Component::Payment, &[("broker", false), ("registry", false)]);
    world.pack_slowly();
    world.await_status(&under_way, "completed");
    let after = world.place(&Wanted::by("ben"));
    world.await_status(&after, "completed");
}
