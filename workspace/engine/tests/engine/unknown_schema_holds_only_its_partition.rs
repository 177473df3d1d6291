//! A record whose schema is not known here waits for it, and with it what follows on its partition; nothing else waits.

use std::time::Duration;

use palinode_engine::{Settings, cycle::Status};

use crate::support::{Setup, World};

const CANCEL: &str = "shop.orders.OrderCancellationRequested";

#[test]
fn what_follows_waits_and_other_inputs_go_on() {
    let world = World::with(Setup {
        unknown: vec![CANCEL],
        ..Setup::default()
    });
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    world.cancel("o-1");
    world.retry_payment("o-1");
    world.obey();
    task.run();
    assert_eq!(task.asked.len(), 1);
    assert_eq!(world.last("o-1"), "StepRequested packing 1/1", "replies are processed");
    assert_eq!(
        world.positions()[&("orders.requests".to_owned(), 0)],
        0,
        "the position stays before what waits"
    );
    let Status::Running {
        waiting: Some(waiting), ..
    } = task.status()
    else {
        panic!("{:?}", task.status())
    };
    assert!(waiting.contains("schema"), "{waiting}");
    task.registry_answers();
    let story = world.story("o-1");
    assert!(story.contains(&"CancellationAccepted".to_owned()), "{story:?}");
    assert!(
        story.last().unwrap().starts_with("InputRejected payment"),
        "in their order: {story:?}"
    );
    task.ends_as_replayed();
}

#[test]
fn what_waits_is_read_again_after_a_crash() {
    let world = World::with(Setup {
        unknown: vec![CANCEL],
        ..Setup::default()
    });
    let mut task = world.task();
    task.take_over();
    world.cancel("o-1");
    world.place("o-2");
    task.run();
    task.crash();
    let mut again = world.task();
    again.take_over();
    again.run();
    assert_eq!(again.asked.len(), 1);
    again.registry_answers();
    assert_eq!(world.last("o-1"), "CancellationKept");
    again.ends_as_replayed();
}

#[test]
fn a_partition_that_waits_is_not_read_on_into_memory() {
    let settings = Settings {
        open_sagas_max: 2,
        ..Settings::default()
    };
    let world = World::with(Setup {
        unknown: vec!["shop.orders.OrderPlaced"],
        settings,
        ..Setup::default()
    });
    let mut task = world.task();
    task.poll_max = 1;
    task.take_over();
    for order in 0..10 {
        world.place(&format!("o-{order}"));
    }
    task.run();
    assert_eq!(
        task.input_position("orders.events"),
        1,
        "one record waits, and the others in the broker"
    );
    task.pass(Duration::from_secs(5));
    assert_eq!(task.input_position("orders.events"), 1);
    task.registry_answers();
    assert_eq!(world.broker.read("payments.commands").len(), 2, "then the gate closes");
    task.pass(Duration::from_secs(5));
    assert_eq!(world.broker.read("payments.commands").len(), 2);
    task.ends_as_replayed();
}

#[test]
fn a_timer_waits_while_the_reply_to_its_command_waits_for_a_schema() {
    let world = World::with(Setup {
        unknown: vec!["shop.payments.PaymentSucceeded"],
        ..Setup::default()
    });
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    world.obey();
    task.pass(Duration::from_secs(20));
    assert!(
        !world.story("o-1").contains(&"StepTimedOut payment 1/1".to_owned()),
        "the reply is there, unread"
    );
    task.registry_answers();
    assert!(world.story("o-1").contains(&"StepSucceeded payment".to_owned()));
    task.pass(Duration::from_secs(20));
    assert!(!world.story("o-1").contains(&"StepTimedOut payment 1/1".to_owned()));
    task.ends_as_replayed();
}
