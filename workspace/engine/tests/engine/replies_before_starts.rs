//! Work that is under way is finished before more is taken on; on one partition order is kept.

use crate::support::World;

#[test]
fn replies_are_processed_before_starts_that_were_read_with_them() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    for order in 2..30 {
        world.place(&format!("o-{order}"));
    }
    world.obey();
    task.run();
    let causes: Vec<String> = world
        .saga_events()
        .iter()
        .map(|event| event.cause.to_string())
        .collect();
    let last_reply = causes
        .iter()
        .rposition(|cause| cause.starts_with("warehouse.events"))
        .unwrap();
    let first_start = causes.iter().position(|cause| cause == "orders.events/0/1").unwrap();
    assert!(last_reply < first_start, "{causes:?}");
    let mut starts: Vec<&String> = causes
        .iter()
        .filter(|cause| cause.starts_with("orders.events"))
        .collect();
    starts.dedup();
    let expected: Vec<String> = (0..29).map(|offset| format!("orders.events/0/{offset}")).collect();
    assert_eq!(starts, expected.iter().collect::<Vec<_>>());
    task.ends_as_replayed();
}
