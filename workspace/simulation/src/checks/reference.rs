//! The obvious saga engine comes to the same events.

use palinode_core::{Decoder, IdempotencyKey, Payload, SagaId, Value};
use palinode_log::Consumed;
use palinode_wire::{frame, headers, journal::SagaRecord};

use super::{Check, Found, Known, Scene, timers::timer};
use crate::{
    plan::{Definitions, Fault},
    reference::{Answer, Input, Mode, Order, said},
};

/// What the journal says happened to an order is what the reference engine says has to happen. It knows the first version
/// of the order saga; other sagas are not compared.
pub(super) struct Reference;

/// The saga that the reference engine knows.
const DEFINITION: &str = "order-fulfilment";
const VERSION: u32 = 1;
/// Why a saga is suspended when an expression cannot be evaluated.
const EXPRESSION_FAILED: &str = "EXPRESSION_FAILED";

impl Check for Reference {
    fn name(&self) -> &'static str {
        "reference"
    }

    fn law(&self) -> &'static str {
        "An engine of a few hundred obvious lines comes to the same events from the same inputs."
    }

    fn exceptions(&self) -> &'static [&'static str] {
        &[
            "Sagas of other definitions, and of later versions: it knows the order saga, in its first version.",
            "What follows when a schema was not to be had for half a minute: the expressions that need it fail then, and the \
             saga is suspended, of which people are told.",
        ]
    }

    fn check(&self, scene: &Scene<'_>, found: &mut Found) {
        if !matches!(
            scene.remains.plan.definitions,
            Definitions::Order | Definitions::TwoVersions
        ) {
            return;
        }
        let faults = &scene.remains.plan.faults;
        let excuses = Excuses {
            some_refuse: faults.iter().any(|fault| matches!(fault.what, Fault::Refuse { .. })),
            registry_was_down: faults.iter().any(|fault| matches!(fault.what, Fault::Registry { .. })),
        };
        for (saga, events) in scene.sagas() {
            let events: Vec<&SagaRecord> = events.iter().filter_map(|(_, entry)| entry.event()).collect();
            let is_known =
                saga.definition.as_str() == DEFINITION && events.iter().all(|event| event.version == VERSION);
            if is_known {
                compare(scene, saga, &events, excuses, found);
            }
        }
    }
}

/// What lets a saga go another way than the reference knows.
#[derive(Clone, Copy)]
struct Excuses {
    some_refuse: bool,
    registry_was_down: bool,
}

fn compare(scene: &Scene<'_>, saga: &SagaId, events: &[&SagaRecord], excuses: Excuses, found: &mut Found) {
    let mut order = Order::default();
    for group in events.chunk_by(|one, other| one.cause == other.cause) {
        let Some(input) = input(scene, group[0]) else {
            return found.of_saga(saga, format!("'{}' is no input of an order", group[0].cause));
        };
        let actual: Vec<String> = group.iter().map(|event| line(event)).collect();
        let now = group[0].time.0;
        let mut refused = order.clone();
        let expected = order.take(&input, now, Mode::Usual);
        if expected == actual {
            continue;
        }
        if excuses.registry_was_down && actual.last().is_some_and(|last| last.ends_with(EXPRESSION_FAILED)) {
            return;
        }
        if excuses.some_refuse && refused.take(&input, now, Mode::Refused) == actual {
            order = refused;
            continue;
        }
        return found.of_saga(
            saga,
            format!(
                "after {input:?} ({}) the journal says {actual:?}, and the reference {expected:?}",
                group[0].cause
            ),
        );
    }
}

/// What the events follow from.
fn input(scene: &Scene<'_>, event: &SagaRecord) -> Option<Input> {
    if let Some((kind, due)) = timer(event) {
        let kind = kind.to_owned();
        return Some(Input::Time { kind, due: due.0 });
    }
    let record = scene.record_at(event.cause.as_str())?;
    let (schema, bytes) = frame::split(record.value.as_ref()?).ok()?;
    match scene.known.schemas.record_name(schema)?.as_str() {
        "shop.orders.OrderPlaced" => Some(Input::Place),
        "shop.orders.OrderCancellationRequested" => Some(Input::Cancel),
        "shop.orders.PaymentRetryRequested" => Some(Input::PayAgain),
        name => {
            let (step, undo, done) = said(name)?;
            Some(Input::Answer(Answer {
                step,
                undo,
                done,
                round: round(record),
                code: code(scene.known, &Payload { schema, bytes }),
            }))
        }
    }
}

fn round(record: &Consumed) -> Option<u32> {
    let mut all = record.headers.iter().rev();
    let header = all.find(|header| &*header.name == headers::IDEMPOTENCY_KEY)?;
    let key = IdempotencyKey::parse(std::str::from_utf8(&header.value).ok()?)?;
    Some(key.round.0)
}

fn code(known: &Known, payload: &Payload) -> String {
    match known.schemas.value(payload, &["code".into()]) {
        Ok(Some(Value::String(code))) => code.to_string(),
        _ => String::new(),
    }
}

/// An event in the words of the reference engine.
pub(crate) fn line(event: &SagaRecord) -> String {
    let mut line = event.event_type.to_string();
    let is_of_saga = event.event_type.starts_with("Saga") || event.event_type.starts_with("Input");
    if let Some(step) = &event.step {
        line += &format!(" {step}");
        if is_of_saga && event.purpose == Some(palinode_core::Purpose::Compensation) {
            line += " undo";
        }
    }
    if let Some(round) = event.round {
        line += &format!(" {}", round.0);
    }
    if let Some(attempt) = event.attempt {
        line += &format!("/{}", attempt.0);
    }
    if let Some(sure) = event.definite {
        line += if sure { " surely" } else { " perhaps" };
    }
    if event.retried == Some(true) {
        line += ", again";
    }
    if let Some(due) = event.due {
        line += &format!(" +{}", due.0 - event.time.0);
    }
    if let Some(code) = &event.code {
        line += &format!(" {code}");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::Reference;
    use crate::checks::testing::{Made, event};

    fn made() -> Made {
        let mut made = Made::new(1);
        made.claim(0, 0);
        made.place("orders.events", 0);
        made
    }

    #[test]
    fn what_the_reference_says_is_right() {
        let mut made = made();
        made.write(0, 0, &made.started("o-1"));
        assert_eq!(made.findings(&Reference), Vec::<String>::new());
    }

    #[test]
    fn a_step_that_was_not_asked_for_is_found() {
        let mut made = made();
        let mut events = made.started("o-1");
        events.pop();
        made.write(0, 0, &events);
        let found = made.findings(&Reference);
        assert!(
            found.len() == 1 && found[0].contains("StepRequested stock 1/1 +120000"),
            "{found:?}"
        );
    }

    #[test]
    fn what_nothing_explains_is_found() {
        let mut made = made();
        made.write(0, 0, &[event("o-1", 1, "CancellationKept", "elsewhere/0/7")]);
        let what = "order-fulfilment/o-1: 'elsewhere/0/7' is no input of an order";
        assert_eq!(made.findings(&Reference), [what]);
    }
}
