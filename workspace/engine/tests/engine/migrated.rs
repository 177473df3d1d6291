//! Sagas move to another version of their definition while they are under way, and back.

use std::{rc::Rc, sync::Arc};

use palinode_core::{DefinitionName, Migration, migrated};
use palinode_engine::cycle::Signal;
use palinode_store::memory::MemoryStores;
use palinode_wire::{control::MigrationRequested, headers, own};

use crate::support::{OUTING, Outing, PARCEL, Shell, World, header_of, order_plan, order_plan_2, plan_from};

/// Version 1 is in force, an order is under way for each of `keys`, and version 2 has been published.
fn under_way(keys: &[&str]) -> (Rc<World>, Shell) {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    for key in keys {
        world.place(key);
    }
    task.run();
    world.plans.borrow_mut().push(Arc::new(order_plan_2()));
    task.tell(Signal::DefinitionsChanged);
    task.run();
    (world, task)
}

fn plan() -> Migration {
    Migration {
        from: 1,
        to: 2,
        renames: Vec::new(),
        passed_over: Vec::new(),
        defaults: Vec::new(),
    }
}

fn send(world: &World, key: &str, of: (&str, &str), plan: Option<&Migration>) {
    let request = MigrationRequested {
        definition: DefinitionName::from(of.0),
        saga: of.1.into(),
        from_version: 1,
        to_version: 2,
        plan: plan.map(|plan| MigrationRequested::plan(plan).unwrap()),
        by: "ann".into(),
    };
    let schema = world.schemas.id_of(own::MIGRATION_REQUESTED.name).unwrap();
    let value = request.encode(schema).unwrap();
    world.send_bytes("palinode.control", None, key.as_bytes(), value, vec![]);
}

fn migrate(world: &World, key: &str) {
    send(world, key, ("order-fulfilment", key), Some(&plan()));
}

fn undo(world: &World, key: &str) {
    send(world, key, ("order-fulfilment", key), None);
}

fn finish(world: &World, task: &mut Shell) {
    for _ in 0..6 {
        world.obey();
        task.run();
    }
}

fn versions_of(world: &World, key: &str) -> Vec<u32> {
    let events = world.saga_events().into_iter();
    let mut versions: Vec<u32> = events
        .filter(|event| event.id.key.as_str() == key)
        .map(|event| event.version)
        .collect();
    versions.dedup();
    versions
}

#[test]
fn a_saga_that_is_moved_goes_on_with_the_new_version_and_the_others_with_theirs() {
    let (world, mut task) = under_way(&["moved", "left"]);
    migrate(&world, "moved");
    task.run();
    let event = world
        .saga_events()
        .into_iter()
        .find(|event| event.event_type == "SagaMigrated");
    let event = event.unwrap();
    assert_eq!((event.version, event.by.as_deref()), (2, Some("ann")));
    finish(&world, &mut task);
    assert_eq!(versions_of(&world, "moved"), [1, 2]);
    assert_eq!(versions_of(&world, "left"), [1]);
    let charged = |key: &str| world.story(key).contains(&"StepRequested capture 1/1".to_owned());
    assert_eq!((charged("moved"), charged("left")), (false, true));
    assert_eq!(world.last("moved"), "SagaCompleted");
    assert_eq!(world.last("left"), "SagaCompleted");
    task.ends_as_replayed();
}

#[test]
fn what_was_done_before_is_taken_back_after_it() {
    let (world, mut task) = under_way(&["o-1"]);
    migrate(&world, "o-1");
    task.run();
    for command in world.commands() {
        match &*command.record {
            "shop.warehouse.PickItems" => world.refuse(&command, "NO_STOCK"),
            _ => world.succeed(&command),
        };
    }
    task.run();
    finish(&world, &mut task);
    let story = world.story("o-1");
    assert!(story.contains(&"CompensationSucceeded payment".to_owned()), "{story:?}");
    assert_eq!(versions_of(&world, "o-1"), [1, 2]);
    task.ends_as_replayed();
}

#[test]
fn a_wish_that_comes_twice_is_refused_the_second_time_so_that_a_run_can_be_repeated() {
    let (world, mut task) = under_way(&["o-1"]);
    migrate(&world, "o-1");
    migrate(&world, "o-1");
    task.run();
    let story = world.story("o-1");
    assert_eq!(
        story[story.len() - 2..],
        ["SagaMigrated", "InputRejected ALREADY_MIGRATED"]
    );
    task.ends_as_replayed();
}

#[test]
fn a_saga_that_cannot_move_says_why_and_ends_on_its_version() {
    let (world, mut task) = under_way(&["o-1"]);
    for _ in 0..3 {
        world.obey();
        task.run();
    }
    assert_eq!(world.last("o-1"), "StepRequested capture 1/1");
    let before = task.saga("o-1").unwrap();
    migrate(&world, "o-1");
    task.run();
    assert_eq!(world.last("o-1"), "InputRejected CANNOT_MIGRATE");
    let rejected = world.saga_events().into_iter().last().unwrap();
    assert_eq!(rejected.version, 1);
    assert!(rejected.reason.unwrap().contains("'capture' was begun"));
    let (before, after) = (before.open().unwrap().clone(), task.saga("o-1").unwrap());
    let mut expected = before;
    expected.sequence = expected.sequence.next();
    assert_eq!(after.open(), Some(&expected));
    finish(&world, &mut task);
    assert_eq!(
        (world.last("o-1"), versions_of(&world, "o-1")),
        ("SagaCompleted".into(), vec![1])
    );
    task.ends_as_replayed();
}

