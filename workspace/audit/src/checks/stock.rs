//! Goods are neither lost nor made.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use palinode_core::{Outcome, SagaId, Value};
use serde::Deserialize;

use super::shop::{Counted, Replies, decode, field, record_on};
use crate::{
    check::Check,
    facts::{Facts, SagaIndex},
    findings::Findings,
    per_saga::PerSaga,
    seen::{Content, Event, EventKind, InputPosition, Seen},
};

/// What was picked for an order is kept when it completes and put back when it does not; no more is picked than came in.
#[derive(Default)]
pub(crate) struct Stock {
    orders: Vec<Order>,
    by_id: HashMap<Arc<str>, usize>,
    ordered: PerSaga<Option<Pieces>>,
    deliveries: Replies<Item>,
}

/// Numbers of pieces by article, without zeros.
type Pieces = BTreeMap<Arc<str>, i64>;

struct Order {
    id: Arc<str>,
    replies: Replies<Vec<Item>>,
}

/// What became of an order's goods.
struct Books {
    reserved: Pieces,
    released: Pieces,
    /// Where its last reply stands.
    at: InputPosition,
}

#[derive(Deserialize)]
struct Moved {
    order_id: Arc<str>,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    sku: Arc<str>,
    quantity: i64,
}

const TOPIC: &str = "warehouse.events";
const RESERVED: &str = "shop.warehouse.StockReserved";
const RELEASED: &str = "shop.warehouse.StockReleased";
const RECEIVED: &str = "shop.warehouse.StockReceived";

impl Check for Stock {
    fn name(&self) -> &'static str {
        "stock"
    }

    fn meaning(&self) -> &'static str {
        "goods stand aside for an order that will not come, or are promised twice"
    }

    fn see(&mut self, seen: &Seen<'_>, facts: &Facts, _: &mut Findings) {
        if let Content::Event(event) = &seen.content {
            return self.ordered(event, seen, facts);
        }
        match record_on(TOPIC, seen, facts) {
            Some(RESERVED) => self.moved(RESERVED, seen),
            Some(RELEASED) => self.moved(RELEASED, seen),
            Some(RECEIVED) => self.receive(seen),
            _ => {}
        }
    }

    fn finish(&mut self, facts: &Facts, found: &mut Findings) {
        let mut out = Pieces::new();
        for order in &self.orders {
            let saga = facts.find(&SagaId::new(facts.options.orders.clone(), Arc::clone(&order.id)));
            let Some(books) = order.books(saga, facts, found) else {
                continue;
            };
            let Books { reserved, released, at } = &books;
            reserved
                .iter()
                .for_each(|(sku, quantity)| add(&mut out, sku, *quantity));
            released
                .iter()
                .for_each(|(sku, quantity)| add(&mut out, sku, -*quantity));
            let place = facts.place(*at);
            match saga {
                Some(saga) => {
                    let ordered = self.ordered.of(saga).as_ref();
                    if let Some(what) = books.fault(facts.saga(saga).outcome, ordered) {
                        found.of_saga(facts, saga, Some(place), || what);
                    }
                }
                None if facts.options.expect.is_drained() && reserved != released => {
                    found.add(Some(place), || {
                        format!("stock is kept for the order '{}', which no saga knows", order.id)
                    });
                }
                None => {}
            }
        }
        let mut received = Pieces::new();
        for (delivery, _) in self.deliveries.counted(facts) {
            add(&mut received, &delivery.content.sku, delivery.content.quantity);
        }
        for (sku, out) in out {
            let received = received.get(&sku).copied().unwrap_or(0);
            if out > received {
                found.add(None, || {
                    format!("of the article '{sku}' {received} came in, and {out} are taken")
                });
            }
        }
    }
}

impl Stock {
    fn ordered(&mut self, event: &Event, seen: &Seen<'_>, facts: &Facts) {
        if event.kind != EventKind::Started || facts.saga(event.saga).id.definition != facts.options.orders {
            return;
        }
        let items = event
            .payload
            .as_ref()
            .and_then(|payload| field(seen.schemas, payload, "items"));
        if let Some(Value::List(items)) = items {
            *self.ordered.of(event.saga) = items.iter().map(item).try_fold(Pieces::new(), |mut pieces, item| {
                let (sku, quantity) = item?;
                add(&mut pieces, &sku, quantity);
                Some(pieces)
            });
        }
    }

    fn receive(&mut self, seen: &Seen<'_>) {
        if let Some(item) = decode(seen) {
            self.deliveries.keep(RECEIVED, seen, None, item);
        }
    }

    fn moved(&mut self, kind: &'static str, seen: &Seen<'_>) {
        let Some(Moved { order_id, items }) = decode(seen) else {
            return;
        };
        let next = self.orders.len();
        let at = *self.by_id.entry(Arc::clone(&order_id)).or_insert(next);
        if at == next {
            self.orders.push(Order {
                id: order_id,
                replies: Replies::default(),
            });
        }
        self.orders[at].replies.keep(kind, seen, None, items);
    }
}

