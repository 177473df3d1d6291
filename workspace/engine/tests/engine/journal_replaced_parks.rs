//! A journal that is not the one that the store reflects parks the task: nothing is decided on a wrong past.

use palinode_engine::cycle::{Signal, Status};
use palinode_store::memory::MemoryStores;

use crate::support::World;

#[test]
fn a_journal_made_anew_parks_the_task() {
    let world = World::new();
    let stores = MemoryStores::default();
    let mut one = world.task_of("one", 0, stores.clone());
    one.take_over();
    world.place("o-1");
    one.run();
    one.tell(Signal::Stop);
    one.crash();
    world.broker.delete_topic("palinode.journal");
    world.broker.create_topic("palinode.journal", 1);
    let mut two = world.task_of("two", 0, MemoryStores::default());
    two.take_over();
    for order in 0..20 {
        world.place(&format!("new-{order}"));
        two.run();
    }
    two.tell(Signal::Withdrawn);
    let journal = world.journal().len();

    let mut again = world.task_of("one", 0, stores);
    again.propose();
    let Status::Parked { reason, .. } = again.status() else {
        panic!("{:?}", again.status())
    };
    assert!(reason.contains("remove the store's folder"), "{reason}");
    world.place("o-2");
    again.pass(std::time::Duration::from_secs(600));
    assert_eq!(world.journal().len(), journal + 1, "nothing but the claim was written");
}

#[test]
fn a_journal_whose_beginning_is_deleted_parks_a_member_without_a_store() {
    let world = World::new();
    let mut one = world.task();
    one.take_over();
    world.place("o-1");
    one.run();
    one.crash();
    world.broker.delete_records("palinode.journal", 0, 5);
    let mut two = world.task_of("two", 0, MemoryStores::default());
    two.propose();
    assert!(matches!(two.status(), Status::Parked { .. }), "{:?}", two.status());
}
