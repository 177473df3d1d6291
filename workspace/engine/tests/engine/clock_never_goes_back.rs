//! The task's time is the later of the wall clock and the last journaled time; a member whose clock is far off does not
//! run the task.

use std::time::Duration;

use palinode_engine::cycle::{Signal, Status};
use palinode_store::memory::MemoryStores;

use crate::support::World;

#[test]
fn an_owner_whose_clock_is_behind_goes_on_from_the_journals_time() {
    let world = World::new();
    let mut ahead = world.task();
    ahead.ahead = 1_900;
    ahead.take_over();
    world.place("o-1");
    ahead.run();
    ahead.tell(Signal::Withdrawn);
    let mut behind = world.task_of("two", 0, MemoryStores::default());
    behind.ahead = -1_900;
    behind.take_over();
    world.obey();
    behind.run();
    let times: Vec<i64> = world.saga_events().iter().map(|event| event.time.0).collect();
    assert!(times.is_sorted(), "{times:?}");
    // The next step's time-out counts from the journal's time, and fires although this clock is behind.
    behind.pass(Duration::from_secs(125));
    assert!(world.story("o-1").contains(&"StepTimedOut packing 1/1".to_owned()));
    behind.ends_as_replayed();
}

#[test]
fn a_member_whose_clock_is_off_does_not_run_the_task() {
    for off in [2_500, -2_500] {
        let world = World::new();
        let mut task = world.task();
        task.ahead = off;
        task.propose();
        let Status::TakingOver {
            trouble: Some(trouble), ..
        } = task.status()
        else {
            panic!("{:?}", task.status())
        };
        assert!(trouble.contains("clock"), "{trouble}");
        task.ahead = 0;
        task.pass(Duration::from_secs(4));
        assert!(task.is_running(), "{:?}", task.status());
        task.ends_as_replayed();
    }
}
