//! What customers read in their chat.

use std::collections::BTreeSet;

use crate::support::{Wanted, World, eventually};

pub(super) fn once(world: &World<'_>) {
    let cases = [
        (
            "oda",
            vec!["order-created", "payment-confirmed", "ready-for-shipment", "shipped"],
        ),
        ("refused-pia", vec!["order-created", "payment-failed", "cancelled"]),
        (
            "unreachable-quin",
            vec![
                "order-created",
                "payment-confirmed",
                "ready-for-shipment",
                "refunded",
                "cancelled",
            ],
        ),
    ];
    let customers: Vec<_> = cases.iter().map(|(customer, _)| Wanted::by(*customer)).collect();
    let orders = world.place_all(&customers);
    for (order, (customer, texts)) in orders.iter().zip(&cases) {
        let expected: BTreeSet<String> = texts.iter().map(|text| format!("{order}/{text}")).collect();

        let told = eventually(&format!("{customer} is told everything"), || {
            let told = world.chat().told(order);
            expected.iter().all(|id| told.contains_key(id)).then_some(told)
        });

        // Repeats have the id of the first copy, and no id comes with another text.
        assert_eq!(told.keys().cloned().collect::<BTreeSet<_>>(), expected, "{told:?}");
        let distinct: BTreeSet<_> = told.values().collect();
        assert_eq!(distinct.len(), told.len(), "{told:?}");
    }
}
