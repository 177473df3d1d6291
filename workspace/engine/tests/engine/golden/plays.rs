//! What is recorded: real runs of the cycle that together write every type of event.

use std::{rc::Rc, sync::Arc, time::Duration};

use palinode_core::{DefaultValue, FieldDefault, Migration, Value};
use palinode_engine::cycle::Signal;
use palinode_wire::{
    control::{DecisionMade, MigrationRequested},
    own,
};

use crate::support::{Command, Shell, World, order_plan_2, text};

/// A run in a world of its own.
pub(super) type Play = fn(&Rc<World>, &mut Shell);

/// All plays, by name.
pub(super) const PLAYS: [(&str, Play); 15] = [
    ("completed", completed),
    ("compensated", compensated),
    ("retried-after-a-refusal", retried_after_a_refusal),
    ("suspended-and-resumed", suspended_and_resumed),
    ("late-success-resumes", late_success_resumes),
    ("late-success-reopens", late_success_reopens),
    ("cancelled", cancelled),
    ("cancelled-before-its-start", cancelled_before_its_start),
    ("deadline-passed", deadline_passed),
    ("compensation-refused", compensation_refused),
    ("trip-forward", trip_forward),
    ("trip-back", trip_back),
    ("seats", seats),
    ("sub-saga-taken-back", sub_saga_taken_back),
    ("moved-to-another-version", moved),
];

/// The definition of the last plays, with steps that no participant does.
pub(super) const TRIP: &str = "
apiVersion: palinode/v1
saga: trip
version: 1
owner: order-team
startedBy: { event: shop.orders.OrderPlaced, topic: orders.events }
cancelledBy: { event: shop.orders.OrderCancellationRequested, topic: orders.requests }
steps:
  - id: deposit
    command:
      topic: payments.commands
      message: shop.payments.ReservePayment
      fields: { order_id: start.order_id, customer_id: start.customer_id, amount_minor: start.total_minor, currency: start.currency }
    replies: { topic: payments.events, succeeded: shop.payments.PaymentSucceeded, failed: shop.payments.PaymentFailed }
    timeout: 5s
    onExhausted: continue
  - id: upgrade
    when: start.total_minor > 1000000
    command:
      topic: payments.commands
      message: shop.payments.CapturePayment
      fields: { order_id: start.order_id, amount_minor: start.total_minor, currency: start.currency }
    replies: { topic: payments.events, succeeded: shop.payments.PaymentCaptured }
    timeout: 5s
  - id: book
    forEach: { items: start.items, parallel: 2, max: 5 }
    command: { topic: warehouse.commands, message: shop.warehouse.StartFulfilment, fields: { order_id: start.order_id } }
    replies: { topic: warehouse.events, succeeded: shop.warehouse.OrderReadyForShipment, failed: shop.warehouse.PackingFailed }
    timeout: 5s
    compensation:
      command: { message: shop.warehouse.UnpackOrder, fields: { order_id: start.order_id } }
      replies: { succeeded: shop.warehouse.OrderUnpacked }
      timeout: 5s
      retry: { attempts: 1 }
      onExhausted: continue
  - id: arrival
    after: [book]
    wait: { event: shop.orders.PaymentRetryRequested, topic: orders.wishes, timeout: 1h }
  - id: approval
    after: [arrival]
    decision: { question: Was it nice?, options: { good: succeed, bad: fail }, deadline: 1h, default: bad }
";

