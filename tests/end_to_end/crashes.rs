//! `kill -9` in the middle of orders.

use std::{collections::BTreeSet, fs, path::Path, thread, time::Instant};

use bytes::Bytes;
use palinode_sandbox::shop::Component;

use crate::support::{Audit, Ground, PATIENCE, Raw, Run, Wanted, World, eventually};

pub(crate) const ORCHESTRATOR: &str = "the orchestrator is killed twice in the middle of 500 orders";
pub(crate) const STATE_DELETED: &str = "the orchestrator's state is deleted in the middle of orders, and comes back from snapshots, and from the journal alone";
/// Orders of the scenarios in whose middle something is killed.
const ORDERS: usize = 500;
const ORCHESTRATOR_0: Component = Component::Orchestrator(0);
const TASKS: usize = 12;
pub(crate) const PARTICIPANTS: &str = "every participant is killed, one after the other, in the middle of 500 orders";

/// Plays the scenarios.
pub(crate) fn play(run: &mut Run, ground: &Ground) {
    if !run.wants(&[ORCHESTRATOR, STATE_DELETED, PARTICIPANTS]) {
        return;
    }
    let world = World::start(ground, "crashes", |settings| {
        settings
            .orchestrator
            .insert("engine.checkpoint_seconds".into(), "1".into());
    });
    let mut observer = world.observe();
    run.alone(ORCHESTRATOR, || orchestrator(&world));
    world.kill_observer(&mut observer);
    run.alone(STATE_DELETED, || state_deleted(&world));
    run.alone(PARTICIPANTS, || participants(&world));
    run.always(
        "crashes: the audit passes, with what a reader was handed all along",
        || {
            let report = world.audit_with(Audit::Ended, Some(&observer));
            assert!(observations(&report) > 0, "{report}");
        },
    );
}

/// What the audit knew of the reader.
fn observations(report: &str) -> u64 {
    let line = report.lines().find_map(|line| line.strip_prefix("observations"));
    line.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
}

fn orchestrator(world: &World<'_>) {
    world.halt_packing();
    let orders = thread::scope(|scope| {
        let placing = scope.spawn(|| world.place_all(&mix(ORDERS)));
        eventually("some orders wait for a picker", || {
            (world.waiting_for_a_picker() >= 60).then_some(())
        });
        crash(world, ORCHESTRATOR_0, || outcomes(world));
        world.pack_slowly();
        eventually("some orders have ended", || (outcomes(world) >= 100).then_some(()));
        crash(world, ORCHESTRATOR_0, || outcomes(world));
        placing.join().expect("the orders are placed")
    });
    assert_all_end(world, &orders);
}

fn state_deleted(world: &World<'_>) {
    const ORDERS: usize = 100;
    world.halt_packing();
    let orders = world.place_all(&mix(ORDERS));
    eventually("some orders wait for a picker", || {
        (world.waiting_for_a_picker() >= 20).then_some(())
    });
    eventually("each task has made a checkpoint", || {
        let mut records = world.records("palinode.snapshots");
        records.retain(|record| record.key.as_deref() == Some(b"checkpoint") && record.value.is_some());
        let tasks: BTreeSet<_> = records.iter().map(|record| record.source.partition).collect();
        (tasks.len() == TASKS).then_some(())
    });
    lose_state(world, "the store is made from the snapshots");
    // Snapshots are of no use when anything is odd about them.
    let odd = |partition| Raw {
        topic: "palinode.snapshots".into(),
        partition: Some(partition),
        key: Some(Bytes::from_static(b"something else")),
        value: Bytes::from_static(b"x"),
        ..Raw::default()
    };
    world.produce(&(0..TASKS as i32).map(odd).collect::<Vec<_>>());
    lose_state(world, "the snapshots are of no use");
    world.pack_slowly();
    assert_all_end(world, &orders);
}

/// The orchestrator is killed and its folder deleted; when it is back, each of its tasks has said `line`.
fn lose_state(world: &World<'_>, line: &str) {
    let mut shop = world.shop();
    let said = |log: &Path| fs::read_to_string(log).expect("its log").matches(line).count();
    let log = shop.log(ORCHESTRATOR_0);
    let before = said(&log);
    shop.kill9(ORCHESTRATOR_0).expect("it is killed");
    fs::remove_dir_all(shop.folder(ORCHESTRATOR_0)).expect("its folder goes");
    let began = Instant::now();
    shop.restart(ORCHESTRATOR_0).expect("it comes back");
    println!("after '{line}' all tasks run in {:.1} s", began.elapsed().as_secs_f64());
    let tasks = said(&log) - before;
    assert!(tasks >= TASKS, "{tasks} tasks say '{line}'");
}

/// The payment and the order service are killed while orders are placed and paid, the warehouse and the shipment service
/// while they are packed and shipped.
fn participants(world: &World<'_>) {
    let before = outcomes(world);
    let ended = || outcomes(world) - before;
    world.halt_packing();
    let orders = thread::scope(|scope| {
        let placing = scope.spawn(|| world.place_all(&mix(ORDERS)));
        for (waiting, component) in [(60, Component::Payment), (150, Component::Order)] {
            eventually("some orders wait for a picker", || {
                (world.waiting_for_a_picker() >= waiting).then_some(())
            });
            crash(world, component, ended);
        }
        world.pack_slowly();
        for (enough, component) in [(80, Component::Warehouse), (200, Component::Shipment)] {
            eventually("some orders have ended", || (ended() >= enough).then_some(()));
            crash(world, component, ended);
            // A warehouse that comes back is as fast as it was set up to be.
            world.pack_slowly();
        }
        placing.join().expect("the orders are placed")
    });
    assert_all_end(world, &orders);
}

/// Kills a process before all orders have ended, and starts it again.
fn crash(world: &World<'_>, component: Component, ended: impl FnOnce() -> usize) {
    let mut shop = world.shop();
    shop.kill9(component).expect("it is killed");
    assert!(ended() < ORDERS, "{component} was killed too late to show anything");
    shop.restart(component).expect("it comes back");
}

/// Every order ends as it would have without the crash.
fn assert_all_end(world: &World<'_>, orders: &[String]) {
    let completed = world.await_ended(orders, PATIENCE);
    let expected = orders.len() - refused(orders.len());
    assert_eq!(completed, expected, "of {}", orders.len());
}

/// Of ten orders one is refused by the bank and one by every carrier.
fn mix(count: usize) -> Vec<Wanted> {
    let customer = |number: usize| match number % 10 {
        3 => format!("refused-{number}"),
        7 => format!("unreachable-{number}"),
        _ => format!("c-{}", number % 20),
    };
    (0..count).map(|number| Wanted::by(customer(number))).collect()
}

fn refused(count: usize) -> usize {
    (0..count).filter(|number| matches!(number % 10, 3 | 7)).count()
}

fn outcomes(world: &World<'_>) -> usize {
    world.records("palinode.outcomes").len()
}
