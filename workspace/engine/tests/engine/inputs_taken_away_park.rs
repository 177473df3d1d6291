//! An input whose unread records were taken away parks the task: nothing is left out in silence.

use palinode_engine::cycle::{Signal, Status};
use palinode_store::memory::MemoryStores;

use crate::support::World;

/// Ten orders are known, then the node is away while `happens` befalls the topic.
fn after(happens: impl FnOnce(&World)) -> Status {
    let world = World::new();
    let stores = MemoryStores::default();
    let mut task = world.task_of("one", 0, stores.clone());
    task.take_over();
    for order in 0..10 {
        world.place(&format!("o-{order}"));
    }
    task.run();
    task.tell(Signal::Stop);
    task.crash();
    happens(&world);
    let mut again = world.task_of("one", 0, stores);
    again.propose();
    again.status()
}

#[test]
fn records_that_were_deleted_unread_park_the_task() {
    let status = after(|world| {
        for order in 10..20 {
            world.place(&format!("o-{order}"));
        }
        world.broker.delete_records("orders.events", 0, 15);
    });
    let Status::Parked { reason, .. } = status else {
        panic!("{status:?}")
    };
    assert!(
        reason.contains("'orders.events'") && reason.contains("truncated or made anew"),
        "{reason}"
    );
}

#[test]
fn a_topic_made_anew_parks_the_task() {
    let status = after(|world| {
        world.broker.delete_topic("orders.events");
        world.broker.create_topic("orders.events", 1);
    });
    assert!(matches!(status, Status::Parked { .. }), "{status:?}");
}

#[test]
fn records_that_were_deleted_after_they_were_read_park_nothing() {
    let status = after(|world| world.broker.delete_records("orders.events", 0, 10));
    assert!(matches!(status, Status::Running { .. }), "{status:?}");
}
