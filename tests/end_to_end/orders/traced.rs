//! One order is followed by its correlation id and its trace.

use std::fs;

use palinode_sandbox::shop::Component;

use crate::support::{Wanted, World, eventually, header};

const CORRELATION: &str = "call-4711-of-the-app";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

pub(super) fn everywhere(world: &World<'_>) {
    let traceparent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    // The HTTP answer carries both: `place` holds it to that.
    let order = world.place(&Wanted::by("unreachable-rex").traced(CORRELATION, &traceparent));
    let view = world.await_status(&order, "compensated");
    assert_eq!(view["correlation_id"], CORRELATION);

    let messages = world.business_of(&order);
    assert!(messages.len() > 15, "{}", messages.len());
    for (topic, record) in &messages {
        let what = format!("{:?} on {topic}", header(record, "ce_type"));
        assert_eq!(header(record, "correlation-id"), Some(CORRELATION), "{what}");
        let trace = header(record, "traceparent").and_then(|text| text.split('-').nth(1));
        assert_eq!(trace, Some(TRACE), "{what}");
    }
    for event in world.journal(&order) {
        let what = event.event_id();
        assert_eq!(
            event.correlation.as_deref(),
            Some(CORRELATION),
            "{what} {}",
            event.event_type
        );
        let trace = event.traceparent.as_deref().and_then(|text| text.split('-').nth(1));
        assert_eq!(trace, Some(TRACE), "{what} {}", event.event_type);
    }
    let outcome = world.records_of("palinode.outcomes", &order);
    assert_eq!(header(&outcome[0], "correlation-id"), Some(CORRELATION));
    for component in [
        Component::Orchestrator(0),
        Component::Order,
        Component::Payment,
        Component::Warehouse,
        Component::Shipment,
        Component::Notification,
    ] {
        let log = world.shop().log(component);
        eventually(&format!("{component} logs {CORRELATION}"), || {
            fs::read_to_string(&log)
                .is_ok_and(|text| text.contains(CORRELATION))
                .then_some(())
        });
    }
}
