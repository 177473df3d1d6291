//! A panic while one saga is handled concerns that saga alone.

use std::{sync::Arc, time::Duration};

use palinode_core::{EvaluationError, Expression, FieldPlan, Fields, Plan, Value};
use palinode_wire::headers;

use crate::support::{Setup, World, header_of, order_plan};

/// Panics for one order and gives the order's id for every other.
#[derive(Debug)]
struct Panics;

impl Expression for Panics {
    fn evaluate(&self, fields: &dyn Fields) -> Result<Value, EvaluationError> {
        let id = fields.value(&["start".into(), "order_id".into()]).unwrap();
        assert_ne!(id, Some(Value::String("bad".into())), "a bug in an expression");
        Ok(id.unwrap())
    }

    fn source(&self) -> &str {
        "panics"
    }
}

fn with_panic_in(record: &str) -> Plan {
    let mut plan = order_plan();
    for message in plan
        .messages
        .iter_mut()
        .filter(|message| message.record.as_str() == record)
    {
        message.fields[0] = FieldPlan {
            name: "order_id".into(),
            expression: Arc::new(Panics),
        };
    }
    plan
}

#[test]
fn a_command_that_panics_suspends_its_saga() {
    let plans = vec![Arc::new(with_panic_in("shop.payments.ReservePayment"))];
    let world = World::with(Setup {
        plans,
        ..Setup::default()
    });
    let mut task = world.task();
    task.take_over();
    world.place("good-1");
    world.place("bad");
    world.place("good-2");
    task.run();
    assert_eq!(
        world.last("bad"),
        "SagaSuspended INVARIANT_BROKEN",
        "{:?}",
        world.story("bad")
    );
    assert_eq!(world.last("good-1"), "StepRequested stock 1/1");
    assert_eq!(world.last("good-2"), "StepRequested stock 1/1");
    task.ends_as_replayed();
}

#[test]
fn what_cannot_even_be_suspended_is_a_dead_letter_and_leaves_the_saga_as_it_was() {
    let plans = vec![Arc::new(with_panic_in("shop.orders.OrderStatusChanged"))];
    let world = World::with(Setup {
        plans,
        ..Setup::default()
    });
    let mut task = world.task();
    task.take_over();
    world.place("good-1");
    let bad = world.place("bad");
    world.place("good-2");
    task.run();
    assert_eq!(world.story("bad"), [""; 0]);
    assert_eq!(world.last("good-1"), "StepRequested stock 1/1");
    assert_eq!(world.last("good-2"), "StepRequested stock 1/1");
    let letters = world.broker.read("palinode.dead-letters");
    assert_eq!(
        header_of(&letters[0], headers::ERROR_CODE).as_deref(),
        Some("INVARIANT_BROKEN")
    );
    assert_eq!(header_of(&letters[0], headers::DEAD_LETTER_ID), Some(bad));
    task.ends_as_replayed();
}

#[test]
fn a_timer_that_panics_is_left_alone_for_a_while_and_others_fire() {
    let world = World::new();
    let stores = palinode_store::memory::MemoryStores::default();
    let mut before = world.task_of("one", 0, stores.clone());
    before.take_over();
    world.place("bad");
    world.place("good");
    before.run();
    before.crash();
    *world.plans.borrow_mut() = vec![Arc::new(suspending_with_panic())];
    let mut task = world.task_of("one", 0, stores);
    task.take_over();
    task.pass(Duration::from_secs(40));
    assert!(
        world
            .story("good")
            .iter()
            .any(|event| event.starts_with("SagaSuspended")),
        "{:?}",
        world.story("good")
    );
    assert!(task.transactions < 60, "{} transactions", task.transactions);
    task.crash();
}

/// The same plan, after a change of code that panics when a bad order is suspended.
fn suspending_with_panic() -> Plan {
    with_panic_in("shop.orders.OrderStatusChanged")
}
