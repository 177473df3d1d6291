//! Answers to what was never asked, and answers that are none. They claim nothing that would have to be in the books: no
//! money, no goods.

use bytes::Bytes;
use palinode_core::{IdempotencyKey, Purpose, Round, Timestamp, Value};
use palinode_log::Produced;
use serde::Serialize;

use super::{
    answer::{Answer, Echo},
    command::Command,
    order::CURRENCY,
    pen::{self, Pen},
};

/// How much later than any real one the round is that nobody asked for.
const ROUNDS_LATER: u32 = 40;

/// Answers by topic: what means that it was done, what that it was taken back or refused.
fn answers(events: &str) -> [&'static str; 4] {
    match events {
        "payments.events" => [
            "shop.payments.PaymentSucceeded",
            "shop.payments.PaymentRefunded",
            "shop.payments.PaymentFailed",
            "shop.payments.PaymentCaptured",
        ],
        "warehouse.events" => [
            "shop.warehouse.OrderReadyForShipment",
            "shop.warehouse.OrderUnpacked",
            "shop.warehouse.StockUnavailable",
            "shop.warehouse.StockReleased",
        ],
        _ => [
            "shop.shipments.OrderShipped",
            "shop.shipments.ShipmentFailed",
            "shop.shipments.OrderShipped",
            "shop.shipments.ShipmentFailed",
        ],
    }
}

/// Something that nobody asked, told beside the answer to `command`; `choice` says what.
pub(super) fn unasked(
    command: &Command,
    choice: u64,
    service: &str,
    events: &str,
    pen: &Pen,
    now: Timestamp,
) -> Produced {
    let record = pick(&answers(events), choice / 8);
    let mut pretended = command.clone();
    let saga = pretended.request.saga.clone();
    let mut echo = Echo::Headers;
    match choice % 8 {
        // Another round than was asked for.
        0 | 1 => pretended.request.round = Round(ROUNDS_LATER),
        // Taken back, though nobody asked.
        2 => {
            pretended.request = IdempotencyKey {
                purpose: Purpose::Compensation,
                round: Round(ROUNDS_LATER),
                ..pretended.request
            }
        }
        // A saga that there is not.
        3 => {
            pretended.request.saga.key = format!("ghost-{}", choice % 5).as_str().into();
            pretended.key = pretended.request.saga.key.as_str().into();
        }
        // A definition that there is not.
        4 => pretended.request.saga.definition = "bicycle-repair".into(),
        // A step that there is not.
        5 => pretended.request.step = "polishing".into(),
        // Something else than an answer.
        6 => return gossip(command, choice, service, events, pen, now),
        _ if is_harmless(record) => echo = Echo::Nothing,
        _ => pretended.request.round = Round(ROUNDS_LATER),
    }
    let answer = Answer {
        record,
        id: format!("{service}/unasked/{}/{choice}", command.id),
        value: empty(record, pretended.request.saga.key.as_str(), pen),
    };
    pretended.saga_id = Some(format!("{}/{}", pretended.request.saga.definition, saga.key).into());
    answer.to(&pretended, service, events, echo, now)
}

/// What stands in the place of an answer and is none; `choice` says what.
pub(super) fn wrong(
    command: &Command,
    choice: u64,
    service: &str,
    events: &str,
    pen: &Pen,
    now: Timestamp,
) -> Produced {
    let record = pick(&answers(events), choice / 4);
    let mut value = empty(record, &command.key, pen);
    match choice % 4 {
        // Bytes of another record than they say.
        0 => value = value.slice(..value.len().saturating_sub(2)),
        // No record at all.
        1 => value = Bytes::from_static(b"{\"ok\": true}"),
        2 => return gossip(command, choice, service, events, pen, now),
        // An event that answers another command.
        _ => {}
    }
    let answer = Answer {
        record,
        id: format!("{service}/wrong/{}", command.id),
        value,
    };
    let mut pretended = command.clone();
    if choice % 4 == 3 && !answers_other_command(command, record) {
        pretended.request.step = "polishing".into();
    }
    answer.to(&pretended, service, events, Echo::Headers, now)
}

/// A record that no definition names.
fn gossip(command: &Command, choice: u64, service: &str, events: &str, pen: &Pen, now: Timestamp) -> Produced {
    #[derive(Serialize)]
    struct Gossip<'g> {
        words: &'g str,
    }
    let record = "simulation.Gossip";
    let value = pen.value(
        record,
        &Gossip {
            words: "have you heard",
        },
    );
    let id = format!("{service}/gossip/{}/{choice}", command.id);
    pen::keyed(events, &command.key, value, pen::plain(&id, record, service, now))
}

/// Whether nothing is owed when it is believed.
fn is_harmless(record: &str) -> bool {
    matches!(
        record,
        "shop.warehouse.OrderReadyForShipment" | "shop.warehouse.OrderUnpacked"
    )
}

/// Whether the record would answer another command than this one.
fn answers_other_command(command: &Command, record: &str) -> bool {
    let own: &[&str] = match command.record.as_str() {
        "shop.payments.ReservePayment" => &["shop.payments.PaymentSucceeded", "shop.payments.PaymentFailed"],
        "shop.payments.RefundPayment" => &["shop.payments.PaymentRefunded"],
        "shop.payments.CapturePayment" => &["shop.payments.PaymentCaptured"],
        "shop.warehouse.PickItems" => &["shop.warehouse.StockReserved", "shop.warehouse.StockUnavailable"],
        "shop.warehouse.ReleaseStock" => &["shop.warehouse.StockReleased"],
        "shop.warehouse.StartFulfilment" => &["shop.warehouse.OrderReadyForShipment", "shop.warehouse.PackingFailed"],
        "shop.warehouse.UnpackOrder" => &["shop.warehouse.OrderUnpacked", "shop.warehouse.StockUnavailable"],
        _ => &["shop.shipments.OrderShipped", "shop.shipments.ShipmentFailed"],
    };
    !own.contains(&record)
}

fn empty(record: &str, order: &str, pen: &Pen) -> Bytes {
    let text = |text: &str| Value::String(text.into());
    pen.filled(record, &[("order_id", text(order)), ("currency", text(CURRENCY))])
}

fn pick(answers: &[&'static str; 4], choice: u64) -> &'static str {
    let place = usize::try_from(choice % answers.len() as u64).unwrap_or(0);
    answers[place]
}
