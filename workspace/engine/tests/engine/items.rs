//! A step that is done for each element of an array: a request of its own for each, and answers that find theirs.

use std::sync::Arc;

use crate::support::{Setup, World, with_items};

fn world() -> std::rc::Rc<World> {
    World::with(Setup {
        plans: vec![Arc::new(with_items())],
        ..Setup::default()
    })
}

#[test]
fn each_item_is_asked_for_and_answered_by_its_own_name() {
    let world = world();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    world.obey();
    task.run();
    let asked = world.commands();
    assert_eq!(
        asked.iter().map(|command| command.told()).collect::<Vec<_>>(),
        ["packing[0] 1/1", "packing[1] 1/1"]
    );
    assert_eq!(
        asked[1].request.to_string(),
        "order-fulfilment/o-1/packing[1]/forward/1"
    );
    world.succeed(&asked[1]);
    task.run();
    assert_eq!(world.told(), ["packing[2] 1/1"]);
    task.crash();
    let mut task = world.task();
    task.take_over();
    world.succeed(&asked[0]);
    task.run();
    let third = world
        .all_commands()
        .into_iter()
        .find(|command| command.told() == "packing[2] 1/1")
        .unwrap();
    world.succeed(&third);
    task.run();
    assert_eq!(world.last("o-1"), "StepRequested shipment 1/1");
    assert!(world.story("o-1").contains(&"StepItemsSucceeded packing".to_owned()));
    task.ends_as_replayed();
}

#[test]
fn items_are_taken_back_by_their_own_names() {
    let world = world();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    world.obey();
    task.run();
    let asked = world.commands();
    world.succeed(&asked[0]);
    world.refuse(&asked[1], "NO_ROOM");
    task.run();
    assert!(
        world.told().contains(&"undo packing[0] 1/1".to_owned()),
        "{:?}",
        world.story("o-1")
    );
    task.ends_as_replayed();
}
