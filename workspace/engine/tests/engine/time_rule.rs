//! A timer fires only after the inputs were read to an end that was asked for after its due time, within bounds.

use std::time::Duration;

use palinode_engine::cycle::{Signal, Status};
use palinode_store::memory::MemoryStores;

use crate::support::World;

#[test]
fn replies_that_wait_unread_are_read_before_a_time_out() {
    let world = World::new();
    let stores = MemoryStores::default();
    let mut task = world.task_of("one", 0, stores.clone());
    task.take_over();
    world.place("o-1");
    task.run();
    task.crash();
    // The orchestrator is away for ten minutes; the participants answer meanwhile.
    world.obey();
    world.later(Duration::from_secs(600));
    let mut again = world.task_of("one", 0, stores);
    again.poll_max = 1;
    again.tell(Signal::Proposed);
    again.run();
    again.pass(Duration::from_secs(1));
    assert!(
        world.story("o-1").iter().all(|event| !event.contains("TimedOut")),
        "{:?}",
        world.story("o-1")
    );
    assert_eq!(world.last("o-1"), "StepRequested packing 1/1");
    again.ends_as_replayed();
}

#[test]
fn a_time_out_fires_when_the_inputs_are_read_to_the_end() {
    let world = World::new();
    let stores = MemoryStores::default();
    let mut task = world.task_of("one", 0, stores.clone());
    task.take_over();
    world.place("o-1");
    task.run();
    task.crash();
    world.later(Duration::from_secs(600));
    for other in 0..200 {
        world.send(
            "payments.events",
            &format!("x-{other}"),
            "shop.payments.PaymentFailed",
            &[],
            vec![],
        );
    }
    let mut again = world.task_of("one", 0, stores);
    again.poll_max = 50;
    again.tell(Signal::Proposed);
    again.run();
    again.pass(Duration::from_millis(20));
    assert!(
        world.story("o-1").contains(&"StepTimedOut payment 1/1".to_owned()),
        "{:?}",
        again.status()
    );
    let rejected = world
        .saga_events()
        .iter()
        .position(|event| event.id.key.as_str() == "x-199");
    let timed_out = world
        .saga_events()
        .iter()
        .position(|event| event.event_type == "StepTimedOut");
    assert!(rejected < timed_out, "everything that was there is read first");
    again.ends_as_replayed();
}

#[test]
fn the_wait_is_bounded_and_shown() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    // More arrives than is ever read: the end that was asked for is never reached.
    world.later(Duration::from_secs(6));
    for other in 0..3 {
        world.send(
            "payments.events",
            &format!("x-{other}"),
            "shop.payments.PaymentFailed",
            &[],
            vec![],
        );
    }
    task.tell(Signal::Tick);
    for _ in 0..59 {
        world.later(Duration::from_secs(1));
        task.tell(Signal::Tick);
        assert!(world.story("o-1").iter().all(|event| !event.contains("TimedOut")));
        let Status::Running {
            waiting: Some(waiting), ..
        } = task.status()
        else {
            panic!("{:?}", task.status())
        };
        assert!(waiting.contains("read to their end"), "{waiting}");
    }
    world.later(Duration::from_secs(2));
    task.tell(Signal::Tick);
    assert!(world.story("o-1").contains(&"StepTimedOut payment 1/1".to_owned()));
    task.run();
    task.ends_as_replayed();
}

#[test]
fn a_broker_that_does_not_tell_the_ends_delays_timers_and_nothing_else() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    world.later(Duration::from_secs(6));
    world.broker.set_unavailable(true);
    task.pass(Duration::from_secs(5));
    assert!(world.story("o-1").iter().all(|event| !event.contains("TimedOut")));
    world.broker.set_unavailable(false);
    task.pass(Duration::from_secs(1));
    assert!(world.story("o-1").contains(&"StepTimedOut payment 1/1".to_owned()));
    task.ends_as_replayed();
}

#[test]
fn ends_that_were_asked_for_before_a_timer_was_due_do_not_count_for_it() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    let placed = world.now();
    world.place("o-1");
    task.run();
    world.set_clock(placed.plus(Duration::from_millis(5)).0);
    world.place("o-2");
    task.run();
    let commands = world.commands();
    let payment = commands
        .iter()
        .find(|command| command.key == "o-2" && command.told() == "payment 1/1");
    // The time-out of the first payment is due. The answer to the second one comes after the ends were asked for, and
    // its own time-out is due when the first one is committed.
    world.set_clock(placed.plus(Duration::from_secs(5)).0);
    task.commit_takes = Duration::from_millis(7);
    let before = task.transactions;
    task.offer(Signal::Tick);
    assert!(task.act_once(), "the ends are asked for");
    world.succeed(payment.expect("it is asked for"));
    while task.act_once() {}
    assert_eq!(task.transactions, before + 1, "the first time-out, and not the second");
    task.pass(Duration::from_millis(100));
    assert!(world.story("o-1").contains(&"StepTimedOut payment 1/1".to_owned()));
    let story = world.story("o-2");
    assert!(
        story.contains(&"StepSucceeded payment".to_owned()) && story.iter().all(|event| !event.contains("TimedOut")),
        "{story:?}"
    );
    task.ends_as_replayed();
}
