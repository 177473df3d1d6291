//! What every message and journal record carries: ids that are derived, the correlation, and the trace.

use palinode_log::Header;
use palinode_wire::headers::{self, Traceparent};

use crate::support::{World, header_of};

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn traced(world: &World, order: &str) {
    let header = |name: &str, value: &str| Header {
        name: name.into(),
        value: value.as_bytes().to_vec().into(),
    };
    let headers = vec![
        header(headers::TRACEPARENT, TRACE),
        header(headers::CORRELATION_ID, "basket-7"),
    ];
    world.send("orders.events", order, "shop.orders.OrderPlaced", &[], headers);
}

#[test]
fn every_message_carries_its_ids_the_correlation_and_a_span_of_the_trace() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    traced(&world, "eu/7%");
    for _ in 0..5 {
        task.run();
        world.obey();
    }
    task.run();
    let commands = world.all_commands();
    assert_eq!(commands[0].id, "order-fulfilment/eu%2F7%25/payment/forward/1/1");
    assert_eq!(commands[0].request.saga.key.as_str(), "eu/7%");
    let parent = Traceparent::parse(TRACE).unwrap();
    let topics = [
        "payments.commands",
        "warehouse.commands",
        "shipments.commands",
        "orders.status",
        "palinode.outcomes",
    ];
    let mut spans = std::collections::BTreeSet::new();
    let mut messages = 0;
    for record in topics.iter().flat_map(|topic| world.broker.read(topic)) {
        messages += 1;
        let header = |name| header_of(&record, name).unwrap_or_else(|| panic!("{name} on {}", record.source));
        assert_eq!(header(headers::CORRELATION_ID), "basket-7");
        assert_eq!(header(headers::SAGA_ID), "order-fulfilment/eu%2F7%25");
        assert_eq!(header(headers::CE_SPECVERSION), "1.0");
        assert_eq!(header(headers::CONTENT_TYPE), "application/avro");
        assert_eq!(header(headers::CE_SOURCE), "palinode/shop");
        let span = Traceparent::parse(&header(headers::TRACEPARENT)).unwrap();
        assert_eq!((span.trace_id, span.flags), (parent.trace_id, parent.flags));
        assert!(spans.insert(span.span_id), "each message has a span of its own");
        assert_ne!(span.span_id, parent.span_id);
    }
    assert!(messages >= 9);
    for event in world.saga_events() {
        assert_eq!(event.correlation.as_deref(), Some("basket-7"), "{}", event.event_type);
        assert_eq!(event.traceparent.as_deref(), Some(TRACE), "{}", event.event_type);
    }
    task.ends_as_replayed();
}

#[test]
fn a_saga_that_is_opened_again_still_carries_them() {
    let world = World::new();
    let mut task = world.task();
    task.take_over();
    traced(&world, "o-1");
    task.run();
    let commands = world.commands();
    world.cancel("o-1");
    world.refuse(&commands[1], "SOLD_OUT");
    task.pass(std::time::Duration::from_secs(10));
    let undo = world.commands().remove(0);
    world.succeed(&undo);
    task.run();
    world.succeed(&commands[0]);
    task.run();
    let again = world.commands();
    let last = again.last().unwrap();
    assert!(last.told().starts_with("undo payment 2/"), "{again:?}");
    let has = |name: &str| last.headers.iter().any(|header| &*header.name == name);
    assert!(has(headers::CORRELATION_ID) && has(headers::TRACEPARENT));
    for event in world.saga_events() {
        assert_eq!(event.correlation.as_deref(), Some("basket-7"), "{}", event.event_type);
    }
    task.ends_as_replayed();
}

#[test]
fn a_start_without_a_trace_gets_one_that_a_second_decision_would_derive_again() {
    let begin = || {
        let world = World::new();
        let mut task = world.task();
        task.take_over();
        world.place("o-1");
        task.run();
        let event = world.saga_events().remove(0);
        (event.traceparent, event.correlation)
    };
    let (trace, correlation) = begin();
    assert!(Traceparent::parse(&trace.clone().unwrap()).is_some());
    assert_eq!(correlation.as_deref(), Some("o-1"));
    assert_eq!(begin(), (trace, correlation));
}
