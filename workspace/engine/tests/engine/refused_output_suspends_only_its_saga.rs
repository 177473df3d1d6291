//! A record that the broker does not take suspends the saga that wrote it; the others in its batch go on.

use palinode_core::Value;

use crate::support::{World, text};

#[test]
fn a_command_that_is_too_large_suspends_its_saga_alone() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.broker.set_record_bytes_max("payments.commands", 1_000);
    world.place("before");
    let customer = "c".repeat(2_000);
    let large = [("customer_id", text(&customer)), ("total_minor", Value::Long(1))];
    world.send("orders.events", "large", "shop.orders.OrderPlaced", &large, vec![]);
    world.place("after");
    task.run();
    assert_eq!(world.last("before"), "StepRequested stock 1/1");
    assert_eq!(world.last("after"), "StepRequested stock 1/1");
    assert!(
        world.last("large").ends_with("OUTPUT_REFUSED"),
        "{:?}",
        world.story("large")
    );
    assert!(
        world.all_commands().iter().all(|command| command.key != "large"),
        "commands are never half-sent"
    );
    task.ends_as_replayed();
}

#[test]
fn what_was_refused_is_sent_after_a_resumption() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    world.obey();
    task.run();
    world.broker.set_record_bytes_max("shipments.commands", 1);
    world.obey();
    task.run();
    assert!(
        world.last("o-1").ends_with("OUTPUT_REFUSED"),
        "{:?}",
        world.story("o-1")
    );
    assert!(
        world.story("o-1").contains(&"StepSucceeded packing".to_owned()),
        "the reply itself is recorded"
    );
    world.broker.set_record_bytes_max("shipments.commands", 1_000_000);
    world.cancel("o-1");
    task.run();
    assert_eq!(world.obey(), ["undo packing 1/1"]);
    task.ends_as_replayed();
}

#[test]
fn a_topic_that_is_gone_suspends_every_saga_of_the_batch_that_writes_there() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    world.broker.delete_topic("payments.commands");
    let orders = ["o-1", "o-2", "o-3", "o-4"];
    for order in orders {
        world.place(order);
    }
    let before = task.transactions;
    task.run();
    // One saga is blamed, then the topic; after that nothing is sent there any more.
    assert_eq!(task.transactions, before + 3);
    for order in orders {
        assert!(
            world.last(order).ends_with("OUTPUT_REFUSED"),
            "{:?}",
            world.story(order)
        );
    }
    world.broker.create_topic("payments.commands", 1);
    task.ends_as_replayed();
}
