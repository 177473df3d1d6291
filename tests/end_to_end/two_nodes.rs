//! Two nodes share the tasks: what happens to orders when one of them ends.

use std::{
    collections::BTreeMap,
    fs,
    time::{Duration, Instant},
};

use palinode_sandbox::{cluster::Kind, shop::Component};

use crate::support::{Audit, Ground, PATIENCE, Run, Wanted, World, eventually};

pub(crate) const KILLED: &str = "of two orchestrators one is killed, and its orders go on within 5 s";
pub(crate) const STOPPED: &str = "of two orchestrators one is stopped, and the other takes over at once";
const NEWER: &str =
    "of two orchestrators in a group of the newer protocol (KIP-848) one is killed, and its orders go on";
const FIRST: Component = Component::Orchestrator(0);
const SECOND: Component = Component::Orchestrator(1);
const TASKS: usize = 12;
const ORDERS: usize = 120;
/// What a crash may cost an order beside what orders take on a machine that is busy with other tests; two seconds on one
/// that is not.
const FAIL_OVER_AT_MOST: Duration = Duration::from_secs(5);
/// What an orderly end may cost an order, likewise; one second on a machine that is not busy.
const HAND_OVER_AT_MOST: Duration = Duration::from_secs(4);
/// How long orders are placed after the end of a node.
const PLACING: Duration = Duration::from_secs(3);
/// The pause between two orders.
const BETWEEN: Duration = Duration::from_millis(15);

/// How long orders took.
#[derive(Clone, Copy, Debug)]
struct Took {
    slowest: Duration,
    median: Duration,
}

impl Took {
    /// How much longer the slowest took than twice what is usual on this machine at this time.
    fn beyond_usual(self) -> Duration {
        self.slowest.saturating_sub(2 * self.median)
    }
}

/// Plays the scenarios.
pub(crate) fn play(run: &mut Run, ground: &Ground) {
    if run.wants(&[KILLED, STOPPED]) {
        classic(run, ground);
    }
    // The classic protocol is the one that is shipped: the newer one is for the long form.
    if run.wants(&[NEWER]) && *ground.kind() != Kind::Embedded {
        newer(run, ground);
    }
}

fn classic(run: &mut Run, ground: &Ground) {
    let world = World::start(ground, "two-nodes", |settings| settings.nodes = 2);
    run.alone(KILLED, || killed(&world));
    run.alone(STOPPED, || stopped(&world));
    run.always("two nodes: the audit passes", || {
        world.audit(Audit::Ended);
    });
}

fn newer(run: &mut Run, ground: &Ground) {
    let world = World::start(ground, "two-newer-nodes", |settings| {
        settings.nodes = 2;
        settings
            .kafka_properties
            .insert("group.protocol".into(), "consumer".into());
    });
    run.alone(NEWER, || {
        killed(&world);
        world.shop().restart(FIRST).expect("it comes back");
        await_shared(&world);
    });
    run.always("two nodes, newer protocol: the audit passes", || {
        world.audit(Audit::Ended);
    });
}

fn killed(world: &World<'_>) {
    await_shared(world);
    let took = goes_on(world, || world.shop().kill9(FIRST).expect("it is killed"));
    tell("a kill", took);
    assert!(took.beyond_usual() <= FAIL_OVER_AT_MOST, "it took {took:?}");
    await_all(world, SECOND);
}

fn stopped(world: &World<'_>) {
    if count(world, FIRST, "running") == 0 {
        world.shop().restart(FIRST).expect("it comes back");
    }
    await_shared(world);
    let took = goes_on(world, || world.shop().stop(SECOND).expect("an orderly end"));
    tell("a stop", took);
    assert!(took.beyond_usual() <= HAND_OVER_AT_MOST, "it took {took:?}");
    await_all(world, FIRST);
}

/// Ends a node in the middle of orders, with more to come; gives how long those took that were placed then.
fn goes_on(world: &World<'_>, end: impl FnOnce() + Send) -> Took {
    world.halt_packing();
    let before = world.place_all(&vec![Wanted::by("ada"); ORDERS / 2]);
    eventually("orders wait for a picker at both nodes", || {
        (world.waiting_for_a_picker() == ORDERS as u64 / 2).then_some(())
    });
    world.pack_slowly();
    let mut during = Vec::new();
    std::thread::scope(|scope| {
        let ends = scope.spawn(|| {
            // Some orders are placed before.
            std::thread::sleep(PLACING / 6);
            end();
        });
        let begin = Instant::now();
        while begin.elapsed() < PLACING || !ends.is_finished() {
            during.push(world.place(&Wanted::by("ada")));
            std::thread::sleep(BETWEEN);
        }
    });
    let all = [before, during.clone()].concat();
    assert_eq!(world.await_ended(&all, PATIENCE), all.len());
    took(world, &during)
}

/// The time between the placing of orders and the ends of their sagas, by the times of their records.
fn took(world: &World<'_>, orders: &[String]) -> Took {
    let ended: BTreeMap<_, _> = world
        .records("palinode.outcomes")
        .into_iter()
        .map(|record| (record.key, record.timestamp))
        .collect();
    let placed = world.records("orders.events");
    let took = placed.iter().filter_map(|record| {
        let key = record.key.as_deref()?;
        orders.iter().find(|order| order.as_bytes() == key)?;
        u64::try_from(ended.get(&record.key)? - record.timestamp).ok()
    });
    let mut took: Vec<u64> = took.collect();
    took.sort_unstable();
    assert_eq!(took.len(), orders.len(), "each order has one outcome");
    Took {
        slowest: Duration::from_millis(took[took.len() - 1]),
        median: Duration::from_millis(took[took.len() / 2]),
    }
}

fn tell(what: &str, took: Took) {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!(
        "around {what} the slowest order took {:.2} s, the median order {:.2} s (load average {})",
        took.slowest.as_secs_f64(),
        took.median.as_secs_f64(),
        load.split(' ').next().unwrap_or_default()
    );
}

/// Waits until the nodes run all tasks between them, and each some, and each follows those of the other.
fn await_shared(world: &World<'_>) {
    eventually("the nodes share the tasks", || {
        let (first, second) = (count(world, FIRST, "running"), count(world, SECOND, "running"));
        let followed = count(world, FIRST, "standby") + count(world, SECOND, "standby");
        (first > 0 && second > 0 && first + second == TASKS && followed == TASKS).then_some(())
    });
}

/// Waits until one node runs all tasks.
fn await_all(world: &World<'_>, node: Component) {
    eventually("one node runs all tasks", || {
        (count(world, node, "running") == TASKS).then_some(())
    });
}

/// How many tasks of a node are in a state.
fn count(world: &World<'_>, node: Component, state: &str) -> usize {
    let tasks = world.get(node, "/tasks").unwrap_or_default();
    tasks
        .as_array()
        .map_or(0, |tasks| tasks.iter().filter(|task| task["state"] == state).count())
}
