//! The topics of a run, written as the orchestrator and the participants would.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use palinode_core::{IdempotencyKey, Payload, Round, SagaId, Timestamp};
use palinode_wire::{
    frame,
    headers::Envelope,
    journal::{Position, PositionsAdvanced, TaskRecord},
    outcome::OutcomeRecord,
    partition_of,
    typed::RecordCodec,
};
use serde_json::{Value, json};

use super::{
    schemas::{JOURNAL, SCHEMAS},
    story,
};
use crate::{Observation, Record};

pub(crate) const PARTITIONS: i32 = 12;

/// A run.
#[derive(Clone, Default)]
pub(crate) struct World {
    pub(super) rows: Vec<Row>,
    pub(super) next: BTreeMap<(String, i32), i64>,
    sequences: BTreeMap<String, u64>,
    pub(super) observations: Vec<Observation>,
}

/// A record and what tests call it.
#[derive(Clone)]
pub(super) struct Row {
    pub(super) tag: String,
    pub(super) record: Record,
}

/// A message to be written.
pub(super) struct Message<'a> {
    pub(super) tag: String,
    pub(super) topic: &'a str,
    pub(super) partition: i32,
    pub(super) key: &'a str,
    pub(super) value: Vec<u8>,
    pub(super) headers: Vec<(&'static str, Bytes)>,
}

pub(super) fn home(key: &str) -> i32 {
    partition_of(key.as_bytes(), PARTITIONS)
}

pub(super) fn saga(key: &str) -> SagaId {
    SagaId::new("order-fulfilment", key)
}

/// The framed bytes of a record.
pub(super) fn encode(record: &str, value: &Value) -> Vec<u8> {
    let codec = RecordCodec::of(
        Arc::clone(SCHEMAS.shape_of(record).unwrap()),
        SCHEMAS.id_of(record).unwrap(),
    );
    codec.encode(value).unwrap()
}

/// A frame of a record's schema without its fields, where nobody looks at them.
fn framed(record: &str) -> Vec<u8> {
    let mut out = Vec::new();
    frame::write_header(&mut out, SCHEMAS.id_of(record).unwrap());
    out
}

fn envelope<'a>(id: &'a str, record: &'a str, source: &'a str) -> Envelope<'a> {
    Envelope {
        id,
        record,
        source,
        time: Timestamp(0),
        traceparent: None,
        correlation_id: None,
        idempotency_key: None,
        saga_id: None,
        attempt: None,
    }
}

impl World {
    /// Writes a message; gives its place.
    pub(super) fn push(&mut self, message: Message<'_>) -> String {
        let Message {
            tag,
            topic,
            partition,
            key,
            value,
            headers,
        } = message;
        let next = self.next.entry((topic.to_owned(), partition)).or_default();
        let offset = *next;
        *next += 1;
        let record = Record {
            topic: topic.into(),
            partition,
            offset,
            timestamp: Timestamp(0),
            key: Some(Bytes::copy_from_slice(key.as_bytes())),
            value: Some(value.into()),
            headers: headers.into_iter().map(|(name, value)| (name.into(), value)).collect(),
        };
        self.rows.push(Row { tag, record });
        format!("{topic}/{partition}/{offset}")
    }

    /// A message of a participant, with its default content; gives its place.
    pub(crate) fn input(&mut self, key: &str, name: &str, round: u32, tag: &str) -> String {
        self.input_on(home(key), key, name, round, tag)
    }

    /// As [`World::input`], on a partition.
    pub(super) fn input_on(&mut self, partition: i32, key: &str, name: &str, round: u32, tag: &str) -> String {
        let (topic, record, answers) = described(name);
        let request = answers.map(|word| {
            let (step, purpose) = story::step_of(word);
            IdempotencyKey {
                saga: saga(key),
                step,
                purpose,
                round: Round(round),
            }
            .to_string()
        });
        let id = request
            .as_ref()
            .map_or(format!("{key}/{name}"), |request| format!("{request}/reply/{record}"));
        let envelope = Envelope {
            idempotency_key: request.as_deref(),
            ..envelope(&id, &record, "participant")
        };
        let value = encode(&record, &content(name, key));
        self.push(Message {
            tag: tag.into(),
            topic,
            partition,
            key,
            value,
            headers: envelope.headers(),
        })
    }

