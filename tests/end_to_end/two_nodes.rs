//! Two nodes share the tasks: what happens to orders when one of them ends.

use std::time::{Duration, Instant};

use palinode_sandbox::shop::Component;

use crate::support::{Audit, Ground, PATIENCE, Run, Wanted, World, eventually};

pub(crate) const KILLED: &str = "of two orchestrators one is killed, and its orders go on within 15 s";
pub(crate) const STOPPED: &str = "of two orchestrators one is stopped, and the other takes over at once";
const FIRST: Component = Component::Orchestrator(0);
const SECOND: Component = Component::Orchestrator(1);
const TASKS: usize = 12;
const ORDERS: usize = 120;
/// What a crash may cost.
const FAIL_OVER_AT_MOST: Duration = Duration::from_secs(15);
/// What an orderly end may cost.
const HAND_OVER_AT_MOST: Duration = Duration::from_secs(10);

/// Plays the scenarios.
pub(crate) fn play(run: &mut Run, ground: &Ground) {
    if !run.wants(&[KILLED, STOPPED]) {
        return;
    }
    let world = World::start(ground, "two-nodes", |settings| settings.nodes = 2);
    run.alone(KILLED, || killed(&world));
    run.alone(STOPPED, || stopped(&world));
    run.always("two nodes: the audit passes", || {
        world.audit(Audit::Ended);
    });
}

fn killed(world: &World<'_>) {
    await_shared(world);
    let took = goes_on(world, || world.shop().kill9(FIRST).expect("it is killed"));
    println!("after a kill all orders had ended within {:.1} s", took.as_secs_f64());
    assert!(took <= FAIL_OVER_AT_MOST, "it took {took:?}");
    await_all(world, SECOND);
}

fn stopped(world: &World<'_>) {
    if running(world, FIRST) == 0 {
        world.shop().restart(FIRST).expect("it comes back");
    }
    await_shared(world);
    let took = goes_on(world, || world.shop().stop(SECOND).expect("an orderly end"));
    println!("after a stop all orders had ended within {:.1} s", took.as_secs_f64());
    assert!(took <= HAND_OVER_AT_MOST, "it took {took:?}");
    await_all(world, FIRST);
}

/// Ends a node in the middle of orders; gives how long it took from then until they and new ones had ended.
fn goes_on(world: &World<'_>, end: impl FnOnce()) -> Duration {
    world.halt_packing();
    let mut orders = world.place_all(&vec![Wanted::by("ada"); ORDERS / 2]);
    eventually("orders wait for a picker at both nodes", || {
        (world.waiting_for_a_picker() == ORDERS as u64 / 2).then_some(())
    });
    world.pack_slowly();
    end();
    let ended = Instant::now();
    orders.extend(world.place_all(&vec![Wanted::by("ada"); ORDERS / 2]));
    assert_eq!(world.await_ended(&orders, PATIENCE), ORDERS);
    ended.elapsed()
}

/// Waits until the nodes run all tasks between them, and each some.
fn await_shared(world: &World<'_>) {
    eventually("the nodes share the tasks", || {
        let (first, second) = (running(world, FIRST), running(world, SECOND));
        (first > 0 && second > 0 && first + second == TASKS).then_some(())
    });
}

/// Waits until one node runs all tasks.
fn await_all(world: &World<'_>, node: Component) {
    eventually("one node runs all tasks", || {
        (running(world, node) == TASKS).then_some(())
    });
}

fn running(world: &World<'_>, node: Component) -> usize {
    let tasks = world.get(node, "/tasks").unwrap_or_default();
    tasks.as_array().map_or(0, |tasks| {
        tasks.iter().filter(|task| task["state"] == "running").count()
    })
}