impl Order {
    /// What became of its goods; none when no reply counts.
    fn books(&self, saga: Option<SagaIndex>, facts: &Facts, found: &mut Findings) -> Option<Books> {
        let replies = self.replies.counted(facts);
        let mut books = Books {
            reserved: Pieces::new(),
            released: Pieces::new(),
            at: replies.last()?.0.at,
        };
        for (reply, counted) in replies {
            if counted == Counted::Second {
                let what = || format!("one request has two different answers of the type {}", reply.kind());
                match saga {
                    Some(saga) => found.of_saga(facts, saga, Some(facts.place(reply.at)), what),
                    None => found.add(Some(facts.place(reply.at)), what),
                }
            }
            let pieces = match reply.kind() {
                RESERVED => &mut books.reserved,
                _ => &mut books.released,
            };
            reply
                .content
                .iter()
                .for_each(|item| add(pieces, &item.sku, item.quantity));
        }
        Some(books)
    }
}

impl Books {
    fn fault(&self, outcome: Option<Outcome>, ordered: Option<&Pieces>) -> Option<String> {
        let books = || format!("picked {}, put back {}", words(&self.reserved), words(&self.released));
        let exceeds =
            |(sku, released): (&Arc<str>, &i64)| self.reserved.get(sku).is_none_or(|reserved| released > reserved);
        if self.released.iter().any(exceeds) {
            return Some(format!("more was put back than was picked: {}", books()));
        }
        match outcome {
            Some(Outcome::Completed) if !self.released.is_empty() => {
                Some(format!("the order completed, and its stock was put back: {}", books()))
            }
            Some(Outcome::Completed) if ordered.is_some_and(|ordered| *ordered != self.reserved) => Some(format!(
                "the order completed, and other stock was picked than was ordered: {}, ordered {}",
                books(),
                ordered.map(words).unwrap_or_default()
            )),
            Some(Outcome::Compensated) if self.reserved != self.released => Some(format!(
                "the order was compensated, and not all stock was put back: {}",
                books()
            )),
            _ => None,
        }
    }
}

fn add(pieces: &mut Pieces, sku: &Arc<str>, quantity: i64) {
    let known = pieces.entry(Arc::clone(sku)).or_default();
    *known += quantity;
    if *known == 0 {
        pieces.remove(sku);
    }
}

fn item(item: &Value) -> Option<(Arc<str>, i64)> {
    let Value::Record(fields) = item else { return None };
    let find = |name: &str| {
        fields
            .iter()
            .find(|(field, _)| field.as_str() == name)
            .map(|(_, value)| value)
    };
    match (find("sku")?, find("quantity")?) {
        (Value::String(sku), Value::Long(quantity)) => Some((Arc::clone(sku), *quantity)),
        _ => None,
    }
}

fn words(pieces: &Pieces) -> String {
    match pieces.is_empty() {
        true => "nothing".into(),
        false => pieces
            .iter()
            .map(|(sku, quantity)| format!("{quantity} × {sku}"))
            .collect::<Vec<_>>()
            .join(" + "),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::World;

    fn moved(order: &str, quantity: i64) -> serde_json::Value {
        json!({"order_id": order, "items": [{"sku": "tea", "quantity": quantity}]})
    }

    #[test]
    fn stock_that_was_not_put_back_is_found() {
        let mut world = World::clean();
        world.replace("input o-2 StockReleased 1", moved("o-2", 1));
        let what = "the order was compensated, and not all stock was put back: picked 2 × tea, put back 1 × tea";
        world.finds("stock", "o-2", what);
    }

    #[test]
    fn stock_of_a_completed_order_that_was_put_back_is_found() {
        let mut world = World::clean();
        world.input("o-1", "StockReleased", 1, "released");
        let what = "the order completed, and its stock was put back: picked 2 × tea, put back 2 × tea";
        world.finds("stock", "o-1", what);
    }

    #[test]
    fn more_put_back_than_picked_is_found() {
        let mut world = World::clean();
        world.replace("input o-2 StockReleased 1", moved("o-2", 3));
        world.finds(
            "stock",
            "o-2",
            "more was put back than was picked: picked 2 × tea, put back 3 × tea",
        );
    }

    #[test]
    fn other_stock_than_was_ordered_is_found() {
        let mut world = World::clean();
        world.replace("input o-1 StockReserved 1", moved("o-1", 1));
        let what = "the order completed, and other stock was picked than was ordered: picked 1 × tea, put back nothing, \
                    ordered 2 × tea";
        world.finds("stock", "o-1", what);
    }

    #[test]
    fn more_picked_than_came_in_is_found() {
        let mut world = World::clean();
        world.replace("delivery", json!({"sku": "tea", "quantity": 3}));
        world.finds("stock", "", "of the article 'tea' 3 came in, and 6 are taken");
    }

    #[test]
    fn two_answers_to_one_request_are_found() {
        let mut world = World::clean();
        world.input("o-1", "StockReserved", 1, "again");
        world.set_header("again", "ce_id", "another");
        world.finds(
            "stock",
            "o-1",
            "one request has two different answers of the type shop.warehouse.StockReserved",
        );
    }

    #[test]
    fn stock_kept_for_an_order_that_nobody_knows_is_found() {
        let mut world = World::clean();
        world.input("o-99", "StockReserved", 1, "stray");
        world.finds("stock", "", "stock is kept for the order 'o-99', which no saga knows");
    }

    #[test]
    fn a_reply_that_became_a_dead_letter_is_not_counted() {
        let mut world = World::clean();
        world.input("o-99", "StockReserved", 1, "stray");
        world.finds("stock", "", "stock is kept for the order 'o-99', which no saga knows");
        world.dead_letter("stray");
        world.passes();
    }
}
