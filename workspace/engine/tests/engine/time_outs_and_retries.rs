//! A step without an answer is asked again in its round; one that was refused and is worth a retry, in the next round.

use std::time::Duration;

use crate::support::World;

#[test]
fn a_command_without_an_answer_is_sent_again_in_its_round() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    let stock = world.commands().remove(1);
    world.succeed(&stock);
    task.pass(Duration::from_millis(5_900));
    assert_eq!(
        world.told(),
        [""; 0],
        "the time-out comes after 5 s, the next attempt a second later"
    );
    task.pass(Duration::from_millis(300));
    let again = world.commands();
    assert_eq!(again[0].told(), "payment 1/2");
    world.succeed(&again[0]);
    task.run();
    assert_eq!(world.told(), ["packing 1/1"]);
    task.ends_as_replayed();
}

#[test]
fn a_refusal_that_is_worth_a_retry_is_asked_again_in_a_new_round() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    let payment = world.commands().remove(0);
    world.refuse(&payment, "BANK_UNAVAILABLE");
    task.pass(Duration::from_millis(999));
    assert_eq!(world.told(), [""; 0]);
    task.pass(Duration::from_millis(200));
    assert_eq!(world.told(), ["payment 2/2"]);
    task.ends_as_replayed();
}

#[test]
fn a_reply_removes_its_timer() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    world.obey();
    task.run();
    // Packing waits two minutes for its answer; payment and stock wait for nothing any more.
    task.pass(Duration::from_secs(100));
    assert!(world.story("o-1").iter().all(|event| !event.contains("TimedOut")));
    task.pass(Duration::from_secs(30));
    assert!(world.story("o-1").contains(&"StepTimedOut packing 1/1".to_owned()));
    task.ends_as_replayed();
}

#[test]
fn the_deadline_turns_an_order_back() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.pass(Duration::from_secs(71 * 60 * 60));
    assert!(!world.story("o-1").contains(&"DeadlinePassed".to_owned()));
    task.pass(Duration::from_secs(2 * 60 * 60));
    assert!(world.story("o-1").contains(&"DeadlinePassed".to_owned()));
    task.ends_as_replayed();
}
