//! A standby follows the journal, and a take-over goes on from what it has followed.

use std::time::Duration;

use palinode_core::Saga;
use palinode_engine::cycle::{Signal, Status};
use palinode_store::memory::MemoryStores;

use crate::{
    checkpoints::{checkpoint, complete, world_with},
    support::{Shell, World},
};

/// The offset up to which a standby has followed.
fn followed(standby: &Shell) -> i64 {
    match standby.status() {
        Status::Standby {
            journal: Some(offset),
            trouble: None,
        } => offset,
        other => panic!("{other:?}"),
    }
}

fn end(world: &World) -> i64 {
    let journal = world.broker.read("palinode.journal");
    journal.last().expect("it has records").offset
}

#[test]
fn a_standby_reads_what_the_owner_writes_and_writes_nothing() {
    let world = World::new();
    let mut owner = world.task();
    let mut standby = world.task_of("two", 0, MemoryStores::default());
    standby.tell(Signal::Follow);
    standby.run();
    assert_eq!(followed(&standby), -1);
    owner.take_over();
    for order in 0..20 {
        world.place(&format!("o-{order}"));
        owner.run();
        world.obey();
        standby.run();
        assert_eq!(followed(&standby), end(&world));
    }
    assert_eq!(standby.transactions, 0);
    assert!(
        standby
            .cycle()
            .saga(&palinode_core::SagaId::new("order-fulfilment", "o-1"))
            .is_none()
    );
    assert!(owner.is_running());
    owner.run();
    owner.ends_as_replayed();
}

#[test]
fn a_take_over_goes_on_from_what_was_followed() {
    let world = World::new();
    let mut owner = world.task();
    owner.take_over();
    let mut standby = world.task_of("two", 0, MemoryStores::default());
    standby.tell(Signal::Follow);
    for order in 0..50 {
        world.place(&format!("o-{order}"));
    }
    owner.run();
    standby.run();
    let before = followed(&standby);
    world.obey();
    drop(owner.crash());
    standby.journal_read = 0;
    standby.take_over();
    let beyond = u64::try_from(end(&world) - before).unwrap();
    assert!(
        standby.journal_read <= beyond,
        "{} records were read, and {beyond} stand behind what was followed",
        standby.journal_read
    );
    for _ in 0..4 {
        standby.run();
        world.obey();
    }
    standby.run();
    assert_eq!(world.last("o-49"), "SagaCompleted");
    standby.ends_as_replayed();
}

#[test]
fn an_owner_that_is_fenced_and_follows_can_take_the_task_back() {
    let world = World::new();
    let mut one = world.task();
    let mut two = world.task_of("two", 0, MemoryStores::default());
    one.take_over();
    two.tell(Signal::Follow);
    two.run();
    for round in 0..6 {
        let order = format!("o-{round}");
        let (owner, standby) = if round % 2 == 0 {
            (&mut one, &mut two)
        } else {
            (&mut two, &mut one)
        };
        world.place(&order);
        owner.run();
        standby.take_over();
        owner.run();
        owner.tell(Signal::Follow);
        owner.run();
        standby.run();
        owner.run();
        assert_eq!(followed(owner), end(&world));
    }
    for _ in 0..5 {
        world.obey();
        one.run();
        two.run();
    }
    assert_eq!(world.last("o-5"), "SagaCompleted");
    one.ends_as_replayed();
}

#[test]
fn a_standby_that_cannot_follow_says_so_and_tries_again() {
    let world = World::new();
    let mut owner = world.task();
    let mut standby = world.task_of("two", 0, MemoryStores::default());
    owner.take_over();
    world.place("o-1");
    owner.run();
    world.plans.borrow_mut().clear();
    standby.tell(Signal::Follow);
    standby.run();
    let Status::Standby {
        trouble: Some(trouble), ..
    } = standby.status()
    else {
        panic!("{:?}", standby.status())
    };
    assert!(trouble.contains("not published"), "{trouble}");
    world
        .plans
        .borrow_mut()
        .push(std::sync::Arc::new(crate::support::order_plan()));
    standby.pass(Duration::from_secs(3));
    assert_eq!(followed(&standby), end(&world));
    owner.run();
    assert!(owner.is_running());
    standby.take_over();
    standby.ends_as_replayed();
}

