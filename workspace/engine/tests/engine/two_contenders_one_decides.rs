//! However the steps of two members that both want a task interleave, one of them decides and each input has one effect.

use palinode_engine::cycle::Signal;
use palinode_store::memory::MemoryStores;

use crate::support::World;

#[test]
fn of_two_contenders_one_decides_whatever_the_order_of_their_steps() {
    for pattern in 0..256_u32 {
        let world = World::new();
        let mut one = world.task_of("one", 0, MemoryStores::default());
        let mut two = world.task_of("two", 0, MemoryStores::default());
        world.place("o-1");
        one.offer(Signal::Proposed);
        two.offer(Signal::Proposed);
        for step in 0..24 {
            let contender = if pattern >> (step % 8) & 1 == 0 {
                &mut one
            } else {
                &mut two
            };
            if !contender.act_once() {
                contender.read();
            }
        }
        one.run();
        two.run();
        world.place("o-2");
        one.run();
        two.run();
        assert!(
            !(one.is_running() && two.is_running() && world.last("o-2").is_empty()),
            "pattern {pattern}"
        );
        two.tell(Signal::Withdrawn);
        one.pass(std::time::Duration::from_secs(10));
        for order in ["o-1", "o-2"] {
            let story = world.story(order);
            assert_eq!(
                story.iter().filter(|event| *event == "SagaStarted").count(),
                1,
                "pattern {pattern}: {story:?}"
            );
        }
        one.ends_as_replayed();
    }
}
