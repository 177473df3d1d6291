//! A lock is held by one saga at a time, in the order in which they asked, whatever happens in between.

use std::{rc::Rc, sync::Arc, time::Duration};

use palinode_core::{Action, LockPlan, LockState, OnTimeout, Saga};
use palinode_store::{Stores, memory::MemoryStores};
use palinode_wire::{headers, own, partition_of};

use crate::support::{Setup, Shell, World, field, header_of, with_packing};

/// The lock that all orders of one customer share.
const LOCK: &str = "something";

fn world(partitions: i32, on_timeout: OnTimeout) -> Rc<World> {
    let lock = Action::Lock(LockPlan {
        key: field("start.customer_id"),
        timeout: Duration::from_secs(60),
        on_timeout,
        until: Vec::new(),
    });
    World::with(Setup {
        partitions,
        plans: vec![Arc::new(with_packing(lock))],
        ..Setup::default()
    })
}

fn task_of_lock(partitions: i32) -> i32 {
    partition_of(LOCK.as_bytes(), partitions)
}

/// A key of `task`.
fn order_of(task: i32, number: usize) -> String {
    (0..)
        .map(|candidate| format!("o-{candidate}"))
        .filter(|key| partition_of(key.as_bytes(), 2) == task)
        .nth(number)
        .unwrap()
}

fn lock<St: Stores>(task: &Shell<St>) -> LockState {
    let saga = task.cycle().saga(&LockState::id(&LOCK.into())).unwrap().unwrap();
    match saga {
        Some(Saga::Lock(lock)) => *lock,
        other => panic!("{other:?} is no lock"),
    }
}

fn holder<St: Stores>(task: &Shell<St>) -> Option<String> {
    lock(task).holder.map(|holder| holder.request.saga.key.to_string())
}

/// Lets all tasks work until none has anything to do.
fn settle(tasks: &mut [&mut Shell]) {
    for _ in 0..20 {
        tasks.iter_mut().for_each(|task| task.run());
    }
}

#[test]
fn sagas_hold_it_one_after_the_other_in_the_order_in_which_they_asked() {
    let world = world(1, OnTimeout::Fail);
    let mut task = world.task();
    task.take_over();
    ["o-1", "o-2", "o-3"].iter().for_each(|order| drop(world.place(order)));
    task.run();
    world.obey();
    task.run();
    assert_eq!(world.last("o-1"), "StepRequested shipment 1/1");
    assert_eq!(world.last("o-2"), "LockQueued packing");
    assert_eq!(lock(&task).waiting.len(), 2);
    for (order, next) in [("o-1", Some("o-2")), ("o-2", Some("o-3")), ("o-3", None)] {
        assert_eq!(holder(&task).as_deref(), Some(order));
        // The shipment, and then the money.
        world.obey();
        task.run();
        world.obey();
        task.run();
        assert_eq!(world.last(order), "SagaCompleted");
        assert_eq!(holder(&task).as_deref(), next);
    }
    task.ends_as_replayed();
}

#[test]
fn it_is_asked_for_on_another_partition_by_a_copy_of_the_event() {
    let world = world(2, OnTimeout::Fail);
    let theirs = task_of_lock(2);
    let ours = 1 - theirs;
    let mut lock_task = world.task_of("one", theirs, MemoryStores::default());
    let mut saga_task = world.task_of("one", ours, MemoryStores::default());
    lock_task.take_over();
    saga_task.take_over();
    let order = order_of(ours, 0);
    world.place(&order);
    saga_task.run();
    world.obey();
    saga_task.run();
    assert_eq!(world.last(&order), "LockAsked packing");
    let told = world.broker.read("palinode.inbox");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].source.partition, theirs);
    assert_eq!(
        header_of(&told[0], headers::CE_TYPE).as_deref(),
        Some(own::SAGA_EVENT.name)
    );
    let asked = world
        .saga_events()
        .into_iter()
        .find(|event| event.event_type == "LockAsked")
        .unwrap();
    assert_eq!(header_of(&told[0], headers::CE_ID), Some(asked.event_id()));
    settle(&mut [&mut lock_task, &mut saga_task]);
    assert_eq!(holder(&lock_task).as_deref(), Some(&*order));
    assert_eq!(world.last(&order), "StepRequested shipment 1/1");
    let taken = world
        .saga_events()
        .into_iter()
        .find(|event| event.event_type == "LockTaken")
        .unwrap();
    assert_eq!(taken.cause.as_str(), format!("palinode.inbox/{theirs}/0"));
    assert_eq!(taken.correlation, asked.correlation);
    lock_task.crash();
    saga_task.ends_as_replayed();
}