#[test]
fn a_standby_whose_store_is_ahead_of_the_journal_leaves_it_to_the_take_over() {
    let world = World::new();
    let stores = MemoryStores::default();
    let mut owner = world.task_of("one", 0, stores.clone());
    owner.take_over();
    world.place("o-1");
    owner.run();
    let end = end(&world);
    drop(owner.crash());
    world.broker.lose_records("palinode.journal", 0, end - 1);
    let mut standby = world.task_of("one", 0, stores);
    standby.tell(Signal::Follow);
    standby.run();
    assert!(
        matches!(&standby.status(), Status::Standby { trouble: Some(trouble), .. } if trouble.contains("the journal ends")),
        "{:?}",
        standby.status()
    );
    standby.take_over();
    assert!(standby.is_running());
}

#[test]
fn a_standby_without_a_store_begins_from_the_snapshots() {
    let world = world_with(u64::MAX);
    let mut owner = world.task();
    owner.take_over();
    for order in 0..30 {
        world.place(&format!("o-{order}"));
    }
    owner.run();
    complete(&mut owner);
    world.place("o-open");
    owner.run();
    checkpoint(&mut owner);
    world.place("o-later");
    owner.run();
    let line = world.checkpoints().pop().unwrap().offset;
    let mut standby = world.task_of("two", 0, MemoryStores::default());
    standby.tell(Signal::Follow);
    standby.run();
    assert_eq!(followed(&standby), end(&world));
    let behind = u64::try_from(end(&world) - line).unwrap();
    assert!(
        standby.journal_read <= behind + 1,
        "{} records were read, and {behind} stand behind the checkpoint",
        standby.journal_read
    );
    // The owner makes another checkpoint and goes on; then the standby has the task.
    checkpoint(&mut owner);
    standby.run();
    drop(owner.crash());
    standby.take_over();
    complete(&mut standby);
    for order in ["o-open", "o-later"] {
        assert_eq!(world.last(order), "SagaCompleted");
    }
    standby.ends_as_replayed();
}

#[test]
fn a_standby_reads_also_what_is_written_of_the_snapshots_meanwhile() {
    let world = world_with(u64::MAX);
    let mut owner = world.task();
    owner.take_over();
    world.place("o-1");
    world.place("o-2");
    owner.run();
    checkpoint(&mut owner);
    let mut standby = world.task_of("two", 0, MemoryStores::default());
    standby.poll_max = 1;
    standby.tell(Signal::Follow);
    assert!(standby.read(), "the first snapshot");
    // What stood there is replaced while it is read, and may be gone before its turn.
    complete(&mut owner);
    checkpoint(&mut owner);
    world
        .broker
        .delete_records("palinode.journal", 0, world.checkpoints().pop().unwrap().offset);
    standby.run();
    assert_eq!(followed(&standby), end(&world));
    drop(owner.crash());
    standby.take_over();
    assert!(matches!(standby.saga("o-2"), Some(Saga::Closed(_))));
    assert!(
        matches!(standby.status(), Status::Running { open_sagas: 0, .. }),
        "{:?}",
        standby.status()
    );
}

#[test]
fn a_take_over_in_the_middle_of_the_snapshots_makes_the_store_again() {
    let world = world_with(u64::MAX);
    let mut owner = world.task();
    owner.take_over();
    for order in 0..10 {
        world.place(&format!("o-{order}"));
    }
    owner.run();
    checkpoint(&mut owner);
    let mut standby = world.task_of("two", 0, MemoryStores::default());
    standby.poll_max = 1;
    standby.tell(Signal::Follow);
    for _ in 0..3 {
        assert!(standby.read());
    }
    drop(owner.crash());
    standby.poll_max = 500;
    standby.take_over();
    standby.ends_as_replayed();
}