/// The definition of the play whose sagas share a lock.
pub(super) const SEATS: &str = "
apiVersion: palinode/v1
saga: seats
version: 1
owner: order-team
startedBy: { event: shop.orders.OrderPlaced, topic: orders.events }
cancelledBy: { event: shop.orders.OrderCancellationRequested, topic: orders.requests }
steps:
  - id: seat
    lock: { key: \"'seat/' + start.customer_id\", timeout: 1m }
  - id: pay
    after: [seat]
    command:
      topic: payments.commands
      message: shop.payments.ReservePayment
      fields: { order_id: start.order_id, customer_id: start.customer_id, amount_minor: start.total_minor, currency: start.currency }
    replies: { topic: payments.events, succeeded: shop.payments.PaymentSucceeded, failed: shop.payments.PaymentFailed }
    timeout: 5m
";

/// The definition of the play whose compensation can be refused.
pub(super) const TILL: &str = "
apiVersion: palinode/v1
saga: till
version: 3
owner: payment-team
startedBy: { event: shop.orders.OrderPlaced, topic: orders.events }
cancelledBy: { event: shop.orders.OrderCancellationRequested, topic: orders.requests }
steps:
  - id: pay
    command:
      topic: payments.commands
      message: shop.payments.ReservePayment
      fields: { order_id: start.order_id, customer_id: start.customer_id, amount_minor: start.total_minor, currency: start.currency }
    replies: { topic: payments.events, succeeded: shop.payments.PaymentSucceeded, failed: shop.payments.PaymentFailed }
    timeout: 5s
    compensation:
      command:
        message: shop.payments.RefundPayment
        fields: { order_id: start.order_id, amount_minor: start.total_minor, currency: start.currency }
      replies: { succeeded: shop.payments.PaymentRefunded, failed: shop.payments.PaymentCaptured }
      timeout: 5s
  - id: send
    after: [pay]
    command:
      topic: shipments.commands
      message: shop.shipments.CreateShipment
      fields: { order_id: start.order_id, customer_id: start.customer_id, promised_delivery_at: start.promised_delivery_at }
    replies: { topic: shipments.events, succeeded: shop.shipments.OrderShipped, failed: shop.shipments.ShipmentFailed }
    timeout: 5s
";

fn completed(world: &Rc<World>, task: &mut Shell) {
    world.place("o-1");
    for _ in 0..5 {
        task.run();
        world.later(Duration::from_millis(40));
        world.obey();
    }
}

fn compensated(world: &Rc<World>, task: &mut Shell) {
    world.place("o-1");
    for _ in 0..2 {
        task.run();
        world.obey();
    }
    task.run();
    world
        .commands()
        .iter()
        .for_each(|command| drop(world.refuse(command, "NO_LORRY")));
    for _ in 0..3 {
        task.run();
        world.obey();
    }
}

fn retried_after_a_refusal(world: &Rc<World>, task: &mut Shell) {
    world.place("o-1");
    task.run();
    let commands = world.commands();
    world.refuse(&commands[0], "BANK_UNAVAILABLE");
    task.pass(Duration::from_secs(2));
    world.obey();
    task.run();
    world.refuse(&commands[0], "BANK_UNAVAILABLE");
}

fn suspended(world: &Rc<World>, task: &mut Shell) -> Vec<crate::support::Command> {
    world.place("o-1");
    task.run();
    world.succeed(&world.commands()[1]);
    task.pass(Duration::from_secs(30));
    world.commands()
}

fn suspended_and_resumed(world: &Rc<World>, task: &mut Shell) {
    suspended(world, task);
    world.retry_payment("o-1");
    world.retry_payment("o-2");
    task.run();
    world.obey();
}

fn late_success_resumes(world: &Rc<World>, task: &mut Shell) {
    let attempts = suspended(world, task);
    world.succeed(&attempts[1]);
    task.run();
    world.obey();
}

fn late_success_reopens(world: &Rc<World>, task: &mut Shell) {
    world.place("o-1");
    task.run();
    let commands = world.commands();
    world.cancel("o-1");
    task.run();
    world.refuse(&commands[1], "SOLD_OUT");
    task.pass(Duration::from_secs(60));
    world.obey();
    task.run();
    world.succeed(&commands[0]);
    task.run();
    task.pass(Duration::from_secs(40));
    world.obey();
}

fn cancelled(world: &Rc<World>, task: &mut Shell) {
    world.place("o-1");
    task.run();
    world.obey();
    world.cancel("o-1");
    for _ in 0..4 {
        task.run();
        world.obey();
    }
    world.cancel("o-1");
}

fn cancelled_before_its_start(world: &Rc<World>, task: &mut Shell) {
    world.cancel("o-1");
    task.run();
    world.place("o-1");
    world.cancel("o-2");
    world.send("payments.events", "o-3", "shop.payments.PaymentRefunded", &[], vec![]);
}

fn deadline_passed(world: &Rc<World>, task: &mut Shell) {
    world.place("o-1");
    task.run();
    let commands = world.commands();
    world.succeed(&commands[0]);
    task.pass(Duration::from_secs(72 * 3_600));
}

fn compensation_refused(world: &Rc<World>, task: &mut Shell) {
    world.send(
        "orders.events",
        "o-1",
        "shop.orders.OrderPlaced",
        &[("total_minor", Value::Long(99))],
        vec![],
    );
    task.run();
    world.obey();
    task.run();
    world
        .commands()
        .iter()
        .for_each(|command| drop(world.refuse(command, "NO_LORRY")));
    task.run();
    for undo in world.commands() {
        world.answer(&undo, "shop.payments.PaymentCaptured", &[]);
    }
}

/// The commands of a trip with two bookings: the deposit, and then the bookings.
fn trip(world: &Rc<World>, task: &mut Shell) -> Vec<Command> {
    let item = Value::Record(vec![("sku".into(), text("bed")), ("quantity".into(), Value::Long(1))]);
    let given = [
        ("items", Value::List(vec![item.clone(), item])),
        ("total_minor", Value::Long(99)),
    ];
    world.send("orders.events", "o-1", "shop.orders.OrderPlaced", &given, vec![]);
    task.run();
    world.commands()
}

fn arrive(world: &World) {
    world.send("orders.wishes", "o-1", "shop.orders.PaymentRetryRequested", &[], vec![]);
}

fn trip_forward(world: &Rc<World>, task: &mut Shell) {
    let commands = trip(world, task);
    arrive(world);
    task.run();
    world.refuse(&commands[0], "NO");
    commands[1..].iter().for_each(|command| drop(world.succeed(command)));
    task.run();
    let decision = DecisionMade {
        definition: "trip".into(),
        saga: "o-1".into(),
        step: "approval".into(),
        option: "good".into(),
        by: "ann".into(),
        note: Some("lovely".into()),
    };
    let schema = world.schemas.id_of(own::DECISION_MADE.name).unwrap();
    let value = decision.encode(schema).unwrap();
    world.send_bytes("palinode.control", None, b"o-1", value, vec![]);
}

fn trip_back(world: &Rc<World>, task: &mut Shell) {
    let commands = trip(world, task);
    commands.iter().for_each(|command| drop(world.succeed(command)));
    task.run();
    arrive(world);
    task.pass(Duration::from_secs(3_601));
    world.succeed(&world.commands()[0]);
    task.pass(Duration::from_secs(6));
}

/// One holds the lock, one waits too long, one is cancelled meanwhile, and one gets it in the end.
fn seats(world: &Rc<World>, task: &mut Shell) {
    for order in ["o-1", "o-2", "o-3"] {
        world.place(order);
        task.run();
    }
    world.cancel("o-3");
    task.pass(Duration::from_secs(61));
    world.place("o-4");
    task.run();
    for _ in 0..2 {
        world.obey();
        task.run();
    }
}

fn sub_saga_taken_back(world: &Rc<World>, task: &mut Shell) {
    world.place("o-1");
    for _ in 0..2 {
        task.run();
        world.obey();
    }
    task.run();
    world
        .commands()
        .iter()
        .for_each(|command| drop(world.refuse(command, "NO_LORRY")));
    for _ in 0..3 {
        task.run();
        world.obey();
    }
}

/// Of three orders one is moved and ends there, one is moved and returns, and one cannot be moved.
fn moved(world: &Rc<World>, task: &mut Shell) {
    world.place("late");
    for _ in 0..3 {
        task.run();
        world.obey();
    }
    world.place("moved");
    world.place("back");
    task.run();
    world.plans.borrow_mut().push(Arc::new(order_plan_2()));
    task.tell(Signal::DefinitionsChanged);
    task.run();
    let plan = Migration {
        from: 1,
        to: 2,
        renames: Vec::new(),
        passed_over: Vec::new(),
        defaults: vec![FieldDefault {
            path: "start.gift".into(),
            value: DefaultValue::Boolean(false),
        }],
    };
    for (key, plan) in [
        ("moved", Some(&plan)),
        ("back", Some(&plan)),
        ("late", Some(&plan)),
        ("back", None),
    ] {
        let request = MigrationRequested {
            definition: "order-fulfilment".into(),
            saga: key.into(),
            from_version: 1,
            to_version: 2,
            plan: plan.map(|plan| MigrationRequested::plan(plan).unwrap()),
            by: "ann".into(),
        };
        let schema = world.schemas.id_of(own::MIGRATION_REQUESTED.name).unwrap();
        let value = request.encode(schema).unwrap();
        world.send_bytes("palinode.control", None, key.as_bytes(), value, vec![]);
        task.run();
    }
    let commands = world.commands().into_iter().filter(|command| command.key == "moved");
    commands.for_each(|command| drop(world.succeed(&command)));
    task.run();
}
