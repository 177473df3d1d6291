//! The order saga written by hand, without a definition: a match over its steps that does the same work. It knows only
//! what the measured inputs need.
#![allow(dead_code, reason = "a saga keeps more than the tests look at")]

use std::{sync::Arc, time::Duration};

use palinode_core::{
    Attempt, Decoder, Event, FieldName, Input, Payload, Purpose, Reply, ReplyResult, Round, SagaId, StepIndex,
    TimerKind, Timestamp, Value,
};
use palinode_wire::Schemas;

use super::hand::{Hand, Sent};

const PAYMENT: StepIndex = StepIndex(0);
const STOCK: StepIndex = StepIndex(1);
const PACKING: StepIndex = StepIndex(2);
const SHIPMENT: StepIndex = StepIndex(3);
const CAPTURE: StepIndex = StepIndex(4);

/// What is known of an order.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    id: SagaId,
    sequence: u64,
    changed_at: Timestamp,
    deadline_at: Timestamp,
    correlation: Arc<str>,
    traceparent: Option<Arc<str>>,
    start: Payload,
    payment: Step,
    stock: Step,
    packing: Step,
    shipment: Step,
    capture: Step,
}

/// How far a step got.
#[derive(Clone, Debug)]
enum Step {
    Idle,
    Pending {
        round: Round,
        attempt: Attempt,
        due: Timestamp,
    },
    Paused {
        round: Round,
        attempt: Attempt,
        until: Timestamp,
    },
    Done {
        reply: Payload,
    },
}

/// The fields that the saga reads.
pub(crate) struct Plain {
    order_id: FieldName,
    customer_id: FieldName,
    total: FieldName,
    currency: FieldName,
    items: FieldName,
    promised: FieldName,
    placed: FieldName,
    consignment: FieldName,
    code: FieldName,
}

impl Default for Plain {
    fn default() -> Self {
        Self {
            order_id: "order_id".into(),
            customer_id: "customer_id".into(),
            total: "total_minor".into(),
            currency: "currency".into(),
            items: "items".into(),
            promised: "promised_delivery_at".into(),
            placed: "placed_at".into(),
            consignment: "consignment".into(),
            code: "code".into(),
        }
    }
}

/// An input in hand.
struct Work<'a> {
    plain: &'a Plain,
    schemas: &'a Schemas,
    now: Timestamp,
    order: Order,
    hand: Hand,
}

impl Plain {
    /// Takes an input; what the measured inputs do not need is left alone.
    pub(crate) fn take(
        &self,
        schemas: &Schemas,
        id: &SagaId,
        before: Option<&Order>,
        input: &Input,
        now: Timestamp,
    ) -> Hand {
        match (before, input) {
            (
                None,
                Input::Start {
                    payload,
                    correlation,
                    traceparent,
                },
            ) => {
                let order = Order {
                    id: id.clone(),
                    sequence: 0,
                    changed_at: now,
                    deadline_at: now.plus(Duration::from_secs(72 * 3600)),
                    correlation: Arc::clone(correlation),
                    traceparent: traceparent.clone(),
                    start: payload.clone(),
                    payment: Step::Idle,
                    stock: Step::Idle,
                    packing: Step::Idle,
                    shipment: Step::Idle,
                    capture: Step::Idle,
                };
                let mut work = self.work(schemas, now, order);
                work.start();
                work.done()
            }
            (Some(order), Input::Reply(reply)) => {
                let mut work = self.work(schemas, now, order.clone());
                match reply.result {
                    ReplyResult::Succeeded => work.succeeded(reply),
                    ReplyResult::Failed => work.refused(reply),
                }
                work.done()
            }
            (Some(order), Input::Timer(TimerKind::Timeout { step, attempt, .. })) => {
                let mut work = self.work(schemas, now, order.clone());
                work.timed_out(*step, *attempt);
                work.done()
            }
            _ => Hand::default(),
        }
    }

    fn work<'a>(&'a self, schemas: &'a Schemas, now: Timestamp, order: Order) -> Work<'a> {
        Work {
            plain: self,
            schemas,
            now,
            order,
            hand: Hand::default(),
        }
    }
}

