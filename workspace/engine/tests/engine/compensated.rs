//! When a step is refused, what was done is taken back, and nothing else.

use crate::support::World;

#[test]
fn a_refused_step_takes_back_what_was_done() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    let commands = world.commands();
    world.succeed(&commands[0]);
    world.refuse(&commands[1], "SOLD_OUT");
    task.run();
    assert_eq!(world.obey(), ["undo payment 1/1"]);
    task.run();
    assert_eq!(world.last("o-1"), "SagaCompensated STEP_FAILED");
    assert_eq!(world.told(), [""; 0]);
    task.ends_as_replayed();
}

#[test]
fn steps_are_taken_back_in_the_reverse_order_of_their_doing() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    world.obey();
    task.run();
    world.obey();
    task.run();
    let shipment = world.commands();
    world.refuse(&shipment[0], "NO_LORRY");
    task.run();
    assert_eq!(world.obey(), ["undo packing 1/1"]);
    task.run();
    assert_eq!(world.obey(), ["undo payment 1/1", "undo stock 1/1"]);
    task.run();
    assert_eq!(world.last("o-1"), "SagaCompensated STEP_FAILED");
    task.ends_as_replayed();
}

#[test]
fn a_late_success_after_the_end_is_taken_back_too() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    let commands = world.commands();
    world.cancel("o-1");
    task.run();
    world.obey();
    world.refuse(&commands[1], "SOLD_OUT");
    // Payment never answers: after its attempts it counts as possibly done.
    task.pass(std::time::Duration::from_secs(60));
    let undo = world.commands().remove(0);
    world.succeed(&undo);
    task.run();
    assert!(world.story("o-1").contains(&"SagaCompensated CANCELLED".to_owned()));
    world.succeed(&commands[0]);
    task.run();
    assert_eq!(world.obey(), ["undo payment 2/3"], "{:#?}", world.story("o-1"));
    task.run();
    assert_eq!(
        world.last("o-1"),
        "SagaCompensated CANCELLED",
        "{:#?}",
        world.story("o-1")
    );
    task.ends_as_replayed();
}
