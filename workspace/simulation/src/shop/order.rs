//! What an order is: its number and the seed say it, so that an order that is placed again is the same one.

use serde::{Deserialize, Serialize};

use crate::Random;

/// Articles, and how many pieces of each come in. Some run out in a large world.
pub(super) const ARTICLES: [(&str, i32); 3] = [("cup", 60), ("pot", 24), ("tea", 40)];

/// Customers, and what stands on their accounts. The last one cannot pay many orders.
pub(super) const CUSTOMERS: [(&str, i64); 3] = [("ann", 1_000_000), ("bob", 1_000_000), ("cid", 9_000)];

/// The only currency.
pub(super) const CURRENCY: &str = "EUR";

const LINES_MAX: i64 = 3;
const QUANTITY_MAX: i64 = 3;
const PRICE_MINOR: i64 = 700;

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Item {
    pub(super) sku: String,
    pub(super) quantity: i32,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) id: String,
    pub(super) customer: &'static str,
    pub(super) items: Vec<Item>,
    pub(super) total_minor: i64,
}

impl Order {
    /// The order of this number.
    pub(super) fn of(seed: u64, number: usize) -> Self {
        let id = id(number);
        let mut random = Random::new(seed, &id);
        let (customer, _) = *random.pick(&CUSTOMERS);
        let lines = random.between(1, LINES_MAX);
        let first = random.below(ARTICLES.len() as u64);
        let items: Vec<Item> = ARTICLES
            .iter()
            .cycle()
            .skip(usize::try_from(first).unwrap_or(0))
            .zip(0..lines)
            .map(|((sku, _), _)| Item {
                sku: (*sku).to_owned(),
                quantity: i32::try_from(random.between(1, QUANTITY_MAX)).unwrap_or(1),
            })
            .collect();
        let pieces: i64 = items.iter().map(|item| i64::from(item.quantity)).sum();
        Self {
            total_minor: pieces * PRICE_MINOR,
            customer,
            items,
            id,
        }
    }
}

/// The id of the order of this number.
pub(super) fn id(number: usize) -> String {
    format!("o-{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_always_the_same_and_others_are_others() {
        assert_eq!(Order::of(1, 4), Order::of(1, 4));
        let all: Vec<_> = (0..20).map(|number| Order::of(1, number)).collect();
        for (customer, _) in CUSTOMERS {
            assert!(all.iter().any(|order| order.customer == customer), "{customer}");
        }
        assert!(all.iter().all(|order| order.total_minor > 0 && !order.items.is_empty()));
    }
}