    /// Writes events of a saga and what they send.
    pub(crate) fn events(&mut self, key: &str, cause: &str, events: &[&str]) {
        for text in events {
            let sequence = self.sequences.entry(key.into()).or_default();
            *sequence += 1;
            let sequence = *sequence;
            let payload = (*text == "started").then(|| {
                let (schema, bytes) =
                    frame::split(&encode("shop.orders.OrderPlaced", &content("OrderPlaced", key)).into()).unwrap();
                Payload { schema, bytes }
            });
            let mut value = Vec::new();
            story::event(&saga(key), sequence, cause, text, payload).encode(JOURNAL.saga_event, &mut value);
            let tag = format!("event {key} {text}");
            self.push(Message {
                tag,
                topic: "palinode.journal",
                partition: home(key),
                key,
                value,
                headers: vec![],
            });
            self.effects(key, sequence, text);
        }
    }

    fn effects(&mut self, key: &str, sequence: u64, text: &str) {
        if let ["requested", step, numbers] = text.split(' ').collect::<Vec<_>>().as_slice() {
            let (round, attempt) = numbers.split_once('/').unwrap();
            let (step, purpose) = story::step_of(step);
            let (round, attempt) = (round.parse().unwrap(), attempt.parse().unwrap());
            self.command(key, step.as_str(), purpose.as_str(), round, attempt);
        }
        if let Some(milestone) = story::milestone(text) {
            let record = "shop.orders.OrderStatusChanged";
            let id = format!("order-fulfilment/{key}/{sequence}/{milestone}");
            let headers = envelope(&id, record, "palinode/shop").headers();
            let tag = format!("status {key} {milestone}");
            let value = framed(record);
            self.push(Message {
                tag,
                topic: "orders.status",
                partition: home(key),
                key,
                value,
                headers,
            });
        }
        match text {
            "completed" => self.outcome(key, sequence, "COMPLETED"),
            "compensated" => self.outcome(key, sequence, "COMPENSATED"),
            _ => {}
        }
    }

    /// Writes a command.
    pub(crate) fn command(&mut self, key: &str, step: &str, purpose: &str, round: u32, attempt: u32) {
        let request = format!("order-fulfilment/{key}/{step}/{purpose}/{round}");
        let id = format!("{request}/{attempt}");
        let record = "shop.payments.ReservePayment";
        let mut envelope = envelope(&id, record, "palinode/shop");
        (envelope.idempotency_key, envelope.attempt) = (Some(request.as_str()), Some(attempt));
        let topic = match step {
            "stock" | "packing" => "warehouse.commands",
            "shipment" => "shipments.commands",
            _ => "payments.commands",
        };
        let undo = if purpose == "forward" { "" } else { "undo-" };
        let tag = format!("command {key} {undo}{step} {round}/{attempt}");
        let (value, headers) = (framed(record), envelope.headers());
        self.push(Message {
            tag,
            topic,
            partition: home(key),
            key,
            value,
            headers,
        });
    }

    /// Writes an outcome.
    pub(crate) fn outcome(&mut self, key: &str, sequence: u64, word: &str) {
        let row = OutcomeRecord {
            event_id: format!("order-fulfilment/{key}/{sequence}").into(),
            definition: "order-fulfilment".into(),
            version: 1,
            saga: key.into(),
            outcome: word.into(),
            reason_code: None,
            reason: None,
            started_at: Timestamp(0),
            ended_at: Timestamp(0),
            correlation: key.into(),
            stages: Vec::new(),
            attributes: BTreeMap::new(),
        };
        let mut value = Vec::new();
        row.encode(&OutcomeRecord::codec(JOURNAL.outcome).unwrap(), &mut value)
            .unwrap();
        let tag = format!("outcome {key}");
        self.push(Message {
            tag,
            topic: "palinode.outcomes",
            partition: home(key),
            key,
            value,
            headers: vec![],
        });
    }

    /// Writes a task's own record.
    pub(super) fn task(&mut self, partition: i32, record: &TaskRecord) {
        let mut value = Vec::new();
        record.encode(&JOURNAL, &mut value);
        let key = format!("task-{partition}");
        let tag = format!("task {partition}");
        self.push(Message {
            tag,
            topic: "palinode.journal",
            partition,
            key: &key,
            value,
            headers: vec![],
        });
    }

    /// Ends a transaction of a task.
    pub(crate) fn positions(&mut self, partition: i32, positions: &[(&str, i32, i64)]) {
        self.advance(partition, positions, Vec::new());
    }

    /// As [`World::positions`], with ranges that no definition names.
    pub(super) fn advance(&mut self, task: i32, positions: &[(&str, i32, i64)], ignored: Vec<Arc<str>>) {
        let positions = positions.iter().map(|(topic, partition, offset)| Position {
            topic: (*topic).into(),
            partition: *partition,
            offset: *offset,
        });
        let (event_id, positions) = (format!("task-{task}/i/{}", self.rows.len()).into(), positions.collect());
        let record = PositionsAdvanced {
            event_id,
            time: Timestamp(0),
            positions,
            ignored,
        };
        self.task(task, &TaskRecord::PositionsAdvanced(record));
    }

