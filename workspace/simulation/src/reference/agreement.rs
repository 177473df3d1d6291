//! The reference engine and the core, side by side, over inputs that a seed decides.

use std::sync::Arc;

use palinode_core::{
    Context, Decoder, FieldError, FieldName, Input as CoreInput, InputId, Payload, Plan, Purpose, Reason, ReasonCode,
    Reply, ReplyResult, Round, Saga, SagaId, SchemaId, Sequence, StepIndex, TimerKind, Timestamp, Value, decide,
    evolve, timers, transition_refused,
};
use palinode_wire::journal::SagaRecord;

use super::{Answer, Input, Mode, Order, table::STEPS};
use crate::{
    Random,
    checks::{line, testing},
};

/// Inputs of one order.
const INPUTS: u64 = 60;
const ORDERS: u64 = 3_000;
const BEGIN: i64 = 1_800_000_000_000;

/// Payloads whose bytes are the code of a refusal.
struct Codes;

impl Decoder for Codes {
    fn value(&self, payload: &Payload, _: &[FieldName]) -> Result<Option<Value>, FieldError> {
        let text = String::from_utf8_lossy(&payload.bytes).into_owned();
        Ok(Some(Value::String(text.into())))
    }
}

struct Both {
    plan: Arc<Plan>,
    id: SagaId,
    saga: Option<Saga>,
    order: Order,
    now: i64,
    random: Random,
    past: Vec<String>,
}

impl Both {
    /// Lets both take the same input, and compares what they say.
    fn step(&mut self) {
        self.now += self.random.between(0, 3_000);
        let kind = self.random.below(20);
        let (input, inputs) = match kind {
            0 => (Input::Place, vec![start()]),
            1 => (Input::Cancel, vec![CoreInput::Cancel { payload: payload("") }]),
            2 | 3 => {
                let step = Some(StepIndex(0));
                (Input::PayAgain, vec![CoreInput::Resume { step, payload: None }])
            }
            4..=11 => self.answer(),
            _ => match self.time() {
                Some(both) => both,
                None => return,
            },
        };
        let mode = if self.random.chance(1, 40) {
            Mode::Refused
        } else {
            Mode::Usual
        };
        let actual: Vec<String> = inputs.iter().flat_map(|input| self.core(input, mode)).collect();
        let expected = self.order.take(&input, self.now, mode);
        self.past.push(format!("{input:?} {mode:?}: {actual:?}"));
        assert_eq!(expected, actual, "{:#?}", self.past);
    }

    fn core(&mut self, input: &CoreInput, mode: Mode) -> Vec<String> {
        let context = Context {
            plan: &self.plan,
            decoder: &Codes,
            now: Timestamp(self.now),
        };
        let events = match mode {
            Mode::Usual => decide(context, &self.id, self.saga.as_ref(), input),
            Mode::Refused => {
                let reason = Reason::new(ReasonCode::OutputRefused, "no");
                transition_refused(context, &self.id, self.saga.as_ref(), input, &reason).events
            }
        };
        let mut lines = Vec::new();
        for event in events {
            let cause = InputId::from("x");
            let record = SagaRecord::from_event(&self.plan, &self.id, Sequence(1), context.now, &cause, &event);
            lines.push(line(&record));
            self.saga = evolve(&self.plan, &self.id, self.saga.take(), &event, context.now);
        }
        lines
    }

    fn answer(&mut self) -> (Input, Vec<CoreInput>) {
        let step = self.random.below(STEPS.len() as u64) as usize;
        let undo = STEPS[step].undo.is_some() && self.random.chance(1, 3);
        let can_refuse = if undo { None } else { STEPS[step].refused };
        let done = can_refuse.is_none() || self.random.chance(2, 3);
        let purpose = if undo { Purpose::Compensation } else { Purpose::Forward };
        let index = StepIndex(step as u16);
        let open = self.saga.as_ref().and_then(Saga::open);
        let current = open.map_or(1, |state| state.step(index).request(purpose).round.0);
        let round = match self.random.below(8) {
            0 => None,
            1 => Some(current + 1),
            2 => Some(current.saturating_sub(1)),
            _ => Some(current),
        };
        let code = *self.random.pick(&["NO", "BANK_UNAVAILABLE"]);
        let reply = Reply {
            step: index,
            purpose,
            result: if done {
                ReplyResult::Succeeded
            } else {
                ReplyResult::Failed
            },
            round: round.map(Round),
            payload: payload(code),
        };
        let answer = Answer {
            step,
            undo,
            done,
            round,
            code: code.into(),
        };
        (Input::Answer(answer), vec![CoreInput::Reply(reply)])
    }

    /// The next timers, all of one kind that are due at once.
    fn time(&mut self) -> Option<(Input, Vec<CoreInput>)> {
        let mut all = timers(self.saga.as_ref());
        all.sort();
        let is_late = self.random.chance(1, 50);
        let first = *if is_late { all.last() } else { all.first() }?;
        self.now = self.now.max(first.due.0);
        let same = all
            .iter()
            .filter(|timer| timer.due == first.due && word(timer.kind) == word(first.kind));
        let inputs = same.map(|timer| CoreInput::Timer(timer.kind)).collect();
        let (kind, due) = (word(first.kind).to_owned(), first.due.0);
        Some((Input::Time { kind, due }, inputs))
    }
}

fn word(kind: TimerKind) -> &'static str {
    match kind {
        TimerKind::Deadline => "deadline",
        TimerKind::Timeout { .. } => "timeout",
        TimerKind::Retry { .. } => "retry",
    }
}

fn payload(code: &'static str) -> Payload {
    Payload {
        schema: SchemaId(1),
        bytes: code.into(),
    }
}

fn start() -> CoreInput {
    CoreInput::Start {
        payload: payload(""),
        correlation: "c".into(),
        traceparent: None,
    }
}

#[test]
fn the_core_agrees_with_the_reference_over_thousands_of_orders() {
    let known = testing::Made::new(1).known;
    for seed in 0..ORDERS {
        let mut both = Both {
            plan: Arc::clone(&known.plans[0]),
            id: SagaId::new("order-fulfilment", "o-1"),
            saga: None,
            order: Order::default(),
            now: BEGIN,
            random: Random::new(seed, "reference"),
            past: Vec::new(),
        };
        for _ in 0..INPUTS {
            both.step();
        }
    }
}