#[test]
fn a_migration_is_taken_back_as_long_as_nothing_has_followed() {
    let (world, mut task) = under_way(&["back", "on"]);
    migrate(&world, "back");
    migrate(&world, "on");
    task.run();
    let on = world.commands().into_iter().filter(|command| command.key == "on");
    on.for_each(|command| drop(world.succeed(&command)));
    task.run();
    for key in ["back", "on"] {
        undo(&world, key);
    }
    task.run();
    assert_eq!(world.last("back"), "MigrationUndone");
    assert_eq!(world.last("on"), "InputRejected CANNOT_MIGRATE");
    assert_eq!(versions_of(&world, "back"), [1, 2, 1]);
    for command in world.all_commands().iter().filter(|command| command.key == "back") {
        world.succeed(command);
    }
    task.run();
    finish(&world, &mut task);
    assert_eq!(
        (world.last("back"), world.last("on")),
        ("SagaCompleted".into(), "SagaCompleted".into())
    );
    assert!(world.story("back").contains(&"StepRequested capture 1/1".to_owned()));
    task.ends_as_replayed();
}

#[test]
fn a_saga_that_was_moved_stays_so_over_a_restart_with_an_empty_store() {
    let (world, mut task) = under_way(&["o-1"]);
    migrate(&world, "o-1");
    task.run();
    let before = task.saga("o-1");
    task.crash();
    let mut again = world.task_of("two", 0, MemoryStores::default());
    again.take_over();
    assert_eq!(again.saga("o-1"), before);
    undo(&world, "o-1");
    again.run();
    assert_eq!(world.last("o-1"), "MigrationUndone");
    again.ends_as_replayed();
}

#[test]
fn a_wish_for_nobody_is_refused_or_a_dead_letter_and_never_stops_the_task() {
    let (world, mut task) = under_way(&["o-1"]);
    migrate(&world, "unknown");
    undo(&world, "o-1");
    send(&world, "o-1", ("no-such-definition", "o-1"), Some(&plan()));
    send(&world, "o-2", ("order-fulfilment", "o-1"), Some(&plan()));
    let other = Migration { to: 3, ..plan() };
    send(&world, "o-1", ("order-fulfilment", "o-1"), Some(&other));
    task.run();
    assert_eq!(world.last("unknown"), "InputRejected SAGA_CLOSED");
    assert_eq!(world.last("o-1"), "InputRejected ALREADY_MIGRATED");
    let letters = world.broker.read("palinode.dead-letters");
    let codes: Vec<String> = letters
        .iter()
        .map(|letter| header_of(letter, headers::ERROR_CODE).unwrap())
        .collect();
    assert_eq!(codes, ["UNKNOWN_DEFINITION", "WRONG_SAGA_ID", "UNDECODABLE"]);
    task.ends_as_replayed();
}

#[test]
fn what_a_dry_run_says_is_what_happens() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    let keys: Vec<String> = (0..7).map(|number| format!("o-{number}")).collect();
    for key in &keys {
        world.place(key);
        task.run();
        world.obey();
    }
    task.run();
    world.cancel("o-6");
    world.plans.borrow_mut().push(Arc::new(order_plan_2()));
    task.tell(Signal::DefinitionsChanged);
    task.run();
    let (from, to) = (order_plan(), order_plan_2());
    let said: Vec<Result<(), String>> = keys
        .iter()
        .map(|key| migrated(&from, &to, task.saga(key).as_ref(), &plan()))
        .map(|said| said.map(drop).map_err(|why| why.to_string()))
        .collect();
    assert!(
        said.iter().any(Result::is_ok) && said.iter().any(Result::is_err),
        "{said:?}"
    );
    for key in &keys {
        migrate(&world, key);
    }
    task.run();
    let events = world.saga_events();
    for (key, said) in keys.iter().zip(said) {
        let of = events.iter().filter(|event| event.id.key.as_str() == key);
        let mut of = of.filter(|event| event.by.as_deref() == Some("ann") || event.event_type == "InputRejected");
        let happened = of.next_back().unwrap();
        let happened = match &happened.reason {
            Some(why) => Err(why.to_string()),
            None => Ok(()),
        };
        assert_eq!(happened, said, "{key}");
    }
    task.ends_as_replayed();
}

#[test]
fn a_saga_and_the_saga_that_is_its_step_move_and_still_hear_of_each_other() {
    let mut outing = Outing::placed(&[OUTING, PARCEL]);
    outing.run();
    for text in [OUTING, PARCEL] {
        let next = plan_from(&text.replacen("version: 1", "version: 2", 1));
        outing.world.plans.borrow_mut().push(Arc::new(next));
    }
    for task in &mut outing.tasks {
        task.tell(Signal::DefinitionsChanged);
    }
    outing.run();
    let (order, parcel) = (outing.order.clone(), outing.parcel.clone());
    for (definition, key) in [("outing", &order), ("parcel", &parcel)] {
        send(&outing.world, key, (definition, key), Some(&plan()));
    }
    outing.run();
    assert_eq!(outing.world.last(&order), "SagaMigrated");
    assert_eq!(outing.world.last(&parcel), "SagaMigrated");
    for _ in 0..2 {
        outing.world.obey();
        outing.run();
    }
    assert_eq!(outing.world.last(&order), "StepRequested send 1/1");
    assert_eq!(outing.world.last(&parcel), "SagaCompleted");
    outing.world.refuse(&outing.world.commands()[0], "NO_LORRY");
    outing.obey();
    assert_eq!(outing.world.last(&order), "SagaCompensated STEP_FAILED");
    assert_eq!(outing.world.last(&parcel), "SagaCompensated TAKEN_BACK");
    for key in [&order, &parcel] {
        assert_eq!(versions_of(&outing.world, key), [1, 2]);
    }
    outing.ends_as_replayed();
}
