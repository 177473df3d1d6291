//! After a restart the schemas of payloads in stored sagas are looked up again before they are needed.

use std::{rc::Rc, time::Duration};

use palinode_store::memory::MemoryStores;

use crate::support::{Setup, Shell, World};

const PLACED: &str = "shop.orders.OrderPlaced";

fn restarted() -> (Rc<World>, Shell) {
    let world = World::with(Setup {
        unknown: vec![PLACED],
        ..Setup::default()
    });
    let stores = MemoryStores::default();
    let mut before = world.task_of("one", 0, stores.clone());
    before.take_over();
    world.place("o-1");
    before.run();
    before.registry_answers();
    before.crash();
    let mut after = world.task_of("one", 0, stores);
    after.take_over();
    (world, after)
}

#[test]
fn a_reply_waits_for_the_schema_of_the_start() {
    let (world, mut task) = restarted();
    world.obey();
    task.run();
    assert_eq!(task.asked.len(), 1);
    assert_eq!(world.last("o-1"), "StepRequested stock 1/1");
    task.registry_answers();
    assert_eq!(world.last("o-1"), "StepRequested packing 1/1");
    task.ends_as_replayed();
}

#[test]
fn a_timer_waits_for_it_too_and_the_task_does_not_spin() {
    let (world, mut task) = restarted();
    task.pass(Duration::from_secs(6));
    assert_eq!(task.asked.len(), 1);
    let mut ticks = 0;
    let until = task.now().plus(Duration::from_secs(10));
    while task.now() < until {
        let next = task.deadline().unwrap().since(task.now());
        task.pass(next.max(Duration::from_millis(1)));
        ticks += 1;
    }
    assert!(ticks < 40, "{ticks} wake-ups in ten seconds");
    task.registry_answers();
    task.pass(Duration::from_secs(2));
    assert!(
        world.story("o-1").contains(&"StepRequested payment 1/2".to_owned()),
        "{:?}",
        world.story("o-1")
    );
    task.ends_as_replayed();
}

#[test]
fn a_schema_that_is_gone_for_good_stops_neither_the_partition_nor_other_sagas() {
    let (world, mut task) = restarted();
    let schema = world.schemas.id_of(PLACED).unwrap();
    world.obey();
    world.send("payments.events", "o-2", "shop.payments.PaymentFailed", &[], vec![]);
    for _ in 0..6 {
        task.run();
        for asked in std::mem::take(&mut task.asked) {
            assert_eq!(asked, schema);
            let unknown = palinode_engine::cycle::SchemaAnswer::Unknown;
            task.tell(palinode_engine::cycle::Signal::Schema(asked, unknown));
        }
        task.pass(Duration::from_secs(1));
    }
    assert_eq!(world.last("o-2"), "InputRejected payment UNKNOWN_SAGA");
    let story = world.story("o-1");
    assert!(
        story.contains(&"StepSucceeded payment".to_owned()),
        "the replies are recorded: {story:?}"
    );
    assert!(
        story.iter().any(|event| event.starts_with("SagaSuspended")),
        "{story:?}"
    );
    task.ends_as_replayed();
}
