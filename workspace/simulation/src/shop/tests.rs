//! The shop with somebody who asks at random: whatever it is asked and however it behaves, in the end everything is done at
//! most once, told, and adds up.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use palinode_core::Timestamp;
use palinode_log::{Consumed, Header, TopicPartition};
use palinode_wire::headers::{self, Envelope, MessageHeaders};
use serde::{Deserialize, Serialize};

use super::{Shop, order::Order, pen, pen::Pen};
use crate::{
    Random,
    broker::Host,
    history::{Happened, History},
    plan::{Definitions, Fault, Services, Timed, Wish, WorldPlan},
    setting::Setting,
};

const BEGIN: Timestamp = Timestamp(1_800_000_000_000);
const ORDERS: usize = 6;

struct Counter {
    shop: Shop,
    host: Host,
    history: History,
    pen: Pen,
    setting: Arc<Setting>,
    now: Timestamp,
}

impl Counter {
    fn new(seed: u64, services: Services, wishes: Vec<Timed<Wish>>) -> Self {
        let plan = WorldPlan {
            services,
            wishes,
            definitions: Definitions::Order,
            tasks: 2,
            ..WorldPlan::draw(seed)
        };
        let setting = Arc::new(Setting::new(&plan));
        let mut host = Host::new(seed, None);
        host.create_topics(setting.topics(), BEGIN);
        Self {
            shop: Shop::new(Arc::clone(&setting), &plan, BEGIN),
            pen: Pen::new(setting.registry().clone()),
            history: History::default(),
            now: BEGIN,
            setting,
            host,
        }
    }

    /// Lets everything happen that is due within so many milliseconds.
    fn pass(&mut self, ms: i64) {
        let until = Timestamp(self.now.0 + ms);
        while let Some(due) = self.shop.next_due(&self.host).filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.shop.act(self.now, &mut self.host, &mut self.history);
        }
        self.now = until;
    }

    fn ask<T: Serialize>(&mut self, topic: &str, record: &str, order: &str, request: &str, attempt: u32, content: &T) {
        let id = format!("order-fulfilment/{order}/{request}/{attempt}");
        let key = format!("order-fulfilment/{order}/{request}");
        let envelope = Envelope {
            id: &id,
            record,
            source: "palinode/shop",
            time: self.now,
            traceparent: None,
            correlation_id: Some("c"),
            idempotency_key: Some(&key),
            saga_id: Some("order-fulfilment/o-1"),
            attempt: Some(attempt),
        };
        let produced = pen::keyed(topic, order, self.pen.value(record, content), pen::headers(&envelope));
        let to = TopicPartition::new(topic, palinode_wire::partition_of(order.as_bytes(), 2));
        assert!(self.host.produce(&to, &produced, self.now).is_some());
    }

    fn reserve(&mut self, seed: u64, number: usize, attempt: u32) {
        #[derive(Serialize)]
        struct Reserve<'r> {
            order_id: &'r str,
            customer_id: &'r str,
            amount_minor: i64,
            currency: &'r str,
        }
        let order = Order::of(seed, number);
        let content = Reserve {
            order_id: &order.id,
            customer_id: order.customer,
            amount_minor: order.total_minor,
            currency: "EUR",
        };
        let record = "shop.payments.ReservePayment";
        self.ask(
            "payments.commands",
            record,
            &order.id,
            "payment/forward/1",
            attempt,
            &content,
        );
    }

    fn money(&mut self, record: &str, order: &str, request: &str, attempt: u32) {
        #[derive(Serialize)]
        struct Move<'m> {
            order_id: &'m str,
            amount_minor: i64,
            currency: &'m str,
        }
        let content = Move {
            order_id: order,
            amount_minor: 1,
            currency: "EUR",
        };
        self.ask("payments.commands", record, order, request, attempt, &content);
    }

    fn written(&mut self, topic: &str) -> Vec<Consumed> {
        let partitions = self.setting.partitions_of(topic);
        let read = (0..partitions).flat_map(|partition| {
            let from = TopicPartition::new(topic, partition);
            self.host.read(&from, 0, true, self.now).expect("it is there").0
        });
        read.collect()
    }
}

fn header(record: &Consumed, name: &str) -> Option<String> {
    let found = record.headers.iter().find(|Header { name: of, .. }| **of == *name)?;
    String::from_utf8(found.value.to_vec()).ok()
}

fn good() -> Services {
    Services {
        delay_up_to_ms: 30,
        late_percent: 0,
        silent_percent: 0,
        twice_percent: 0,
        refused_percent: 0,
        failed_percent: 0,
        bare_percent: 0,
        unasked_percent: 0,
        wrong_percent: 0,
        read_uncommitted: false,
    }
}

fn wild() -> Services {
    Services {
        late_percent: 20,
        silent_percent: 20,
        twice_percent: 30,
        refused_percent: 15,
        failed_percent: 15,
        bare_percent: 20,
        unasked_percent: 20,
        wrong_percent: 20,
        ..good()
    }
}

