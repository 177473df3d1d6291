//! Timers are part of the fold: whoever owns the task next fires them, once.

use std::time::Duration;

use palinode_store::memory::MemoryStores;

use crate::support::World;

#[test]
fn the_next_owner_fires_them() {
    let world = World::new();
    let mut first = world.task();
    first.take_over();
    world.place("o-1");
    first.run();
    world.later(Duration::from_secs(3));
    first.crash();
    let mut second = world.task_of("two", 0, MemoryStores::default());
    second.take_over();
    second.pass(Duration::from_millis(1_900));
    assert!(!world.story("o-1").contains(&"StepTimedOut payment 1/1".to_owned()));
    second.pass(Duration::from_millis(300));
    assert!(world.story("o-1").contains(&"StepTimedOut payment 1/1".to_owned()));
    second.crash();
    let mut third = world.task_of("three", 0, MemoryStores::default());
    third.take_over();
    third.pass(Duration::from_secs(2));
    let story = world.story("o-1");
    assert_eq!(
        story
            .iter()
            .filter(|event| *event == "StepTimedOut payment 1/1")
            .count(),
        1
    );
    assert!(story.contains(&"StepRequested payment 1/2".to_owned()));
    third.ends_as_replayed();
}
