//! A store that reflects more than the journal has is set aside and made again from the journal.

use palinode_engine::cycle::Signal;
use palinode_store::memory::MemoryStores;

use crate::support::World;

#[test]
fn the_store_is_made_again_from_the_shorter_journal() {
    let world = World::new();
    let stores = MemoryStores::default();
    let mut before = world.task_of("one", 0, stores.clone());
    before.take_over();
    for order in 0..20 {
        world.place(&format!("lost-{order}"));
        before.run();
    }
    before.tell(Signal::Stop);
    before.crash();
    for topic in [
        "palinode.journal",
        "payments.commands",
        "warehouse.commands",
        "orders.events",
    ] {
        world.broker.delete_topic(topic);
        world.broker.create_topic(topic, 1);
    }
    let mut after = world.task_of("one", 0, stores);
    after.take_over();
    assert!(after.saga("lost-1").is_none());
    world.place("o-1");
    after.run();
    assert_eq!(world.last("o-1"), "StepRequested stock 1/1");
    after.ends_as_replayed();
}
