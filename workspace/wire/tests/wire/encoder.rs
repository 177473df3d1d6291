//! Writing records from values.

use std::sync::Arc;

use palinode_core::{FieldName, SchemaId, Value};
use palinode_wire::{
    Encoder,
    avro::{EncoderError, Shape},
};
use proptest::prelude::*;

use crate::{
    datum,
    support::{path, text},
};

const ALL_KINDS: &str = r#"{"type": "record", "name": "All", "namespace": "shop", "fields": [
    {"name": "id", "type": "string"},
    {"name": "count", "type": "int", "default": 3},
    {"name": "note", "type": ["null", "string"], "default": null},
    {"name": "colour", "type": {"type": "enum", "name": "Colour", "symbols": ["RED", "BLUE"]}, "default": "BLUE"},
    {"name": "items", "default": [{"sku": "s"}], "type": {"type": "array", "items": {"type": "record", "name": "Item", "fields": [
        {"name": "sku", "type": "string"}, {"name": "quantity", "type": "int", "default": 1}]}}},
    {"name": "weight", "type": "double", "default": 0.5},
    {"name": "number", "type": ["null", "int", "double"], "default": null}
]}"#;

fn encoder(names: &str) -> Result<Encoder, EncoderError> {
    let names: Vec<FieldName> = names.split_whitespace().map(FieldName::from).collect();
    Encoder::new(Arc::new(Shape::parse(ALL_KINDS).unwrap()), SchemaId(9), &names)
}

/// What stands at `at` in a record written from `values`.
fn written(names: &str, values: &[Value], at: &str) -> Value {
    let mut out = Vec::new();
    encoder(names).unwrap().encode(values, &mut out).unwrap();
    let shape = Shape::parse(ALL_KINDS).unwrap();
    shape.check(&out[5..]).unwrap();
    shape.value_at(&out[5..], &path(at)).unwrap().unwrap()
}

fn refused(names: &str, values: &[Value]) -> String {
    let mut out = b"before".to_vec();
    let error = encoder(names).unwrap().encode(values, &mut out).unwrap_err();
    assert_eq!(out, b"before", "nothing of a refused record remains");
    error.to_string()
}

proptest! {
    #[test]
    fn what_is_written_are_the_bytes_of_apache_avro(datum in datum::record()) {
        let shape = Arc::new(Shape::parse(&datum.schema()).unwrap());
        let Value::Record(fields) = datum.core() else { unreachable!("a record") };
        let (names, values): (Vec<_>, Vec<_>) = fields.into_iter().rev().unzip();
        let mut out = Vec::new();
        Encoder::new(shape, SchemaId(0x0102_0304), &names).unwrap().encode(&values, &mut out).unwrap();
        prop_assert_eq!(&out[..5], [0, 1, 2, 3, 4]);
        prop_assert_eq!(&out[5..], datum.bytes());
    }
}

#[test]
fn fields_that_are_not_named_take_their_defaults() {
    let one = |at| written("id", &[text("o-1")], at);
    assert_eq!(one("id"), text("o-1"));
    assert_eq!(one("count"), Value::Long(3));
    assert_eq!(one("note"), Value::Null);
    assert_eq!(one("colour"), text("BLUE"));
    assert_eq!(one("items.0.sku"), text("s"));
    assert_eq!(one("items.0.quantity"), Value::Long(1));
    assert_eq!(one("weight"), Value::Double(0.5));
}

#[test]
fn values_are_turned_into_the_fields_type_when_nothing_is_lost() {
    assert_eq!(
        written("id weight", &[text("o"), Value::Long(2)], "weight"),
        Value::Double(2.0)
    );
    assert_eq!(
        written("id number", &[text("o"), Value::Long(2)], "number"),
        Value::Long(2)
    );
    assert_eq!(
        written("id number", &[text("o"), Value::Long(1 << 40)], "number"),
        Value::Double(2_f64.powi(40))
    );
    assert_eq!(written("id note", &[text("o"), text("n")], "note"), text("n"));
    let item = Value::Record(vec![("sku".into(), text("x"))]);
    assert_eq!(
        written("items id", &[Value::List(vec![item]), text("o")], "items.0.quantity"),
        Value::Long(1)
    );
}

#[test]
fn what_does_not_fit_is_refused_with_the_fields_path() {
    let o = || text("o");
    assert_eq!(
        refused("id", &[Value::Null]),
        "the field 'id' holds null instead of a string"
    );
    assert_eq!(
        refused("id count", &[o(), Value::Long(1 << 31)]),
        "the field 'count' holds 2147483648, which is no int"
    );
    assert_eq!(
        refused("id colour", &[o(), text("GREEN")]),
        "the field 'colour' holds 'GREEN', which is none of the symbols RED, BLUE"
    );
    assert_eq!(
        refused("id note", &[o(), Value::Long(1)]),
        "the field 'note' holds a whole number instead of a string"
    );
    let items = |fields| {
        Value::List(vec![
            Value::Record(vec![("sku".into(), text("x"))]),
            Value::Record(fields),
        ])
    };
    assert_eq!(
        refused("id items", &[o(), items(vec![])]),
        "the field 'items.1.sku' is missing and has no default"
    );
    assert_eq!(
        refused(
            "id items",
            &[o(), items(vec![("sku".into(), o()), ("size".into(), o())])]
        ),
        "the field 'items.1.size' is not in the record shop.Item"
    );
    assert_eq!(
        refused("id weight", &[o(), Value::Long(i64::MAX)]),
        "the field 'weight' holds 9223372036854775807, which a double cannot say exactly"
    );
    assert!(refused("id count", &[o()]).contains("1 values instead of 2"));
}

#[test]
fn names_that_do_not_match_the_record_are_refused_at_once() {
    let error = |names| encoder(names).unwrap_err().to_string();
    assert_eq!(error("id colr"), "the record shop.All has no field 'colr'");
    assert_eq!(
        error("count"),
        "the field 'id' of the record shop.All is not filled and has no default"
    );
    assert_eq!(error("id id"), "the field 'id' of the record shop.All is named twice");
    let string = Encoder::new(Arc::new(Shape::parse(r#""string""#).unwrap()), SchemaId(1), &[]);
    assert_eq!(string.unwrap_err(), EncoderError::NotARecord);
}
