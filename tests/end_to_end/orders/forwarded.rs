//! Messages of producers with another partitioner.

use super::early::placed;
use crate::support::{Raw, World, eventually, header};

pub(super) fn to_its_partition(world: &World<'_>) {
    let orders = ["o-astray-0", "o-astray-1", "o-astray-2", "o-astray-3"];
    let astray = |order: &str| (world.home(order) + 1) % world.settings().partitions;
    let records: Vec<_> = orders
        .iter()
        .map(|order| Raw {
            partition: Some(astray(order)),
            headers: vec![("x-kept".into(), "as it was".into())],
            ..world.plain("orders.events", order, &placed(order, "nina"))
        })
        .collect();

    world.produce(&records);

    for order in orders {
        eventually("the order ends", || {
            (!world.records_of("palinode.outcomes", order).is_empty()).then_some(())
        });
        assert!(world.is_shipped(order));
        let forwarded = world.records_of("palinode.inbox", order);
        assert_eq!(forwarded.len(), 1, "{order}");
        assert_eq!(forwarded[0].source.partition, world.home(order));
        assert_eq!(header(&forwarded[0], "x-kept"), Some("as it was"));
        assert_eq!(header(&forwarded[0], "palinode-origin-topic"), Some("orders.events"));
        assert_eq!(
            header(&forwarded[0], "palinode-origin-partition"),
            Some(astray(order).to_string().as_str())
        );
    }
    assert_eq!(
        world.account("nina"),
        Some((world.settings().first_balance_minor - 4 * 700, 0))
    );
}
