//! The inputs that are measured: an order from its start to its end, and a bank that is away.

use std::sync::Arc;

use palinode_core::{
    Attempt, Context, FieldName, Input, Payload, Plan, Purpose, RecordName, Reply, ReplyResult, Round, Saga, SagaId,
    StepIndex, TimerKind, Timestamp, Transition, Value, transition,
};
use palinode_wire::{Schemas, frame};

use super::{
    hand::Hand,
    plain::{Order, Plain},
};

/// When the order is placed.
const BEGINS_AT: Timestamp = Timestamp(1_767_603_600_000);

/// An input, and the saga that it meets, in both forms.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    pub(crate) input: Input,
    pub(crate) now: Timestamp,
    pub(crate) before: Option<Saga>,
    pub(crate) plain_before: Option<Order>,
}

/// What is needed to take an input.
pub(crate) struct Ground {
    pub(crate) plan: Plan,
    pub(crate) schemas: Schemas,
    pub(crate) id: SagaId,
    pub(crate) plain: Plain,
}

impl Ground {
    pub(crate) fn new(plan: Plan, schemas: Schemas) -> Self {
        let id = SagaId::new(plan.name.clone(), "o-1");
        Self {
            plan,
            schemas,
            id,
            plain: Plain::default(),
        }
    }

    /// Lets the core take the input.
    pub(crate) fn core(&self, subject: &Subject) -> Transition {
        let context = Context {
            plan: &self.plan,
            decoder: &self.schemas,
            now: subject.now,
        };
        transition(context, &self.id, subject.before.as_ref(), &subject.input)
    }

    /// Lets the hand-written saga take the input.
    pub(crate) fn hand(&self, subject: &Subject) -> Hand {
        let before = subject.plain_before.as_ref();
        self.plain
            .take(&self.schemas, &self.id, before, &subject.input, subject.now)
    }

    /// Every input, each with the saga that it meets.
    pub(crate) fn subjects(&self) -> Vec<Subject> {
        let done = |step: u16, record: &str, fields: &[(&str, Value)]| {
            reply(step, 1, ReplyResult::Succeeded, self.write(record, fields))
        };
        let order = || ("order_id", text("o-1"));
        let start = Input::Start {
            payload: self.write("shop.orders.OrderPlaced", &placed()),
            correlation: "o-1".into(),
            traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into()),
        };
        let money = || [("amount_minor", Value::Long(12_900)), ("currency", text("EUR"))];
        let [amount, currency] = money();
        let reserved = [order(), ("reservation_id", text("r-1")), amount, currency];
        let [amount, currency] = money();
        let captured = [order(), amount, currency];
        let shipped = [
            order(),
            ("consignment", text("c-1")),
            ("shipped_at", Value::Long(BEGINS_AT.0)),
        ];
        let refused = [
            order(),
            ("code", text("BANK_UNAVAILABLE")),
            ("reason", text("the bank is closed")),
        ];
        let refusal = self.write("shop.payments.PaymentFailed", &refused);
        let steps = [
            ("start", start),
            (
                "payment succeeded",
                done(0, "shop.payments.PaymentSucceeded", &reserved),
            ),
            (
                "stock succeeded",
                done(1, "shop.warehouse.StockReserved", &[order(), ("items", items())]),
            ),
            (
                "packing succeeded",
                done(
                    2,
                    "shop.warehouse.OrderReadyForShipment",
                    &[order(), ("parcels", Value::Long(1))],
                ),
            ),
            ("shipment succeeded", done(3, "shop.shipments.OrderShipped", &shipped)),
            ("capture succeeded", done(4, "shop.payments.PaymentCaptured", &captured)),
        ];
        let mut subjects: Vec<Subject> = Vec::new();
        for (name, input) in steps {
            let now = BEGINS_AT.plus(std::time::Duration::from_secs(subjects.len() as u64));
            let (before, plain_before) = subjects.last().map_or((None, None), |last| self.after(last));
            subjects.push(Subject {
                name,
                input,
                now,
                before,
                plain_before,
            });
        }
        let asides = [
            (
                "payment refused, to be retried",
                reply(0, 1, ReplyResult::Failed, refusal),
            ),
            (
                "payment timed out",
                Input::Timer(TimerKind::Timeout {
                    step: StepIndex(0),
                    purpose: Purpose::Forward,
                    attempt: Attempt(1),
                }),
            ),
        ];
        for (name, input) in asides {
            let (before, plain_before) = self.after(&subjects[0]);
            subjects.push(Subject {
                name,
                input,
                now: BEGINS_AT.plus(std::time::Duration::from_secs(5)),
                before,
                plain_before,
            });
        }
        subjects
    }

    fn after(&self, subject: &Subject) -> (Option<Saga>, Option<Order>) {
        (self.core(subject).saga, self.hand(subject).order)
    }

    fn write(&self, record: &str, fields: &[(&str, Value)]) -> Payload {
        let names: Vec<FieldName> = fields.iter().map(|(name, _)| FieldName::from(*name)).collect();
        let values: Vec<Value> = fields.iter().map(|(_, value)| value.clone()).collect();
        let encoder = self.schemas.encoder(&RecordName::from(record), &names).unwrap();
        let mut framed = Vec::new();
        encoder.encode(&values, &mut framed).unwrap();
        let (schema, bytes) = frame::split(&framed.into()).unwrap();
        Payload { schema, bytes }
    }
}

fn placed() -> [(&'static str, Value); 8] {
    [
        ("order_id", text("o-1")),
        ("customer_id", text("c-1")),
        ("customer_name", text("Ada")),
        ("items", items()),
        ("total_minor", Value::Long(12_900)),
        ("currency", text("EUR")),
        ("promised_delivery_at", Value::Long(BEGINS_AT.0 + 86_400_000)),
        ("placed_at", Value::Long(BEGINS_AT.0)),
    ]
}

fn items() -> Value {
    let item = |sku: &str, quantity| {
        Value::Record(vec![
            ("sku".into(), text(sku)),
            ("quantity".into(), Value::Long(quantity)),
        ])
    };
    Value::List(vec![item("chair", 4), item("table", 1)])
}

fn text(text: &str) -> Value {
    Value::String(Arc::from(text))
}

pub(crate) fn reply(step: u16, round: u32, result: ReplyResult, payload: Payload) -> Input {
    Input::Reply(Reply {
        step: StepIndex(step),
        purpose: Purpose::Forward,
        result,
        round: Some(Round(round)),
        payload,
    })
}
