//! Services that are down, slow or overloaded. Time-outs are shorter here, so that nobody waits for them.

use std::fs;

use palinode_sandbox::shop::{Component, Settings};
use palinode_shipment::OrderShipped;
use serde_json::json;

use crate::support::{Audit, Ground, Run, Wanted, World, eventually, header};

pub(crate) const PAYMENT_DOWN: &str =
    "a payment service that is down suspends the order, and the customer's retry carries it on";
pub(crate) const CANCELLED_IN_TIME: &str = "an order is cancelled before the pivot, and its early reply is refused";
pub(crate) const CANCELLED_TOO_LATE: &str = "a cancellation after the pivot is refused";
const NAMES: [&str; 6] = [
    PAYMENT_DOWN,
    "a payment that comes late resumes the order by itself",
    "a bank that is unavailable is asked again in new rounds",
    "an overloaded warehouse lets picking wait, and nothing is lost",
    CANCELLED_IN_TIME,
    CANCELLED_TOO_LATE,
];

/// Plays the scenarios, one after the other: each switches a service that all orders need.
pub(crate) fn play(run: &mut Run, ground: &Ground) {
    if !run.wants(&NAMES) {
        return;
    }
    let world = World::start(ground, "outages", |settings| {
        settings.partitions = 4;
        settings.definitions = Some(with_shorter_times(settings));
    });
    let scenarios: [fn(&World<'_>); 6] = [
        payment_down,
        payment_late,
        bank_unavailable,
        warehouse_overloaded,
        cancelled_in_time,
        cancelled_too_late,
    ];
    for (name, scenario) in NAMES.into_iter().zip(scenarios) {
        run.alone(name, || scenario(&world));
        all_is_well(&world);
    }
    run.always("outages: the audit passes", || {
        world.audit(Audit::Ended);
    });
}

/// The repository's definition with times that suit a test.
fn with_shorter_times(settings: &Settings) -> std::path::PathBuf {
    let file = settings.repository.join("sagas/order-fulfilment.yaml");
    let text = fs::read_to_string(file).expect("the definition");
    let shorter = text.replacen("timeout: 5s", "timeout: 1s", 1).replacen(
        "attempts: 3, initial: 1s",
        "attempts: 3, initial: 200ms",
        1,
    );
    assert_ne!(text, shorter, "the definition has other times than this test replaces");
    let folder = settings.folder.join("sagas");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("order-fulfilment.yaml"), shorter).expect("the definition");
    folder
}

/// Ends what a scenario has switched, also one that failed.
fn all_is_well(world: &World<'_>) {
    world.put(Component::Payment, "/behaviour", &json!({}));
    world.put(Component::Shipment, "/behaviour", &json!({}));
    world.put(
        Component::Warehouse,
        "/pace",
        &json!({ "pickers": 4, "packing_millis": 20 }),
    );
}

fn payment_down(world: &World<'_>) {
    world.put(Component::Payment, "/behaviour", &json!({ "down": true }));
    let order = world.place(&Wanted::by("ada"));
    let view = world.await_status(&order, "suspended");
    assert_eq!(view["message"], "Payment did not go through; please try again.");
    eventually("the customer is told", || {
        world
            .chat()
            .told(&order)
            .keys()
            .any(|id| id.contains("/payment-wanted/"))
            .then_some(())
    });
    assert_eq!(
        requests(world, &order, "payment"),
        ["1/1", "1/2", "1/3"],
        "an unknown outcome stays in its round"
    );

    world.put(Component::Payment, "/behaviour", &json!({}));
    assert_eq!(world.wish(&order, "payment"), 202);

    world.await_status(&order, "completed");
    assert_eq!(requests(world, &order, "payment").len(), 4);
    assert_eq!(
        world.account("ada"),
        Some((world.settings().first_balance_minor - 1_250, 0)),
        "charged once"
    );
}

fn payment_late(world: &World<'_>) {
    world.shop().pause(Component::Payment).expect("it hangs");
    let order = world.place(&Wanted::by("ben"));
    world.await_status(&order, "suspended");

    world.shop().resume(Component::Payment).expect("it goes on");

    world.await_status(&order, "completed");
    assert_eq!(
        world.account("ben"),
        Some((world.settings().first_balance_minor - 1_250, 0)),
        "charged once"
    );
    assert!(
        world.records_of("orders.requests", &order).is_empty(),
        "nobody asked for it"
    );
}