impl Work<'_> {
    fn done(mut self) -> Hand {
        if self.hand.order.is_none() && !self.ended() {
            self.hand.order = Some(self.order);
        }
        self.hand
    }

    fn ended(&self) -> bool {
        matches!(self.hand.events.last(), Some(Event::SagaCompleted))
    }

    fn start(&mut self) {
        self.push(Event::SagaStarted {
            payload: self.order.start.clone(),
            correlation: Arc::clone(&self.order.correlation),
            traceparent: self.order.traceparent.clone(),
            deadline_at: Some(self.order.deadline_at),
        });
        self.tell("started");
        self.ask(PAYMENT);
        self.ask(STOCK);
    }

    fn succeeded(&mut self, reply: &Reply) {
        let (round, payload) = (reply.round.unwrap_or(Round(1)), reply.payload.clone());
        let expected = matches!(
            self.step_mut(reply.step),
            Step::Pending { round: current, .. } | Step::Paused { round: current, .. } if *current == round
        );
        if !expected {
            return;
        }
        *self.step_mut(reply.step) = Step::Done { reply: payload.clone() };
        self.push(Event::Succeeded {
            step: reply.step,
            purpose: Purpose::Forward,
            round,
            payload,
        });
        match reply.step {
            PAYMENT => self.tell("payment.succeeded"),
            SHIPMENT => self.tell("shipment.succeeded"),
            _ => {}
        }
        match reply.step {
            PAYMENT | STOCK => {
                if matches!(
                    (&self.order.payment, &self.order.stock),
                    (Step::Done { .. }, Step::Done { .. })
                ) {
                    self.ask(PACKING);
                }
            }
            PACKING => self.ask(SHIPMENT),
            SHIPMENT => self.ask(CAPTURE),
            _ => self.complete(),
        }
    }

    fn refused(&mut self, reply: &Reply) {
        let Step::Pending { round, attempt, .. } = *self.step_mut(reply.step) else {
            return;
        };
        let code = self
            .schemas
            .value(&reply.payload, std::slice::from_ref(&self.plain.code));
        let retried = matches!(code, Ok(Some(Value::String(code))) if &*code == "BANK_UNAVAILABLE") && attempt.0 < 3;
        self.push(Event::Failed {
            step: reply.step,
            purpose: Purpose::Forward,
            round,
            definite: true,
            retried,
            payload: reply.payload.clone(),
        });
        if retried {
            self.pause(reply.step, Round(round.0 + 1), attempt);
        }
    }

    fn timed_out(&mut self, step: StepIndex, attempt: Attempt) {
        let now = self.now;
        match *self.step_mut(step) {
            Step::Pending {
                round,
                attempt: current,
                due,
            } if current == attempt && due <= now => {
                self.push(Event::TimedOut {
                    step,
                    purpose: Purpose::Forward,
                    round,
                    attempt,
                });
                self.pause(step, round, attempt);
            }
            _ => {}
        }
    }

    fn pause(&mut self, step: StepIndex, round: Round, attempt: Attempt) {
        let until = self.now.plus(Duration::from_secs(1 << (attempt.0 - 1)));
        *self.step_mut(step) = Step::Paused { round, attempt, until };
        self.push(Event::RetryScheduled {
            step,
            purpose: Purpose::Forward,
            round,
            at: until,
        });
    }

    fn complete(&mut self) {
        let sequence = self.order.sequence + 1;
        let values = vec![
            self.start_field(&self.plain.order_id),
            Value::String("completed".into()),
            Value::Null,
            Value::Null,
        ];
        self.hand.sent.push(Sent::Emission { sequence, values });
        let items = match self.start_field(&self.plain.items) {
            Value::List(items) => i64::try_from(items.len()).unwrap_or(i64::MAX),
            _ => 0,
        };
        let consignment = match &self.order.shipment {
            Step::Done { reply } => self.field(reply, &self.plain.consignment),
            _ => Value::Null,
        };
        let values = vec![
            self.start_field(&self.plain.customer_id),
            self.start_field(&self.plain.total),
            self.start_field(&self.plain.currency),
            Value::Long(items),
            self.start_field(&self.plain.placed),
            self.start_field(&self.plain.promised),
            consignment,
        ];
        let last = Box::new(self.order.clone());
        self.hand.sent.push(Sent::Outcome { last, values });
        self.push(Event::SagaCompleted);
    }

    fn ask(&mut self, step: StepIndex) {
        let field = |name| self.start_field(name);
        let plain = self.plain;
        let (wait, values) = match step {
            PAYMENT => (
                5,
                vec![
                    field(&plain.order_id),
                    field(&plain.customer_id),
                    field(&plain.total),
                    field(&plain.currency),
                ],
            ),
            STOCK => (120, vec![field(&plain.order_id), field(&plain.items)]),
            PACKING => (120, vec![field(&plain.order_id)]),
            SHIPMENT => (
                30,
                vec![
                    field(&plain.order_id),
                    field(&plain.customer_id),
                    field(&plain.promised),
                ],
            ),
            _ => (
                10,
                vec![field(&plain.order_id), field(&plain.total), field(&plain.currency)],
            ),
        };
        let (round, attempt, due) = (Round(1), Attempt(1), self.now.plus(Duration::from_secs(wait)));
        *self.step_mut(step) = Step::Pending { round, attempt, due };
        self.push(Event::Requested {
            step,
            purpose: Purpose::Forward,
            round,
            attempt,
            due,
        });
        self.hand.sent.push(Sent::Command { step, attempt, values });
    }

    fn tell(&mut self, milestone: &str) {
        let values = vec![
            self.start_field(&self.plain.order_id),
            Value::String(milestone.into()),
            Value::Null,
            Value::Null,
        ];
        let sequence = self.order.sequence;
        self.hand.sent.push(Sent::Emission { sequence, values });
    }

    fn push(&mut self, event: Event) {
        self.order.sequence += 1;
        self.order.changed_at = self.now;
        self.hand.events.push(event);
    }

    fn start_field(&self, name: &FieldName) -> Value {
        self.field(&self.order.start, name)
    }

    fn field(&self, payload: &Payload, name: &FieldName) -> Value {
        let value = self.schemas.value(payload, std::slice::from_ref(name));
        value.ok().flatten().unwrap_or(Value::Null)
    }

    fn step_mut(&mut self, step: StepIndex) -> &mut Step {
        match step {
            PAYMENT => &mut self.order.payment,
            STOCK => &mut self.order.stock,
            PACKING => &mut self.order.packing,
            SHIPMENT => &mut self.order.shipment,
            _ => &mut self.order.capture,
        }
    }
}