    /// A transaction: an input's events, and its position.
    pub(crate) fn transaction(&mut self, key: &str, cause: &str, events: &[&str]) {
        self.events(key, cause, events);
        let mut parts = cause.rsplitn(3, '/');
        let (offset, partition) = (parts.next().unwrap(), parts.next().unwrap());
        let topic = parts.next().unwrap();
        match (partition.parse(), offset.parse::<i64>()) {
            (Ok(partition), Ok(offset)) => self.positions(home(key), &[(topic, partition, offset + 1)]),
            _ => self.positions(home(key), &[]),
        }
    }

    /// A participant's message and what follows from it.
    pub(crate) fn on(&mut self, key: &str, name: &str, round: u32, events: &[&str]) {
        let cause = self.input(key, name, round, &format!("input {key} {name} {round}"));
        self.transaction(key, &cause, events);
    }

    /// A timer and what follows from it.
    pub(crate) fn on_timer(&mut self, key: &str, events: &[&str]) {
        self.transaction(key, "timer/timeout/1", events);
    }

    /// An order and its first commands.
    pub(crate) fn start(&mut self, key: &str) {
        let cause = self.input(key, "OrderPlaced", 1, &format!("input {key} OrderPlaced"));
        self.transaction(
            key,
            &cause,
            &["started", "requested payment 1/1", "requested stock 1/1"],
        );
    }
}

/// The topic, the full name, and the step that it answers.
fn described(name: &str) -> (&'static str, String, Option<&'static str>) {
    let (topic, space, answers) = match name {
        "OrderPlaced" => ("orders.events", "orders", None),
        "OrderCancellationRequested" | "PaymentRetryRequested" => ("orders.requests", "orders", None),
        "AccountOpened" => ("payments.events", "payments", None),
        "PaymentSucceeded" | "PaymentFailed" => ("payments.events", "payments", Some("payment")),
        "PaymentRefunded" => ("payments.events", "payments", Some("undo-payment")),
        "PaymentCaptured" => ("payments.events", "payments", Some("capture")),
        "StockReceived" => ("warehouse.events", "warehouse", None),
        "StockReserved" => ("warehouse.events", "warehouse", Some("stock")),
        "StockReleased" => ("warehouse.events", "warehouse", Some("undo-stock")),
        "OrderReadyForShipment" => ("warehouse.events", "warehouse", Some("packing")),
        "OrderUnpacked" => ("warehouse.events", "warehouse", Some("undo-packing")),
        "OrderShipped" | "ShipmentFailed" => ("shipments.events", "shipments", Some("shipment")),
        other => panic!("'{other}' is no message"),
    };
    (topic, format!("shop.{space}.{name}"), answers)
}

/// What a message says: every order is 100 cents for two packets of tea.
fn content(name: &str, key: &str) -> Value {
    let items = json!([{"sku": "tea", "quantity": 2}]);
    match name {
        "OrderPlaced" => json!({
            "order_id": key, "customer_id": "c-1", "customer_name": "Ada", "items": items, "total_minor": 100,
            "currency": "EUR", "promised_delivery_at": 0, "placed_at": 0,
        }),
        "OrderCancellationRequested" => json!({"order_id": key, "reason": "no longer wanted", "requested_at": 0}),
        "PaymentRetryRequested" => json!({"order_id": key, "requested_at": 0}),
        "AccountOpened" => json!({"customer_id": key, "balance_minor": 1_000_000_000, "currency": "EUR"}),
        "PaymentSucceeded" => {
            json!({"order_id": key, "reservation_id": format!("r-{key}"), "amount_minor": 100, "currency": "EUR"})
        }
        "PaymentRefunded" | "PaymentCaptured" => json!({"order_id": key, "amount_minor": 100, "currency": "EUR"}),
        "PaymentFailed" | "ShipmentFailed" => json!({"order_id": key, "code": "REFUSED", "reason": "it was refused"}),
        "StockReceived" => json!({"sku": key, "quantity": 1_000_000_000}),
        "StockReserved" | "StockReleased" => json!({"order_id": key, "items": items}),
        "OrderReadyForShipment" => json!({"order_id": key, "parcels": 1}),
        "OrderUnpacked" => json!({"order_id": key}),
        "OrderShipped" => json!({"order_id": key, "consignment": "p-1", "shipped_at": 0}),
        other => panic!("'{other}' is no message"),
    }
}