fn bank_unavailable(world: &World<'_>) {
    world.put(Component::Payment, "/behaviour", &json!({ "unavailable": true }));
    let order = world.place(&Wanted::by("cleo"));
    let view = world.await_status(&order, "suspended");
    assert_eq!(view["reason_code"], "ATTEMPTS_EXHAUSTED", "{view}");
    assert!(
        view["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("BANK_UNAVAILABLE")),
        "{view}"
    );
    assert_eq!(
        requests(world, &order, "payment"),
        ["1/1", "2/2", "3/3"],
        "a definite refusal ends its round"
    );

    world.put(Component::Payment, "/behaviour", &json!({}));
    assert_eq!(world.wish(&order, "payment"), 202);

    world.await_status(&order, "completed");
    assert_eq!(
        world.account("cleo"),
        Some((world.settings().first_balance_minor - 1_250, 0))
    );
}

fn warehouse_overloaded(world: &World<'_>) {
    world.put(
        Component::Warehouse,
        "/pace",
        &json!({ "pickers": 0, "packing_millis": 50 }),
    );
    let orders = world.place_all(&vec![Wanted::by("dora"); 8]);
    eventually("all orders wait for a picker", || {
        (world.waiting_for_a_picker() == 8).then_some(())
    });

    world.put(
        Component::Warehouse,
        "/pace",
        &json!({ "pickers": 1, "packing_millis": 50 }),
    );

    for order in &orders {
        world.await_status(order, "completed");
        assert!(world.is_shipped(order));
    }
    let balance = world.settings().first_balance_minor - 8 * 1_250;
    assert_eq!(world.account("dora"), Some((balance, 0)));
}

fn cancelled_in_time(world: &World<'_>) {
    world.put(
        Component::Warehouse,
        "/pace",
        &json!({ "pickers": 0, "packing_millis": 50 }),
    );
    let order = world.place(&Wanted::by("eve").of("cup"));
    await_request(world, &order, "packing");
    let reserved = world.reserved("cup").expect("the article");
    let shipped = OrderShipped {
        order_id: order.clone(),
        consignment: "c-early".into(),
        shipped_at: 0,
    };
    world.produce(&[world.plain("shipments.events", &order, &shipped)]);
    let rejected = eventually("the early reply is refused", || {
        world
            .journal(&order)
            .into_iter()
            .find(|event| event.event_type == "InputRejected")
    });
    assert_eq!(rejected.code.as_deref(), Some("NEVER_REQUESTED"));

    assert_eq!(world.wish(&order, "cancel"), 202);
    world.await_status(&order, "compensating");

    // What is being packed is unpacked once it is packed.
    world.put(
        Component::Warehouse,
        "/pace",
        &json!({ "pickers": 4, "packing_millis": 20 }),
    );
    let view = world.await_status(&order, "compensated");
    assert_eq!(view["reason_code"], "CANCELLED", "{view}");
    assert_eq!(world.reserved("cup"), Some(reserved - 2));
    assert_eq!(world.account("eve"), Some((world.settings().first_balance_minor, 0)));
    assert!(!world.is_shipped(&order));
    assert!(world.records_of("shipments.commands", &order).is_empty());
    world.put(
        Component::Warehouse,
        "/pace",
        &json!({ "pickers": 4, "packing_millis": 20 }),
    );
}

fn cancelled_too_late(world: &World<'_>) {
    world.put(Component::Shipment, "/behaviour", &json!({ "slow_millis": 2_000 }));
    let order = world.place(&Wanted::by("fay"));
    await_request(world, &order, "shipment");

    assert_eq!(world.wish(&order, "cancel"), 202);

    let view = world.await_status(&order, "completed");
    let history = view["history"].as_array().expect("a history");
    assert!(history.iter().any(|entry| entry["status"] == "cancelRefused"), "{view}");
    assert_eq!(
        world.account("fay"),
        Some((world.settings().first_balance_minor - 1_250, 0))
    );
}

/// Waits until a step was requested.
fn await_request(world: &World<'_>, order: &str, step: &str) {
    eventually(&format!("{step} is requested"), || {
        let saga = world.saga(order)?;
        let steps = saga["steps"].as_array()?;
        steps
            .iter()
            .any(|it| it["step"] == step && it["attempts"] == 1)
            .then_some(())
    });
}

/// The requests of a step: round/attempt.
fn requests(world: &World<'_>, order: &str, step: &str) -> Vec<String> {
    let part = format!("/{step}/forward/");
    let of_step = |key: &str| key.split_once(&part).map(|(_, round)| round.to_owned());
    let commands = world.records_of("payments.commands", order);
    let request = commands.iter().filter_map(|command| {
        let round = of_step(header(command, "idempotency-key")?)?;
        Some(format!("{round}/{}", header(command, "attempt")?))
    });
    request.collect()
}
