//! What is left of a world that is made by hand.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use palinode_core::{Payload, SchemaId, Timestamp};
use palinode_log::{Consumed, Outcome, Produced, Slot, TopicPartition};
use palinode_wire::{
    dead_letter::ErrorCode,
    headers,
    journal::{Position, PositionsAdvanced, TaskClaimed, TaskRecord},
};

use super::{
    super::{Check, Found, Known, Scene, Violation},
    parts::{header, journal, plan},
    written::{Written, event},
};
use crate::{
    Remains, TaskRemains,
    history::{Happened, History, Truth, record_id},
    setting::Setting,
};

/// The first moment of every world.
const BEGIN: i64 = 1_800_000_000_000;
/// How long the first command waits for its reply.
const TIMEOUT_MS: i64 = 5_000;

/// What is left of a world that is made by hand.
pub(crate) struct Made {
    pub(crate) remains: Remains,
    pub(crate) known: Known,
    now: i64,
    ahead: i64,
    journal_time: i64,
    transactions: u64,
    claims: u64,
    written: u64,
    due: i64,
    next: BTreeMap<TopicPartition, i64>,
    /// The incarnation that each node has.
    incarnations: [String; 3],
}

impl Made {
    /// A world of two nodes in which nothing has happened.
    pub(crate) fn new(tasks: i32) -> Self {
        let plan = plan(tasks);
        let known = Known::of(&Setting::new(&plan), tasks);
        let remains = Remains {
            plan,
            history: History::default(),
            topics: Default::default(),
            tasks: (0..tasks).map(|task| (task, TaskRemains::default())).collect(),
            unrest: None,
            buffers: Default::default(),
            ended_at: Timestamp(BEGIN),
        };
        Self {
            remains,
            known,
            now: BEGIN,
            ahead: 0,
            journal_time: 0,
            transactions: 0,
            claims: 0,
            written: 0,
            due: 0,
            next: BTreeMap::new(),
            incarnations: Default::default(),
        }
    }

    /// What `check` finds, in its words.
    pub(crate) fn findings(&self, check: &dyn Check) -> Vec<String> {
        let scene = Scene::new(&self.remains, &self.known);
        let mut found = Found::new(check.name());
        check.check(&scene, &mut found);
        let text = |violation: Violation| match violation.saga {
            Some(saga) => format!("{saga}: {}", violation.what),
            None => violation.what,
        };
        found.into_kept().into_iter().map(text).collect()
    }

    pub(crate) fn now(&self) -> i64 {
        self.now
    }

    /// When the first command of the last saga times out.
    pub(crate) fn due(&self) -> i64 {
        self.due
    }

    pub(crate) fn pass(&mut self, ms: i64) {
        self.now += ms;
    }

    /// From now on the nodes' clocks are so far ahead.
    pub(crate) fn ahead(&mut self, ms: i64) {
        self.ahead = ms;
    }

    /// What is journaled from now on has at least this time.
    pub(crate) fn journal_time_at_least(&mut self, time: i64) {
        self.journal_time = time;
    }

    /// The records of a partition, to change them.
    pub(crate) fn topic(&mut self, topic: &str, partition: i32) -> &mut Vec<Consumed> {
        self.remains
            .topics
            .entry(TopicPartition::new(topic, partition))
            .or_default()
    }

    pub(crate) fn fence(&mut self, node: usize, task: i32) {
        self.add(Happened::Fenced {
            node,
            task,
            error: None,
        });
    }

    /// A node fences the task's ids and claims it.
    pub(crate) fn claim(&mut self, node: usize, task: i32) {
        self.fence(node, task);
        self.claims += 1;
        let incarnation = format!("node-{node}-{}", self.claims);
        self.incarnations[node].clone_from(&incarnation);
        let claimed = TaskRecord::TaskClaimed(TaskClaimed {
            event_id: self.event_id(node, task),
            task,
            member: format!("node-{node}").into(),
            incarnation: incarnation.into(),
            time: self.journaled(),
        });
        let record = self.task_record(task, &claimed);
        self.transact(node, task, vec![record], None, Truth::Stands);
    }

    /// The saga of the order `key` starts and asks for its payment.
    pub(crate) fn start(&mut self, node: usize, task: i32, key: &str) {
        let records = self.starting(node, task, key);
        self.transact(node, task, records, None, Truth::Stands);
    }

