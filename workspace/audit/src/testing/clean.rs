//! Runs in which all laws are kept.

use std::sync::Arc;

use palinode_core::Timestamp;
use palinode_wire::{
    Origin,
    journal::{InputAdded, JournalOpened, TaskClaimed, TaskRecord},
};
use serde_json::json;

use super::world::{Message, PARTITIONS, World, home};
use crate::{Graph, GraphStep, Options};

const INPUTS: [&str; 6] = [
    "orders.events",
    "orders.requests",
    "payments.events",
    "warehouse.events",
    "shipments.events",
    "palinode.inbox",
];

impl World {
    /// A run of a few sagas, with forwarding, a poison record, retries, suspension, and a late success.
    pub(crate) fn clean() -> Self {
        let mut world = Self::opened();
        world.poison("p-1");
        world.shipped("o-1");
        world.refused("o-2");
        world.shipped_with_forwarding("o-3");
        world.taken_back("o-4");
        world.late("o-5");
        world.retried("o-6");
        world
    }

    /// A run of `orders` sagas of all kinds.
    pub(crate) fn of(orders: usize) -> Self {
        let mut world = Self::opened();
        for number in 0..orders {
            let key = format!("order-{number}");
            match number % 5 {
                0 => world.refused(&key),
                1 => world.taken_back(&key),
                2 => world.retried(&key),
                _ => world.shipped(&key),
            }
        }
        world
    }

    /// The options for these runs.
    pub(crate) fn options() -> Options {
        let step = |after: &[&str], has_compensation| GraphStep {
            after: after.iter().map(|step| (*step).into()).collect(),
            has_compensation,
        };
        let steps = [
            ("payment", step(&[], true)),
            ("stock", step(&[], true)),
            ("packing", step(&["payment", "stock"], true)),
            ("shipment", step(&["packing"], false)),
            ("capture", step(&["shipment"], false)),
        ];
        let graph = Graph {
            steps: steps.into_iter().map(|(name, step)| (name.into(), step)).collect(),
        };
        let named = [
            ("orders.events", "OrderPlaced"),
            ("orders.requests", "OrderCancellationRequested"),
            ("orders.requests", "PaymentRetryRequested"),
        ];
        let named = named.map(|(topic, name)| (topic.into(), format!("shop.orders.{name}").into()));
        let graphs = [(("order-fulfilment".into(), 1), graph)].into();
        Options {
            graphs,
            named: named.into(),
            ..Options::default()
        }
    }

    /// Claimed journals, an account and a delivery.
    fn opened() -> Self {
        let mut world = Self::default();
        for partition in 0..PARTITIONS {
            let id = |name: &str| Arc::from(format!("task-{partition}/i/{name}"));
            let time = Timestamp(0);
            world.task(
                partition,
                &TaskRecord::TaskClaimed(TaskClaimed {
                    event_id: id("claim"),
                    task: partition,
                    member: "m".into(),
                    incarnation: "i".into(),
                    time,
                }),
            );
            world.task(
                partition,
                &TaskRecord::JournalOpened(JournalOpened {
                    event_id: id("opened"),
                    application: "shop".into(),
                    partitions: PARTITIONS,
                    journal_id: "i".into(),
                    time,
                }),
            );
            for topic in INPUTS {
                let (event_id, topic) = (id(topic), topic.into());
                world.task(
                    partition,
                    &TaskRecord::InputAdded(InputAdded {
                        event_id,
                        topic,
                        partition,
                        offset: 0,
                        time,
                    }),
                );
            }
            world.positions(partition, &[]);
        }
        world.input("c-1", "AccountOpened", 1, "account");
        world.input("tea", "StockReceived", 1, "delivery");
        world
    }

    fn poison(&mut self, key: &str) {
        let (topic, partition) = ("payments.events", home(key));
        let value = b"{}".to_vec();
        let place = self.push(Message {
            tag: "poison".into(),
            topic,
            partition,
            key,
            value,
            headers: Vec::new(),
        });
        self.dead_letter("poison");
        self.transaction(key, &place, &[]);
    }

    fn shipped(&mut self, key: &str) {
        self.start(key);
        self.on(key, "PaymentSucceeded", 1, &["succeeded payment 1"]);
        self.shipped_after_payment(key);
    }

    fn shipped_after_payment(&mut self, key: &str) {
        self.on(key, "StockReserved", 1, &["succeeded stock 1", "requested packing 1/1"]);
        self.on(
            key,
            "OrderReadyForShipment",
            1,
            &["succeeded packing 1", "requested shipment 1/1"],
        );
        self.on(
            key,
            "OrderShipped",
            1,
            &["succeeded shipment 1", "requested capture 1/1"],
        );
        self.on(key, "PaymentCaptured", 1, &["succeeded capture 1", "completed"]);
    }

