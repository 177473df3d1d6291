//! One compensated order, told step by step with its times.

use std::fmt::Write;

use palinode_core::SagaId;
use palinode_log::kafka::Settings;

use super::{orders::Order, world::World};
use crate::saga::events_of;

/// The order with the longest way back.
pub(super) fn pick(orders: &[Order]) -> Option<&Order> {
    orders
        .iter()
        .filter(|order| order.status == "compensated")
        .max_by_key(|order| order.history.len())
}

/// Tells what happened to the order.
pub(super) fn tell(world: &World, order: &Order) -> anyhow::Result<String> {
    let settings = world.shop.settings();
    let kafka = Settings::new(settings.bootstrap_servers.as_str());
    let id = SagaId::new("order-fulfilment", order.order_id.as_str());
    let events = events_of(&kafka, &settings.topic_prefix, &id)?;
    let mut story = format!("The story of order {} ({}):\n", order.order_number, order.order_id);
    let begin = events.first().map_or(0, |event| event.time.0);
    for event in &events {
        let step = event.step.as_ref().map(|step| format!(" {step}")).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = write!(
            story,
            "  {:>6} ms  {}{step}",
            event.time.0 - begin,
            plain(&event.event_type)
        );
        if let Some(reason) = &event.reason {
            let _ = write!(story, ": {reason}");
        }
        story.push('\n');
    }
    let _ = writeln!(story, "  The customer reads: {}", order.message);
    Ok(story)
}

/// An event type as a sentence would have it.
fn plain(event_type: &str) -> &str {
    match event_type {
        "SagaStarted" => "the order arrives",
        "StepRequested" => "asks for",
        "StepSucceeded" => "is told that this is done:",
        "StepFailed" => "is told that this was refused:",
        "CompensationStarted" => "turns back",
        "CompensationRequested" => "asks to take back",
        "CompensationSucceeded" => "is told that this is taken back:",
        "SagaCompensated" => "has ended, everything is taken back",
        other => other,
    }
}
