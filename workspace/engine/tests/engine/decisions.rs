//! A person decides through the control topic, and the saga goes on or back.

use std::{sync::Arc, time::Duration};

use palinode_wire::{control::DecisionMade, headers, own};

use crate::support::{Setup, World, header_of, question, with_packing};

fn world() -> std::rc::Rc<World> {
    let plan = with_packing(question(Duration::from_secs(3600)));
    World::with(Setup {
        plans: vec![Arc::new(plan)],
        ..Setup::default()
    })
}

fn decide(world: &World, key: &str, saga: &str, definition: &str, step: &str) {
    let decision = DecisionMade {
        definition: definition.into(),
        saga: saga.into(),
        step: step.into(),
        option: "approve".into(),
        by: "ann".into(),
        note: None,
    };
    let schema = world.schemas.id_of(own::DECISION_MADE.name).unwrap();
    let value = decision.encode(schema).unwrap();
    world.send_bytes("palinode.control", None, key.as_bytes(), value, vec![]);
}

#[test]
fn a_decision_lets_the_saga_go_on_once() {
    let world = world();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    world.obey();
    task.run();
    assert_eq!(world.last("o-1"), "DecisionAsked packing");
    decide(&world, "o-1", "o-1", "order-fulfilment", "packing");
    decide(&world, "o-1", "o-1", "order-fulfilment", "packing");
    task.run();
    let story = world.story("o-1");
    assert_eq!(
        story[story.len() - 3..],
        [
            "DecisionMade packing",
            "StepRequested shipment 1/1",
            "InputRejected packing NOT_AWAITED"
        ]
    );
    let made = world
        .saga_events()
        .into_iter()
        .find(|event| event.event_type == "DecisionMade")
        .unwrap();
    assert_eq!(
        (made.option.as_deref(), made.by.as_deref()),
        (Some("approve"), Some("ann"))
    );
    task.ends_as_replayed();
}

#[test]
fn nobody_decides_and_the_default_turns_the_saga_back() {
    let world = world();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    world.obey();
    task.pass(Duration::from_secs(3601));
    assert!(
        world
            .story("o-1")
            .contains(&"CompensationStarted DECIDED_AGAINST".to_owned())
    );
    task.ends_as_replayed();
}

#[test]
fn a_decision_that_fits_nothing_is_refused_or_a_dead_letter_and_never_stops_the_task() {
    let world = world();
    let mut task = world.task();
    task.take_over();
    world.place("o-1");
    task.run();
    decide(&world, "o-1", "o-1", "order-fulfilment", "no-such-step");
    decide(&world, "o-1", "o-1", "no-such-definition", "packing");
    decide(&world, "o-2", "o-1", "order-fulfilment", "packing");
    decide(&world, "o-3", "o-3", "order-fulfilment", "packing");
    task.run();
    assert_eq!(world.last("o-1"), "InputRejected NOT_AWAITED");
    assert_eq!(world.last("o-3"), "InputRejected packing UNKNOWN_SAGA");
    let letters = world.broker.read("palinode.dead-letters");
    let codes: Vec<String> = letters
        .iter()
        .map(|letter| header_of(letter, headers::ERROR_CODE).unwrap())
        .collect();
    assert_eq!(codes, ["UNKNOWN_DEFINITION", "WRONG_SAGA_ID"]);
    task.ends_as_replayed();
}
