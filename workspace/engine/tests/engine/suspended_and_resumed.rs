//! A step without attempts left suspends its saga, which goes on by a resuming event or by a late success.

use std::time::Duration;

use crate::support::{Command, Shell, World};

fn suspended(world: &std::rc::Rc<World>) -> (Shell, Vec<Command>) {
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    let commands = world.commands();
    world.succeed(&commands[1]);
    task.pass(Duration::from_secs(30));
    let again = world.commands();
    assert_eq!(
        again.iter().map(Command::told).collect::<Vec<_>>(),
        ["payment 1/2", "payment 1/3"]
    );
    assert_eq!(world.last("o-1"), "SagaSuspended payment OUTCOME_UNKNOWN");
    (task, again)
}

#[test]
fn a_suspended_order_goes_on_when_the_customer_pays_again() {
    let world = World::new();
    let (mut task, _) = suspended(&world);
    task.pass(Duration::from_secs(3_600));
    assert_eq!(world.told(), [""; 0], "a suspended saga asks nobody");
    world.retry_payment("o-1");
    task.run();
    assert_eq!(
        world.obey(),
        ["payment 1/4"],
        "the outcome is unknown, so the round stays"
    );
    task.run();
    assert_eq!(world.told(), ["packing 1/1"]);
    task.ends_as_replayed();
}

#[test]
fn a_late_success_resumes_by_itself() {
    let world = World::new();
    let (mut task, attempts) = suspended(&world);
    world.succeed(&attempts[1]);
    task.run();
    assert_eq!(world.told(), ["packing 1/1"]);
    task.ends_as_replayed();
}

#[test]
fn a_wish_to_resume_what_runs_is_refused_and_recorded() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    world.retry_payment("o-1");
    task.run();
    task.run();
    assert!(
        world
            .story("o-1")
            .iter()
            .any(|event| event.starts_with("InputRejected payment"))
    );
    task.ends_as_replayed();
}
