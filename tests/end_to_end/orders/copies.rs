//! Messages that come more than once.

use std::collections::BTreeSet;

use palinode_log::Consumed;
use palinode_wire::journal::SagaRecord;

use crate::support::{Wanted, World, eventually};

/// The topics that the orchestrator reads.
const INPUTS: [&str; 5] = [
    "orders.events",
    "orders.requests",
    "payments.events",
    "warehouse.events",
    "shipments.events",
];

pub(super) fn after_the_end(world: &World<'_>) {
    let shipped = world.place(&Wanted::by("fay").of("rug"));
    let taken_back = world.place(&Wanted::by("unreachable-gus").of("rug"));
    let ended = [(&shipped, "completed"), (&taken_back, "compensated")];
    // Both first: an order that is still under way moves the books that are compared below.
    let ended = ended.map(|(order, status)| (order, world.await_status(order, status)));
    for (order, view) in ended {
        let effects = effects(&world.journal(order));
        let before = world.business_of(order);
        let books = || {
            (
                world.account("fay"),
                world.account("unreachable-gus"),
                world.reserved("rug"),
            )
        };
        let books_before = books();

        let copies: Vec<_> = before
            .iter()
            .map(|(topic, record)| world.copy_of(topic, record))
            .collect();
        assert!(before.iter().any(|(topic, _)| *topic == "orders.status"));
        world.produce(&copies);

        // Each copy of an input is refused, and so are the answers that participants give again.
        let inputs = before.iter().filter(|(topic, _)| INPUTS.contains(topic)).count();
        let commands = before.iter().filter(|(topic, _)| topic.ends_with(".commands")).count();
        let rejected = eventually("the copies are refused", || {
            let rejected = rejections(&world.journal(order));
            (rejected >= inputs + commands).then_some(rejected)
        });
        assert_eq!(rejected, inputs + commands);
        assert_eq!(
            self::effects(&world.journal(order)),
            effects,
            "nothing else was journaled"
        );
        let commands_after = world
            .business_of(order)
            .iter()
            .filter(|(topic, _)| topic.ends_with(".commands"))
            .count();
        assert_eq!(commands_after, 2 * commands, "the commands and our copies");
        assert_eq!(books(), books_before);
        assert_eq!(world.records_of("palinode.outcomes", order).len(), 1);
        assert_eq!(world.order(order).expect("the order")["history"], view["history"]);
    }
}

/// Somebody repeats each message as soon as it stands on its topic.
pub(super) fn under_way(world: &World<'_>) {
    let orders = world.place_all(&[
        Wanted::by("hal").of("carpet"),
        Wanted::by("refused-ida"),
        Wanted::by("unreachable-jo"),
    ]);
    let mut copied = BTreeSet::new();
    let mut repeat = || {
        for order in &orders {
            for (topic, record) in world.business_of(order) {
                // A copy has the content of what it copies, so that it is not copied again.
                let content = (
                    topic,
                    record.value.clone(),
                    record.headers.first().map(|_| ce_id(&record)),
                );
                if copied.insert(content) {
                    world.produce(&[world.copy_of(topic, &record)]);
                }
            }
        }
    };

    eventually("the orders have ended", || {
        repeat();
        let ended = |order: &String| matches!(world.status(order).as_str(), "completed" | "compensated");
        orders.iter().all(ended).then_some(())
    });

    let statuses: Vec<_> = orders.iter().map(|order| world.status(order)).collect();
    assert_eq!(statuses, ["completed", "compensated", "compensated"]);
    for order in &orders {
        assert_eq!(world.records_of("palinode.outcomes", order).len(), 1);
        assert!(rejections(&world.journal(order)) > 0);
    }
    let first = world.settings().first_balance_minor;
    assert_eq!(world.account("hal"), Some((first - 1_250, 0)));
    assert_eq!(world.account("unreachable-jo"), Some((first, 0)));
}

fn ce_id(record: &Consumed) -> String {
    crate::support::header(record, "ce_id").unwrap_or_default().to_owned()
}

fn rejections(events: &[SagaRecord]) -> usize {
    events
        .iter()
        .filter(|event| event.event_type == "InputRejected")
        .count()
}

/// The ids of the events that changed something.
fn effects(events: &[SagaRecord]) -> Vec<String> {
    events
        .iter()
        .filter(|event| event.event_type != "InputRejected")
        .map(SagaRecord::event_id)
        .collect()
}
