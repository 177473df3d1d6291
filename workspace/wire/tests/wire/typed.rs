//! Rust structs as records.

use std::collections::BTreeMap;

use palinode_core::SchemaId;
use palinode_wire::{
    Schemas,
    typed::{Error, RecordCodec},
};
use serde::{Deserialize, Serialize};

use crate::support::{schema_text, with};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Order {
    currency: String,
    order_id: String,
    customer_id: String,
    customer_name: String,
    items: Vec<Item>,
    total_minor: i64,
    promised_delivery_at: i64,
    placed_at: i64,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Item {
    sku: String,
    quantity: i32,
}

fn order() -> Order {
    Order {
        currency: "EUR".to_owned(),
        order_id: "o-1".to_owned(),
        customer_id: "c-1".to_owned(),
        customer_name: "Ada".to_owned(),
        items: vec![
            Item {
                sku: "tea".to_owned(),
                quantity: 2,
            },
            Item {
                sku: "cup".to_owned(),
                quantity: 1,
            },
        ],
        total_minor: 1_999,
        promised_delivery_at: 2,
        placed_at: 1,
    }
}

fn order_codec() -> RecordCodec {
    RecordCodec::new(&schema_text("shop.orders.OrderPlaced"), SchemaId(5)).unwrap()
}

#[test]
fn a_struct_whose_fields_stand_in_another_order_comes_back() {
    let framed = order_codec().encode(&order()).unwrap();
    assert_eq!(framed[..5], [0, 0, 0, 0, 5]);
    assert_eq!(order_codec().decode(&framed, &Schemas::default()), Ok(order()));
}

#[test]
fn the_bytes_are_those_of_apache_avro() {
    let schema = apache_avro::Schema::parse_str(&schema_text("shop.orders.OrderPlaced")).unwrap();
    let writer = apache_avro::writer::datum::GenericDatumWriter::builder(&schema)
        .build()
        .unwrap();
    let theirs = writer.write_ser_to_vec(&order()).unwrap();
    assert_eq!(order_codec().encode(&order()).unwrap()[5..], theirs);
}

#[test]
fn a_struct_may_leave_fields_out_when_reading() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct OnlyTotal {
        total_minor: u64,
    }
    let framed = order_codec().encode(&order()).unwrap();
    assert_eq!(
        order_codec().decode(&framed, &Schemas::default()),
        Ok(OnlyTotal { total_minor: 1_999 })
    );
}

const OLD: &str = r#"{"type": "record", "name": "n.R", "fields": [
    {"name": "gone", "type": {"type": "enum", "name": "E", "symbols": ["A", "B"]}},
    {"name": "count", "type": "int"},
    {"name": "inner", "type": {"type": "array", "items": {"type": "record", "name": "n.I", "fields": [
        {"name": "x", "type": "int"}]}}}]}"#;

const NEW: &str = r#"{"type": "record", "name": "n.R", "fields": [
    {"name": "colour", "type": {"type": "enum", "name": "C", "symbols": ["RED", "BLUE"]}, "default": "BLUE"},
    {"name": "count", "type": "double"},
    {"name": "tags", "type": {"type": "map", "values": "string"}, "default": {"a": "b"}},
    {"name": "note", "type": ["null", "string"], "default": null},
    {"name": "inner", "type": ["null", {"type": "array", "items": {"type": "record", "name": "n.I", "fields": [
        {"name": "x", "type": "long"}, {"name": "y", "type": "long", "default": 7}]}}], "default": null}]}"#;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
enum Colour {
    Red,
    Blue,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct New {
    colour: Colour,
    count: f64,
    tags: BTreeMap<String, String>,
    note: Option<String>,
    inner: Option<Vec<Inner>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Inner {
    x: i64,
    y: i64,
}

#[test]
fn what_an_older_writer_did_not_have_takes_the_readers_defaults() {
    let schemas = with(Schemas::default(), 1, OLD);
    let framed = [0, 0, 0, 0, 1, 2, 84, 2, 6, 0];
    let read: New = RecordCodec::new(NEW, SchemaId(2))
        .unwrap()
        .decode(&framed, &schemas)
        .unwrap();
    let tags = [("a".to_owned(), "b".to_owned())].into();
    let inner = Some(vec![Inner { x: 3, y: 7 }]);
    assert_eq!(
        read,
        New {
            colour: Colour::Blue,
            count: 42.0,
            tags,
            note: None,
            inner
        }
    );
}

#[test]
fn enums_maps_and_options_come_back() {
    let codec = RecordCodec::new(NEW, SchemaId(2)).unwrap();
    let new = New {
        colour: Colour::Red,
        count: 1.5,
        tags: [("k".to_owned(), "v".to_owned()), ("l".to_owned(), "w".to_owned())].into(),
        note: Some("n".to_owned()),
        inner: None,
    };
    assert_eq!(codec.decode(&codec.encode(&new).unwrap(), &Schemas::default()), Ok(new));
}

#[test]
fn what_does_not_fit_is_refused() {
    #[derive(Serialize)]
    struct Short {
        order_id: &'static str,
    }
    let codec = RecordCodec::new(&schema_text("shop.payments.PaymentFailed"), SchemaId(6)).unwrap();
    let mut out = b"before".to_vec();
    let error = codec.encode_into(&Short { order_id: "o" }, &mut out).unwrap_err();
    assert_eq!(error.to_string(), "the field 'code' is missing and has no default");
    assert_eq!(out, b"before");
    assert_eq!(
        codec.encode(&order()).unwrap_err().to_string(),
        "the field 'currency' is not in the record shop.payments.PaymentFailed"
    );
}

#[test]
fn another_record_and_an_unknown_schema_are_refused() {
    let codec = RecordCodec::new(NEW, SchemaId(2)).unwrap();
    let schemas = with(Schemas::default(), 5, &schema_text("shop.orders.OrderPlaced"));
    let framed = order_codec().encode(&order()).unwrap();
    let other = Error::OtherRecord {
        wanted: "n.R".into(),
        found: "shop.orders.OrderPlaced".into(),
    };
    assert_eq!(codec.decode::<New>(&framed, &schemas), Err(other));
    assert_eq!(
        codec.decode::<New>(&framed, &Schemas::default()),
        Err(Error::UnknownSchema(SchemaId(5)))
    );
}
