//! Versions of a definition live side by side: a saga stays on the one it started with, whatever is published or retired.

use std::{rc::Rc, sync::Arc, time::Duration};

use palinode_engine::{
    Edition,
    cycle::{Signal, Status},
};
use palinode_store::memory::MemoryStores;
use palinode_wire::journal::{JournalRecord, TaskRecord};

use crate::support::{Shell, World, order_plan, order_plan_2};

fn publish_2(world: &World) {
    world.plans.borrow_mut().push(Arc::new(order_plan_2()));
}

/// The versions in the order in which they came into force.
fn activated(world: &World) -> Vec<(i32, String)> {
    let activation = |record| match record {
        JournalRecord::Task(TaskRecord::DefinitionActivated(it)) => Some((it.version, it.hash.to_string())),
        _ => None,
    };
    let records = world.journal().into_iter().map(|entry| entry.record);
    records.filter_map(activation).collect()
}

fn versions_of(world: &World, key: &str) -> Vec<u32> {
    let mut versions: Vec<u32> = world
        .saga_events()
        .iter()
        .filter(|event| event.id.key.as_str() == key)
        .map(|event| event.version)
        .collect();
    versions.dedup();
    versions
}

fn finish(world: &World, task: &mut Shell) {
    for _ in 0..6 {
        task.run();
        world.obey();
    }
    task.run();
}

/// An order under way that follows version 1, on a task that learns of version 2.
fn redeployed(learn: impl FnOnce(&Rc<World>, Shell) -> Shell) -> (Rc<World>, Shell) {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("old");
    task.run();
    world.obey();
    publish_2(&world);
    let mut task = learn(&world, task);
    world.place("new");
    finish(&world, &mut task);
    (world, task)
}

fn both_ended_on_their_versions(world: &World) {
    let asked = |key: &str| world.story(key).contains(&"StepRequested capture 1/1".to_owned());
    assert_eq!((versions_of(world, "old"), asked("old")), (vec![1], true));
    assert_eq!((versions_of(world, "new"), asked("new")), (vec![2], false));
    assert_eq!(
        (world.last("old"), world.last("new")),
        ("SagaCompleted".into(), "SagaCompleted".into())
    );
    let expected = [(1, order_plan().hash.to_string()), (2, order_plan_2().hash.to_string())];
    assert_eq!(activated(world), expected);
}

#[test]
fn a_running_task_that_is_told_goes_on_with_the_new_version_for_new_sagas_only() {
    let (world, task) = redeployed(|_, mut task| {
        task.tell(Signal::DefinitionsChanged);
        task.run();
        assert!(task.is_running());
        task
    });
    both_ended_on_their_versions(&world);
    task.ends_as_replayed();
}

#[test]
fn a_restart_with_a_new_version_changes_no_running_saga() {
    let stores = MemoryStores::default();
    let kept = stores.clone();
    let (world, task) = redeployed(|world, task| {
        task.crash();
        let mut again = world.task_of("two", 0, kept);
        again.take_over();
        again
    });
    both_ended_on_their_versions(&world);
    task.ends_as_replayed();
}

#[test]
fn a_task_that_nobody_tells_starts_the_old_version_until_its_next_take_over() {
    let (world, mut task) = redeployed(|_, task| task);
    assert_eq!(versions_of(&world, "new"), [1]);
    task.tell(Signal::DefinitionsChanged);
    task.run();
    world.place("newer");
    finish(&world, &mut task);
    assert_eq!(versions_of(&world, "newer"), [2]);
    task.ends_as_replayed();
}

#[test]
fn news_that_come_during_a_take_over_are_not_lost() {
    let world = World::new();
    let mut task = world.task();
    task.offer(Signal::Proposed);
    while !matches!(
        task.status(),
        Status::TakingOver {
            stage: "opening the store",
            ..
        }
    ) {
        assert!(task.act_once());
    }
    publish_2(&world);
    task.offer(Signal::DefinitionsChanged);
    while task.act_once() {}
    task.run();
    world.place("o-1");
    finish(&world, &mut task);
    assert_eq!(versions_of(&world, "o-1"), [2]);
    task.ends_as_replayed();
}

#[test]
fn a_version_that_is_retired_makes_way_for_the_one_before_it() {
    let (world, mut task) = redeployed(|_, mut task| {
        task.tell(Signal::DefinitionsChanged);
        task
    });
    *world.retired.borrow_mut() = vec![2];
    task.tell(Signal::DefinitionsChanged);
    world.place("after");
    finish(&world, &mut task);
    assert_eq!(versions_of(&world, "after"), [1]);
    let versions: Vec<i32> = activated(&world).into_iter().map(|(version, _)| version).collect();
    assert_eq!(versions, [1, 2, 1]);
    task.ends_as_replayed();
}

#[test]
fn news_that_change_nothing_are_journaled_nowhere() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    for _ in 0..3 {
        task.tell(Signal::DefinitionsChanged);
        task.run();
    }
    assert_eq!(activated(&world).len(), 1);
    task.ends_as_replayed();
}

#[test]
fn a_node_that_cannot_read_the_version_of_a_saga_declines_its_task_and_says_why() {
    let (world, task) = redeployed(|_, mut task| {
        task.tell(Signal::DefinitionsChanged);
        task
    });
    task.crash();
    let second = order_plan_2();
    world.plans.borrow_mut().truncate(1);
    *world.unreadable.borrow_mut() = vec![Edition {
        plan: Err("the apiVersion 'palinode/v9' is not known here".into()),
        ..Edition::from(Arc::new(second))
    }];
    let mut older = world.task_of("older", 0, MemoryStores::default());
    older.propose();
    let Status::Parked { reason, .. } = older.status() else {
        panic!("{:?}", older.status())
    };
    assert!(
        reason.contains("version 2") && reason.contains("palinode/v9"),
        "{reason}"
    );
}

#[test]
fn another_text_under_the_number_of_a_version_parks_the_task() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    task.crash();
    let mut other = order_plan();
    other.hash = "another".into();
    *world.plans.borrow_mut() = vec![Arc::new(other)];
    for stores in [MemoryStores::default(), MemoryStores::default()] {
        let mut again = world.task_of("one", 0, stores);
        again.propose();
        let Status::Parked { reason, .. } = again.status() else {
            panic!("{:?}", again.status())
        };
        assert!(reason.contains("the hash another"), "{reason}");
        again.pass(Duration::from_secs(1));
    }
    assert_eq!(world.last("o-1"), "StepRequested stock 1/1");
}