    /// The same, in a transaction that is aborted.
    pub(crate) fn aborted(&mut self, node: usize, task: i32, key: &str) {
        let told = Outcome::Aborted {
            reason: "it was refused".into(),
            refused: None,
        };
        self.told(node, task, key, told, Truth::Gone);
    }

    /// The same, and this is what the task is told and what the broker does.
    pub(crate) fn told(&mut self, node: usize, task: i32, key: &str, told: Outcome, truth: Truth) {
        let records = self.starting(node, task, key);
        self.transact(node, task, records, Some(told), truth);
    }

    /// The same, and nothing becomes of it.
    pub(crate) fn begin(&mut self, node: usize, task: i32, key: &str) {
        let records = self.starting(node, task, key);
        self.began(node, task, &records);
    }

    /// A transaction with these events.
    pub(crate) fn write(&mut self, node: usize, task: i32, events: &[Written]) {
        self.write_and_advance(node, task, events, &[]);
    }

    /// The same, which advances positions.
    pub(crate) fn write_and_advance(
        &mut self,
        node: usize,
        task: i32,
        events: &[Written],
        positions: &[(&str, i32, i64)],
    ) {
        let mut records: Vec<Produced> = events.iter().map(|event| self.saga_record(task, event)).collect();
        records.push(self.positions(node, task, positions));
        self.transact(node, task, records, None, Truth::Stands);
    }

    /// A customer places an order.
    pub(crate) fn place(&mut self, topic: &str, partition: i32) {
        let record = self.of_shop(topic, partition, "shop.orders.OrderPlaced");
        self.append(&record, partition);
    }

    /// What happens to an order that is placed.
    pub(crate) fn started(&self, key: &str) -> Vec<Written> {
        let mut started = event(key, 1, "SagaStarted", "orders.events/0/0");
        let mut payment = event(key, 2, "StepRequested", "orders.events/0/0").of("payment", 1, 1);
        let mut stock = event(key, 3, "StepRequested", "orders.events/0/0").of("stock", 1, 1);
        let dues = [259_200_000, 5_000, 120_000];
        for (event, due) in [&mut started, &mut payment, &mut stock].into_iter().zip(dues) {
            event.0.due = Some(Timestamp(self.journaled().0 + due));
        }
        vec![started, payment, stock]
    }

    /// A service answers the request `key` that its step was done.
    pub(crate) fn reply(&mut self, topic: &str, partition: i32, key: &str) {
        let mut record = self.of_shop(topic, partition, "shop.payments.PaymentSucceeded");
        record.headers.push(header(headers::IDEMPOTENCY_KEY, key));
        self.append(&record, partition);
    }

    /// The input that stood there is a dead letter.
    pub(crate) fn dead_letter(&mut self, place: &str) {
        let mut record = self.of_shop("palinode.dead-letters", 0, "shop.orders.OrderPlaced");
        record.headers.push(header(headers::DEAD_LETTER_ID, place));
        self.append(&record, 0);
    }

    /// The same, for this reason.
    pub(crate) fn dead_letter_for(&mut self, place: &str, code: ErrorCode) {
        let mut record = self.of_shop("palinode.dead-letters", 0, "shop.orders.OrderPlaced");
        record.headers.push(header(headers::DEAD_LETTER_ID, place));
        record.headers.push(header(headers::ERROR_CODE, code.as_str()));
        self.append(&record, 0);
    }

    /// A record without content.
    fn of_shop(&self, topic: &str, partition: i32, name: &str) -> Produced {
        let Some(schema) = self.known.schemas.id_of(name) else {
            panic!("the shop knows {name}")
        };
        let mut value = vec![0];
        value.extend(schema.0.to_be_bytes());
        Produced {
            topic: topic.into(),
            partition: Some(partition),
            key: None,
            value: Some(value.into()),
            headers: Vec::new(),
        }
    }