#[test]
fn a_good_service_does_it_once_and_answers_with_the_headers_of_the_command() {
    let mut counter = Counter::new(1, good(), vec![]);
    for attempt in 1..=3 {
        counter.reserve(1, 0, attempt);
        counter.pass(500);
    }
    let answers: Vec<Consumed> = counter
        .written("payments.events")
        .into_iter()
        .filter(|record| header(record, headers::CE_TYPE).as_deref() == Some("shop.payments.PaymentSucceeded"))
        .collect();
    assert_eq!(answers.len(), 3, "each attempt is answered");
    let ids: BTreeSet<_> = answers.iter().map(|record| header(record, headers::CE_ID)).collect();
    assert_eq!(ids.len(), 1, "and all with the same");
    let pairs = answers[0].headers.iter().map(|header| (&*header.name, &*header.value));
    let read = MessageHeaders::read(pairs);
    assert_eq!(read.idempotency_key, Some("order-fulfilment/o-0/payment/forward/1"));
    assert_eq!(
        (read.correlation_id, read.saga_id),
        (Some("c"), Some("order-fulfilment/o-1"))
    );
}

#[test]
fn wishes_are_written_in_their_time_also_when_the_broker_is_away() {
    let wish = |at_ms, what| Timed { at_ms, what };
    let wishes = vec![
        wish(10, Wish::Order { order: 0 }),
        wish(2_000, Wish::Cancel { order: 0 }),
        wish(2_001, Wish::RetryPayment { order: 0 }),
    ];
    let mut counter = Counter::new(3, good(), wishes);
    counter.pass(1_000);
    assert_eq!(counter.written("orders.events").len(), 1);
    counter.host.stop();
    counter.pass(5_000);
    counter.host.start(counter.now);
    counter.pass(1_000);
    assert_eq!(counter.written("orders.requests").len(), 2);
}

#[test]
fn whatever_services_do_in_the_end_all_is_told_and_the_money_adds_up() {
    #[derive(Deserialize)]
    struct Moved {
        order_id: String,
        amount_minor: i64,
    }
    let mut manners = BTreeSet::new();
    for seed in 0..60 {
        let mut counter = Counter::new(seed, wild(), vec![]);
        let mut random = Random::new(seed, "test");
        for _ in 0..30 {
            let number = usize::try_from(random.below(ORDERS as u64)).unwrap();
            let (order, attempt) = (format!("o-{number}"), u32::try_from(random.between(1, 9)).unwrap());
            match random.below(4) {
                0 => counter.money("shop.payments.RefundPayment", &order, "payment/compensation/1", attempt),
                _ => counter.reserve(seed, number, attempt),
            }
            if random.chance(1, 9) {
                let fault = Fault::Service {
                    service: 0,
                    down_ms: 700,
                };
                counter.shop.suffer(&fault, counter.now);
            }
            counter.pass(random.between(0, 3_000));
        }
        counter.shop.heal(counter.now);
        counter.pass(10_000);
        // Who is left holding something gives it back, in a round of its own.
        for number in 0..ORDERS {
            let order = format!("o-{number}");
            counter.money("shop.payments.RefundPayment", &order, "payment/compensation/2", 1);
        }
        counter.pass(10_000);
        assert_eq!(counter.shop.next_due(&counter.host), None, "nothing is left to do");
        let mut sums: BTreeMap<String, i64> = BTreeMap::new();
        let mut told = BTreeSet::new();
        for record in counter.written("payments.events") {
            let of_type = header(&record, headers::CE_TYPE).unwrap_or_default();
            let sign = match of_type.as_str() {
                "shop.payments.PaymentSucceeded" => 1,
                "shop.payments.PaymentRefunded" => -1,
                _ => continue,
            };
            if told.insert(header(&record, headers::CE_ID))
                && let Some(moved) = record.value.as_ref().and_then(|value| counter.pen.read::<Moved>(value))
            {
                *sums.entry(moved.order_id).or_default() += sign * moved.amount_minor;
            }
        }
        assert!(sums.values().all(|sum| *sum == 0), "seed {seed}: {sums:?}");
        manners.extend(counter.history.entries().iter().filter_map(|entry| match &entry.what {
            Happened::Asked { what, .. } => Some(what.clone()),
            _ => None,
        }));
    }
    assert!(manners.len() > 10, "{manners:?}");
}

#[test]
fn the_same_seed_gives_the_same_history() {
    let digest = |seed| {
        let mut counter = Counter::new(seed, wild(), vec![]);
        for number in 0..ORDERS {
            counter.reserve(seed, number, 1);
            counter.pass(900);
        }
        counter.shop.heal(counter.now);
        counter.pass(20_000);
        counter.history.digest()
    };
    assert_eq!(digest(5), digest(5));
    assert_ne!(digest(5), digest(6));
}
