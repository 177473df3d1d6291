//! While a topic refuses records, starts wait; replies are read. Afterwards starts are tried again.

use std::time::Duration;

use palinode_engine::cycle::Status;

use crate::support::World;

#[test]
fn starts_wait_while_a_topic_is_missing() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.broker.delete_topic("shipments.commands");
    world.place("o-1");
    task.run();
    world.broker.create_topic("shipments.commands", 1);
    world.obey();
    task.run();
    world.broker.delete_topic("shipments.commands");
    let packing = world.broker.read("warehouse.commands").len();
    assert_eq!(packing, 2);
    world.broker.create_topic("shipments.commands", 1);
    let command = world.commands().pop().unwrap();
    world.broker.delete_topic("shipments.commands");
    world.succeed(&command);
    task.run();
    assert!(
        world.last("o-1").ends_with("OUTPUT_REFUSED"),
        "{:?}",
        world.story("o-1")
    );

    world.place("o-2");
    world.cancel("o-3");
    task.run();
    assert_eq!(world.story("o-2"), [""; 0], "starts wait");
    assert_eq!(world.story("o-3"), ["CancellationKept"], "everything else is read");
    let Status::Running {
        waiting: Some(waiting), ..
    } = task.status()
    else {
        panic!("{:?}", task.status())
    };
    assert!(waiting.contains("shipments.commands"), "{waiting}");

    world.broker.create_topic("shipments.commands", 1);
    task.pass(Duration::from_secs(11));
    assert_eq!(world.last("o-2"), "StepRequested stock 1/1");
    task.ends_as_replayed();
}