    /// The reply stands on another partition, and a copy of it in the inbox.
    fn shipped_with_forwarding(&mut self, key: &str) {
        self.start(key);
        let (wrong, right) = ((home(key) + 1) % PARTITIONS, home(key));
        let tag = format!("input {key} PaymentSucceeded 1");
        let cause = self.input_on(wrong, key, "PaymentSucceeded", 1, &tag);
        let offset = self.next[&("payments.events".to_owned(), wrong)] - 1;
        let origin = Origin {
            topic: "payments.events".into(),
            partition: wrong,
            offset,
        };
        let value = self.record(&tag).value.clone().unwrap_or_default();
        self.push(Message {
            tag: format!("forwarded {key}"),
            topic: "palinode.inbox",
            partition: right,
            key,
            value: value.to_vec(),
            headers: origin.headers().to_vec(),
        });
        self.positions(wrong, &[("payments.events", wrong, offset + 1)]);
        self.events(key, &cause, &["succeeded payment 1"]);
        let inbox = self.next[&("palinode.inbox".to_owned(), right)];
        self.positions(right, &[("palinode.inbox", right, inbox)]);
        self.shipped_after_payment(key);
    }

    /// The payment is refused; the stock, which comes later, is put back.
    fn refused(&mut self, key: &str) {
        self.start(key);
        self.on(key, "PaymentFailed", 1, &["failed payment 1", "turned back"]);
        self.on(
            key,
            "StockReserved",
            1,
            &["succeeded stock 1", "requested undo-stock 1/1"],
        );
        self.on(key, "StockReleased", 1, &["succeeded undo-stock 1", "compensated"]);
        self.on(key, "OrderCancellationRequested", 1, &["rejected"]);
    }

    /// The shipment is refused; all is taken back in reverse.
    fn taken_back(&mut self, key: &str) {
        self.start(key);
        self.on(key, "PaymentSucceeded", 1, &["succeeded payment 1"]);
        self.on(key, "StockReserved", 1, &["succeeded stock 1", "requested packing 1/1"]);
        self.on(
            key,
            "OrderReadyForShipment",
            1,
            &["succeeded packing 1", "requested shipment 1/1"],
        );
        self.on(
            key,
            "ShipmentFailed",
            1,
            &["failed shipment 1", "turned back", "requested undo-packing 1/1"],
        );
        let undo = [
            "succeeded undo-packing 1",
            "requested undo-stock 1/1",
            "requested undo-payment 1/1",
        ];
        self.on(key, "OrderUnpacked", 1, &undo);
        self.on(key, "PaymentRefunded", 1, &["succeeded undo-payment 1"]);
        self.on(key, "StockReleased", 1, &["succeeded undo-stock 1", "compensated"]);
    }

    /// The payment succeeds after its compensation was answered, and is given back in a new round.
    fn late(&mut self, key: &str) {
        self.start(key);
        let refused = ["failed stock 1", "turned back"];
        self.transaction(key, "timer/timeout/1", &refused);
        self.on_timer(key, &["timed out payment 1/1", "requested undo-payment 1/1"]);
        let cause = self.input(key, "PaymentRefunded", 1, "nothing given back");
        self.replace(
            "nothing given back",
            json!({"order_id": key, "amount_minor": 0, "currency": "EUR"}),
        );
        self.transaction(key, &cause, &["succeeded undo-payment 1", "compensated"]);
        let late = ["reopened", "succeeded payment 1", "requested undo-payment 2/2"];
        self.on(key, "PaymentSucceeded", 1, &late);
        self.on(key, "PaymentRefunded", 2, &["succeeded undo-payment 2", "compensated"]);
    }

    /// Time-outs stay in their round, refusals begin a new one, and a wait is ended by a wish.
    fn retried(&mut self, key: &str) {
        self.start(key);
        self.on_timer(key, &["timed out payment 1/1", "retry payment 1"]);
        self.on_timer(key, &["requested payment 1/2"]);
        self.on(key, "PaymentFailed", 1, &["failed payment 1", "retry payment 2"]);
        self.on_timer(key, &["requested payment 2/3"]);
        self.on_timer(key, &["timed out payment 2/3", "suspended payment"]);
        self.on(key, "PaymentRetryRequested", 1, &["resumed", "requested payment 2/4"]);
        self.on(key, "PaymentFailed", 2, &["failed payment 2", "suspended payment"]);
        self.on(key, "PaymentRetryRequested", 2, &["resumed", "requested payment 3/5"]);
        self.on(key, "PaymentSucceeded", 3, &["succeeded payment 3"]);
        self.shipped_after_payment(key);
    }
}