    fn starting(&mut self, node: usize, task: i32, key: &str) -> Vec<Produced> {
        let cause = format!("orders.events/{task}/0");
        let mut started = event(key, 1, "SagaStarted", &cause);
        started.0.payload = Some(Payload {
            schema: SchemaId(1),
            bytes: Bytes::new(),
        });
        started.0.correlation = Some("c".into());
        let mut requested = event(key, 2, "StepRequested", &cause).of("payment", 1, 1);
        self.due = self.journaled().0 + TIMEOUT_MS;
        requested.0.due = Some(Timestamp(self.due));
        let request = format!("order-fulfilment/{key}/payment/forward/1");
        let command = Produced {
            topic: "payments.commands".into(),
            partition: Some(task),
            key: Some(Bytes::copy_from_slice(key.as_bytes())),
            value: Some(Bytes::new()),
            headers: vec![
                header(headers::CE_ID, &format!("{request}/1")),
                header(headers::CE_SOURCE, "palinode/shop"),
                header(headers::IDEMPOTENCY_KEY, &request),
            ],
        };
        vec![
            self.saga_record(task, &started),
            self.saga_record(task, &requested),
            command,
            self.positions(node, task, &[]),
        ]
    }

    fn positions(&mut self, node: usize, task: i32, positions: &[(&str, i32, i64)]) -> Produced {
        let position = |(topic, partition, offset): &(&str, i32, i64)| Position {
            topic: (*topic).into(),
            partition: *partition,
            offset: *offset,
        };
        let advanced = TaskRecord::PositionsAdvanced(PositionsAdvanced {
            event_id: self.event_id(node, task),
            time: self.journaled(),
            positions: positions.iter().map(position).collect(),
            ignored: Vec::new(),
        });
        self.task_record(task, &advanced)
    }

    fn event_id(&mut self, node: usize, task: i32) -> std::sync::Arc<str> {
        self.written += 1;
        format!("task-{task}/{}/{}", self.incarnations[node], self.written).into()
    }

    fn journaled(&self) -> Timestamp {
        Timestamp((self.now + self.ahead).max(self.journal_time))
    }

    fn saga_record(&self, task: i32, event: &Written) -> Produced {
        let mut record = event.0.clone();
        record.time = self.journaled();
        let mut value = Vec::new();
        record.encode(self.known.journal.saga_event, &mut value);
        journal(task, value)
    }

    fn task_record(&self, task: i32, record: &TaskRecord) -> Produced {
        let mut value = Vec::new();
        record.encode(&self.known.journal, &mut value);
        journal(task, value)
    }

    fn began(&mut self, node: usize, task: i32, records: &[Produced]) -> u64 {
        let transaction = self.transactions;
        self.transactions += 1;
        let id = |record: &Produced| {
            record_id(
                &record.topic,
                &record.headers,
                record.value.as_deref().unwrap_or_default(),
            )
            .unwrap_or_default()
        };
        self.add(Happened::Began {
            node,
            task,
            slot: Slot::A,
            transaction,
            records: records.iter().map(id).collect(),
            node_time: Timestamp(self.now + self.ahead),
        });
        transaction
    }

    fn transact(&mut self, node: usize, task: i32, records: Vec<Produced>, told: Option<Outcome>, truth: Truth) {
        let transaction = self.began(node, task, &records);
        let mut last = None;
        if truth == Truth::Stands {
            for record in &records {
                let offset = self.append(record, task);
                if &*record.topic == "palinode.journal" {
                    last = Some(offset);
                }
            }
            // Each partition gets a marker.
            let touched: BTreeSet<&str> = records.iter().map(|record| &*record.topic).collect();
            for topic in touched {
                *self.next.entry(TopicPartition::new(topic, task)).or_default() += 1;
            }
        }
        self.add(Happened::Decided { transaction, truth });
        let told = told.unwrap_or(Outcome::Committed { journal_offset: last });
        self.add(Happened::Ended {
            node,
            task,
            transaction,
            told,
        });
    }

    fn append(&mut self, record: &Produced, partition: i32) -> i64 {
        let at = TopicPartition::new(record.topic.clone(), partition);
        let next = self.next.entry(at.clone()).or_default();
        let offset = *next;
        *next += 1;
        let timestamp = self.now;
        self.remains.topics.entry(at.clone()).or_default().push(Consumed {
            source: at,
            offset,
            timestamp,
            key: record.key.clone(),
            value: record.value.clone(),
            headers: record.headers.clone(),
        });
        offset
    }

    fn add(&mut self, what: Happened) {
        self.remains.history.add(Timestamp(self.now), what);
    }
}
