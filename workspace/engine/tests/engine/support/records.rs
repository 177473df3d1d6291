//! Messages as participants read and write them.

use bytes::Bytes;
use palinode_core::{FieldName, IdempotencyKey, RecordName, Value};
use palinode_log::{Consumed, Header};
use palinode_wire::{
    Schemas,
    avro::{Kind, Type},
    headers,
};

/// A command that Palinode sent.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    pub(crate) topic: String,
    pub(crate) record: String,
    pub(crate) key: String,
    pub(crate) id: String,
    pub(crate) request: IdempotencyKey,
    pub(crate) attempt: u32,
    pub(crate) headers: Vec<Header>,
}

impl Command {
    /// Reads a record of a command topic.
    pub(crate) fn read(record: &Consumed) -> Self {
        let header = |name| header_of(record, name).unwrap_or_else(|| panic!("a command carries {name}"));
        Self {
            topic: record.source.topic.to_string(),
            record: header(headers::CE_TYPE),
            key: String::from_utf8(record.key.clone().unwrap().to_vec()).unwrap(),
            id: header(headers::CE_ID),
            request: IdempotencyKey::parse(&header(headers::IDEMPOTENCY_KEY)).unwrap(),
            attempt: header(headers::ATTEMPT).parse().unwrap(),
            headers: record.headers.clone(),
        }
    }

    /// The command in short: `payment 1/2`, or `undo payment 1/1`.
    pub(crate) fn told(&self) -> String {
        let undo = if self.request.purpose == palinode_core::Purpose::Compensation {
            "undo "
        } else {
            ""
        };
        format!("{undo}{} {}/{}", self.request.step, self.request.round.0, self.attempt)
    }

    /// The headers that a participant echoes.
    pub(crate) fn echo(&self) -> Vec<Header> {
        let echoed = [
            headers::TRACEPARENT,
            headers::CORRELATION_ID,
            headers::IDEMPOTENCY_KEY,
            headers::SAGA_ID,
        ];
        self.headers
            .iter()
            .filter(|header| echoed.contains(&&*header.name))
            .cloned()
            .collect()
    }
}

/// The record by which a participant says that it did what `command` asks.
pub(crate) fn success(command: &str) -> &'static str {
    match command {
        "shop.payments.ReservePayment" => "shop.payments.PaymentSucceeded",
        "shop.payments.RefundPayment" => "shop.payments.PaymentRefunded",
        "shop.payments.CapturePayment" => "shop.payments.PaymentCaptured",
        "shop.warehouse.PickItems" => "shop.warehouse.StockReserved",
        "shop.warehouse.ReleaseStock" => "shop.warehouse.StockReleased",
        "shop.warehouse.StartFulfilment" => "shop.warehouse.OrderReadyForShipment",
        "shop.warehouse.UnpackOrder" => "shop.warehouse.OrderUnpacked",
        "shop.shipments.CreateShipment" => "shop.shipments.OrderShipped",
        other => panic!("nobody does {other}"),
    }
}

/// The record by which a participant refuses what `command` asks; some cannot be refused.
pub(crate) fn failure(command: &str) -> Option<&'static str> {
    match command {
        "shop.payments.ReservePayment" => Some("shop.payments.PaymentFailed"),
        "shop.warehouse.PickItems" => Some("shop.warehouse.StockUnavailable"),
        "shop.warehouse.StartFulfilment" => Some("shop.warehouse.PackingFailed"),
        "shop.shipments.CreateShipment" => Some("shop.shipments.ShipmentFailed"),
        _ => None,
    }
}

/// A framed value of `record`. Fields that `given` does not name are filled with something of their type.
pub(crate) fn encode(schemas: &Schemas, record: &str, given: &[(&str, Value)]) -> Bytes {
    let shape = schemas
        .shape_of(record)
        .unwrap_or_else(|| panic!("no schema of {record}"));
    let Kind::Record(of) = shape.root().kind() else {
        panic!("{record} is no record")
    };
    let named = |name: &str| {
        given
            .iter()
            .find(|(field, _)| *field == name)
            .map(|(_, value)| value.clone())
    };
    let (names, values): (Vec<FieldName>, Vec<Value>) = of
        .fields()
        .map(|field| {
            let value = named(field.name().as_str()).unwrap_or_else(|| filler(field.of()));
            (field.name().clone(), value)
        })
        .unzip();
    let mut framed = Vec::new();
    let encoder = schemas.encoder(&RecordName::from(record), &names).unwrap();
    encoder
        .encode(&values, &mut framed)
        .unwrap_or_else(|error| panic!("{record}: {error}"));
    framed.into()
}

fn filler(of: Type<'_>) -> Value {
    if of.is_nullable() {
        return Value::Null;
    }
    match of.kind() {
        Kind::Boolean => Value::Boolean(true),
        Kind::Int | Kind::Long => Value::Long(1),
        Kind::Float | Kind::Double => Value::Double(1.0),
        Kind::String => text("something"),
        Kind::Array(_) => Value::List(Vec::new()),
        Kind::Record(record) => Value::Record(
            record
                .fields()
                .map(|field| (field.name().clone(), filler(field.of())))
                .collect(),
        ),
        other => panic!("no filler for {other:?}"),
    }
}

/// Text as a value.
pub(crate) fn text(text: &str) -> Value {
    Value::String(text.into())
}

/// The last header of this name, as text.
pub(crate) fn header_of(record: &Consumed, name: &str) -> Option<String> {
    let found = record.headers.iter().rev().find(|header| &*header.name == name)?;
    Some(String::from_utf8(found.value.to_vec()).unwrap())
}
