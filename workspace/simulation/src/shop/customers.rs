//! What customers and people write.

use bytes::Bytes;
use palinode_core::Timestamp;
use palinode_log::Produced;
use palinode_wire::{control, own, partition_of};
use serde::Serialize;

use super::{
    order::{self, ARTICLES, CURRENCY, CUSTOMERS, Item, Order},
    pen::{self, Pen},
};
use crate::{
    Random,
    plan::{Timed, Wish},
    setting::Setting,
};

/// The definition that all of them follow.
const DEFINITION: &str = "order-fulfilment";
/// One that there is not, which a mistaken person names.
const NO_DEFINITION: &str = "bicycle-repair";
/// The step that asks people.
const QUESTION: &str = "approval";
/// What people may answer, and something that they may not.
const OPTIONS: [&str; 4] = ["approve", "wave_through", "reject", "perhaps"];
/// One of so many records is written to another partition than that of its key, as by a client with another partitioner.
const ASTRAY_ONE_OF: u64 = 12;
/// One of so many records has no headers.
const BARE_ONE_OF: u64 = 8;
/// How long after it was placed an order is promised.
const PROMISED_MS: i64 = 3 * 24 * 3_600_000;

#[derive(Serialize)]
struct OrderPlaced<'o> {
    order_id: &'o str,
    customer_id: &'o str,
    customer_name: &'o str,
    items: &'o [Item],
    total_minor: i64,
    currency: &'o str,
    promised_delivery_at: i64,
    placed_at: i64,
}

#[derive(Serialize)]
struct Requested<'o> {
    order_id: &'o str,
    requested_at: i64,
}

#[derive(Serialize)]
struct Cancelled<'o> {
    order_id: &'o str,
    reason: &'o str,
    requested_at: i64,
}

#[derive(Serialize)]
struct AccountOpened<'a> {
    customer_id: &'a str,
    balance_minor: i64,
    currency: &'a str,
}

/// The record that says what somebody wishes. Chance follows from the wish alone: one that is left out of a plan changes
/// nothing of the others.
pub(super) fn write(wish: &Timed<Wish>, seed: u64, setting: &Setting, pen: &Pen, now: Timestamp) -> Produced {
    let name = format!("{:?} at {}", wish.what, wish.at_ms);
    let mut random = Random::new(seed, &name);
    let written = match &wish.what {
        Wish::Order { order } => placed(&Order::of(seed, *order), pen, now),
        Wish::Cancel { order } => {
            let id = order::id(*order);
            let content = Cancelled {
                order_id: &id,
                reason: "changed my mind",
                requested_at: now.0,
            };
            let record = "shop.orders.OrderCancellationRequested";
            ("orders.requests", record, id.clone(), pen.value(record, &content))
        }
        Wish::RetryPayment { order } => requested("orders.requests", *order, order::id(*order), pen, now),
        Wish::Event { order } => {
            let key = format!("parcel-{}", random.below(7));
            requested("orders.wishes", *order, key, pen, now)
        }
        Wish::Decide { order, option } => decided(*order, *option, random.chance(1, 12), pen),
    };
    let (topic, record, key, value) = written;
    let headers = match random.chance(1, BARE_ONE_OF) {
        true => Vec::new(),
        false => pen::plain(&name, record, "counter", now),
    };
    let mut produced = pen::keyed(topic, &key, value, headers);
    let partitions = setting.partitions_of(topic);
    if random.chance(1, ASTRAY_ONE_OF) {
        let right = partition_of(key.as_bytes(), partitions);
        produced.partition = Some((right + 1) % partitions);
    }
    produced
}

/// What is told before anything happens: what customers have, and what stands on the shelves.
pub(super) fn beginnings(pen: &Pen, now: Timestamp) -> Vec<Produced> {
    let accounts = CUSTOMERS.iter().map(|(customer_id, balance_minor)| {
        let record = "shop.payments.AccountOpened";
        let opened = AccountOpened {
            customer_id,
            balance_minor: *balance_minor,
            currency: CURRENCY,
        };
        let headers = pen::plain(&format!("payments/account/{customer_id}"), record, "payments", now);
        pen::keyed("payments.events", customer_id, pen.value(record, &opened), headers)
    });
    let deliveries = ARTICLES.iter().map(|(sku, quantity)| {
        let record = "shop.warehouse.StockReceived";
        let received = Item {
            sku: (*sku).to_owned(),
            quantity: *quantity,
        };
        let headers = pen::plain(&format!("warehouse/delivery/{sku}"), record, "warehouse", now);
        pen::keyed("warehouse.events", sku, pen.value(record, &received), headers)
    });
    accounts.chain(deliveries).collect()
}

/// Where it is written, the name of its record, its key, and its content.
type Written = (&'static str, &'static str, String, Bytes);

fn placed(order: &Order, pen: &Pen, now: Timestamp) -> Written {
    let content = OrderPlaced {
        order_id: &order.id,
        customer_id: order.customer,
        customer_name: order.customer,
        items: &order.items,
        total_minor: order.total_minor,
        currency: CURRENCY,
        promised_delivery_at: now.0 + PROMISED_MS,
        placed_at: now.0,
    };
    let record = "shop.orders.OrderPlaced";
    ("orders.events", record, order.id.clone(), pen.value(record, &content))
}

fn requested(topic: &'static str, order: usize, key: String, pen: &Pen, now: Timestamp) -> Written {
    let content = Requested {
        order_id: &order::id(order),
        requested_at: now.0,
    };
    let record = "shop.orders.PaymentRetryRequested";
    (topic, record, key, pen.value(record, &content))
}

fn decided(order: usize, option: usize, is_mistaken: bool, pen: &Pen) -> Written {
    let key = order::id(order);
    let decision = control::DecisionMade {
        definition: if is_mistaken { NO_DEFINITION } else { DEFINITION }.into(),
        saga: key.as_str().into(),
        step: QUESTION.into(),
        option: OPTIONS[option % OPTIONS.len()].to_owned(),
        by: "eve".into(),
        note: None,
    };
    let record = own::DECISION_MADE.name;
    (control::TOPIC, record, key, pen.value(record, &decision))
}
