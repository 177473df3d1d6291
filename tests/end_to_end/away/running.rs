//! Brokers and registry go away while orders run.

use std::time::{Duration, Instant};

use palinode_sandbox::shop::Component;

use super::{
    neighbours::Neighbours,
    said::{await_metric, await_unready, wait_on},
};
use crate::support::{Wanted, World, eventually};

const ORCHESTRATOR: Component = Component::Orchestrator(0);
const ORDERS: usize = 20;

pub(super) fn running(world: &World<'_>, neighbours: &mut Neighbours, lasts: Duration) {
    world.halt_packing();
    let mut orders = world.place_all(&vec![Wanted::by("cleo"); ORDERS]);
    eventually("some orders wait for a picker", || {
        (world.waiting_for_a_picker() >= 5).then_some(())
    });
    let all = world.shop().components();

    neighbours.leave();
    let until = Instant::now() + lasts;
    // Customers notice nothing: their orders wait in the outbox.
    orders.push(world.place(&Wanted::by("dora")));
    for component in [
        ORCHESTRATOR,
        Component::Order,
        Component::Warehouse,
        Component::Analytics,
    ] {
        await_unready(world, component, "do not answer");
    }
    await_metric(
        world,
        ORCHESTRATOR,
        &[("broker", true), ("registry", true), ("disk", false)],
    );
    wait_on(world, &all, until);
    neighbours.come_back();

    for component in &all {
        world.shop().await_ready(*component).expect("it goes on by itself");
    }
    await_metric(world, ORCHESTRATOR, &[("broker", false), ("registry", false)]);
    world.pack_slowly();
    for order in &orders {
        world.await_status(order, "completed");
    }
    let paid = i64::try_from(ORDERS).expect("a small number") * 1_250;
    let balance = world.settings().first_balance_minor - paid;
    assert_eq!(world.account("cleo"), Some((balance, 0)), "each was charged once");
}