#[test]
fn who_waits_too_long_turns_back_and_is_passed_by() {
    let world = world(1, OnTimeout::Fail);
    let mut task = world.task();
    task.take_over();
    for order in ["o-1", "o-2"] {
        world.place(order);
        task.run();
        world.obey();
        task.run();
    }
    task.pass(Duration::from_secs(61));
    let story = world.story("o-2");
    assert!(
        story.contains(&"LockMissed packing LOCK_TIMED_OUT".to_owned()),
        "{story:?}"
    );
    assert!(
        story.contains(&"CompensationStarted LOCK_TIMED_OUT".to_owned()),
        "{story:?}"
    );
    assert!(lock(&task).waiting.is_empty());
    assert_eq!(holder(&task).as_deref(), Some("o-1"));
    task.ends_as_replayed();
}

#[test]
fn a_grant_that_comes_after_the_time_out_is_given_back() {
    let world = world(2, OnTimeout::Continue);
    let theirs = task_of_lock(2);
    let ours = 1 - theirs;
    let mut lock_task = world.task_of("one", theirs, MemoryStores::default());
    let mut saga_task = world.task_of("one", ours, MemoryStores::default());
    saga_task.take_over();
    let order = order_of(ours, 0);
    world.place(&order);
    saga_task.run();
    world.obey();
    saga_task.run();
    // Nobody runs the task of the lock meanwhile.
    saga_task.pass(Duration::from_secs(61));
    let story = world.story(&order);
    assert!(
        story.contains(&"LockMissed packing LOCK_TIMED_OUT".to_owned()),
        "{story:?}"
    );
    lock_task.take_over();
    settle(&mut [&mut lock_task, &mut saga_task]);
    assert_eq!(
        world.story(LOCK),
        ["LockTaken packing", "LockLeft packing"],
        "what was told in the wrong moment is undone"
    );
    assert_eq!(lock(&lock_task).holder, None);
    let story = world.story(&order);
    assert!(
        story.contains(&"InputRejected packing NOT_AWAITED".to_owned()),
        "{story:?}"
    );
    lock_task.crash();
    saga_task.ends_as_replayed();
}

#[test]
fn a_compensated_saga_gives_it_back_when_everything_is_taken_back() {
    let world = world(1, OnTimeout::Fail);
    let mut task = world.task();
    task.take_over();
    ["o-1", "o-2"].iter().for_each(|order| drop(world.place(order)));
    task.run();
    world.obey();
    task.run();
    let shipment = world
        .commands()
        .into_iter()
        .find(|command| command.record.contains("Shipment"))
        .unwrap();
    world.refuse(&shipment, "NO_TRUCK");
    task.run();
    assert_eq!(holder(&task).as_deref(), Some("o-1"), "it is not done yet");
    while world.last("o-1") != "SagaCompensated STEP_FAILED" {
        assert!(!world.obey().is_empty(), "{:?}", world.story("o-1"));
        task.run();
    }
    assert_eq!(holder(&task).as_deref(), Some("o-2"));
    task.ends_as_replayed();
}

#[test]
fn nothing_is_told_twice_when_the_process_dies_between_any_two_transactions() {
    let calm = run(u32::MAX);
    for after in 1..30 {
        assert_eq!(run(after), calm, "died after {after} transactions");
    }
}

/// Two orders share the lock, and the process dies once, after so many transactions have stood; gives what happened to the
/// lock.
fn run(dies_after: u32) -> Vec<String> {
    let world = world(1, OnTimeout::Fail);
    let mut task = world.task();
    task.dies_after_commits = Some(dies_after);
    task.propose();
    for order in ["o-1", "o-2"] {
        world.place(order);
    }
    for _ in 0..12 {
        task.run();
        if task.is_dead() {
            task.crash();
            task = world.task();
            task.take_over();
        }
        world.obey();
    }
    task.run();
    for order in ["o-1", "o-2"] {
        assert_eq!(world.last(order), "SagaCompleted");
    }
    let mut told: Vec<_> = world
        .broker
        .read("palinode.inbox")
        .iter()
        .map(|it| header_of(it, headers::CE_ID))
        .collect();
    let all = told.len();
    told.sort();
    told.dedup();
    assert_eq!(told.len(), all, "an event was told twice");
    let story = world.story(LOCK);
    task.ends_as_replayed();
    story
}
