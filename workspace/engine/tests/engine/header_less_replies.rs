//! A participant that does not know Palinode answers without headers; the record's type and key say what it answers.

use crate::support::World;

#[test]
fn an_order_is_shipped_by_participants_without_headers() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    for _ in 0..5 {
        task.run();
        for command in world.commands() {
            let topic = command.topic.replace("commands", "events");
            world.send(
                &topic,
                &command.key,
                crate::support::success(&command.record),
                &[],
                vec![],
            );
        }
    }
    task.run();
    assert_eq!(world.last("o-1"), "SagaCompleted");
    task.ends_as_replayed();
}

#[test]
fn a_repeated_reply_without_headers_is_recorded_as_such() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    for _ in 0..2 {
        world.send("payments.events", "o-1", "shop.payments.PaymentSucceeded", &[], vec![]);
    }
    task.run();
    assert_eq!(world.last("o-1"), "InputRejected payment DUPLICATE_REPLY");
    task.ends_as_replayed();
}
