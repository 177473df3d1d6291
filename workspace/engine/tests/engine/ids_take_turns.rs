//! The claim is written by the first id alone; after it the two ids take turns, so that no transaction waits for the end
//! of the one before. One that was aborted is written again by the same id.

use palinode_engine::cycle::Signal;
use palinode_log::{Slot, memory::Fault};
use palinode_store::memory::MemoryStores;

use crate::support::World;

const A: Slot = Slot::A;
const B: Slot = Slot::B;

#[test]
fn after_the_claim_of_a_new_journal() {
    let world = World::new();
    let mut one = world.task();
    one.take_over();
    for order in 0..4 {
        world.place(&format!("o-{order}"));
        one.run();
    }
    assert_eq!(one.slots, [A, B, A, B, A, B], "the claim, the opening, four batches");
    one.ends_as_replayed();
}

#[test]
fn after_the_claim_of_a_journal_that_has_an_owner_already() {
    let world = World::new();
    let stores = MemoryStores::default();
    let mut one = world.task_of("one", 0, stores.clone());
    one.take_over();
    one.tell(Signal::Stop);
    one.crash();
    let mut again = world.task_of("one", 0, stores);
    again.take_over();
    for order in 0..3 {
        world.place(&format!("o-{order}"));
        again.run();
    }
    assert_eq!(again.slots, [A, B, A, B], "the claim, three batches");
    again.ends_as_replayed();
}

#[test]
fn an_aborted_transaction_is_written_again_by_the_same_id() {
    let world = World::new();
    let mut one = world.task();
    one.take_over();
    world.broker.fail_next_commit(0, Fault::Abort);
    world.place("o-1");
    one.run();
    one.pass(std::time::Duration::from_secs(1));
    world.place("o-2");
    one.run();
    assert_eq!(one.slots, [A, B, A, A, B]);
    one.ends_as_replayed();
}
