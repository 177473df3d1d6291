//! Schemas with a value of each, drawn at random.

use std::collections::HashMap;

use apache_avro::types::Value as Avro;
use palinode_core::Value;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// A value that knows its schema. Arrays repeat one item and maps hold one entry, so that order is no question.
#[derive(Clone, Debug)]
pub(crate) enum Datum {
    Null,
    Boolean(bool),
    Int(i32),
    Long(i64),
    Timestamp(i64),
    Float(f32),
    Double(f64),
    Bytes(Vec<u8>),
    String(String),
    Fixed([u8; 3]),
    Enum(usize),
    Array(Box<Datum>, usize),
    Map(Box<Datum>, Option<String>),
    Optional(Box<Datum>, bool),
    Union(usize, i64, String),
    Record(Vec<Datum>),
}

const SYMBOLS: [&str; 3] = ["RED", "GREEN", "BLUE"];

/// A record of random fields.
pub(crate) fn record() -> impl Strategy<Value = Datum> {
    proptest::collection::vec(datum(), 0..6).prop_map(Datum::Record)
}

fn datum() -> impl Strategy<Value = Datum> {
    let leaf = prop_oneof![
        Just(Datum::Null),
        any::<bool>().prop_map(Datum::Boolean),
        any::<i32>().prop_map(Datum::Int),
        any::<i64>().prop_map(Datum::Long),
        any::<i64>().prop_map(Datum::Timestamp),
        (-1e9_f32..1e9).prop_map(Datum::Float),
        (-1e9_f64..1e9).prop_map(Datum::Double),
        proptest::collection::vec(any::<u8>(), 0..20).prop_map(Datum::Bytes),
        "\\PC{0,20}".prop_map(Datum::String),
        any::<[u8; 3]>().prop_map(Datum::Fixed),
        (0..SYMBOLS.len()).prop_map(Datum::Enum),
        (0..3_usize, any::<i64>(), "[a-z]{0,5}").prop_map(|(branch, number, text)| Datum::Union(branch, number, text)),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            (inner.clone(), 0..4_usize).prop_map(|(item, count)| Datum::Array(Box::new(item), count)),
            (inner.clone(), proptest::option::of("[a-z]{0,5}")).prop_map(|(item, key)| Datum::Map(Box::new(item), key)),
            (inner.clone(), any::<bool>()).prop_map(|(item, present)| {
                // A union holds no union, and null only once.
                let item = match item {
                    nested @ (Datum::Null | Datum::Optional(..) | Datum::Union(..)) => Datum::Record(vec![nested]),
                    other => other,
                };
                Datum::Optional(Box::new(item), present)
            }),
            proptest::collection::vec(inner, 0..5).prop_map(Datum::Record),
        ]
    })
}

impl Datum {
    /// The schema's text.
    pub(crate) fn schema(&self) -> String {
        self.schema_json(&mut 0).to_string()
    }

    fn schema_json(&self, names: &mut usize) -> Json {
        *names += 1;
        let name = format!("Type{names}");
        match self {
            Self::Null => json!("null"),
            Self::Boolean(_) => json!("boolean"),
            Self::Int(_) => json!("int"),
            Self::Long(_) => json!("long"),
            Self::Timestamp(_) => json!({"type": "long", "logicalType": "timestamp-millis"}),
            Self::Float(_) => json!("float"),
            Self::Double(_) => json!("double"),
            Self::Bytes(_) => json!("bytes"),
            Self::String(_) => json!("string"),
            Self::Fixed(_) => json!({"type": "fixed", "name": name, "size": 3}),
            Self::Enum(_) => json!({"type": "enum", "name": name, "symbols": SYMBOLS}),
            Self::Array(item, _) => json!({"type": "array", "items": item.schema_json(names)}),
            Self::Map(item, _) => json!({"type": "map", "values": item.schema_json(names)}),
            Self::Optional(item, _) => json!(["null", item.schema_json(names)]),
            Self::Union(..) => json!(["null", "long", "string"]),
            Self::Record(fields) => {
                let fields: Vec<_> = (0..)
                    .zip(fields)
                    .map(|(at, field): (u32, _)| json!({"name": format!("f{at}"), "type": field.schema_json(names)}))
                    .collect();
                json!({"type": "record", "name": name, "namespace": "random", "fields": fields})
            }
        }
    }

    /// The value as `apache_avro` has it.
    pub(crate) fn avro(&self) -> Avro {
        match self {
            Self::Null => Avro::Null,
            Self::Boolean(value) => Avro::Boolean(*value),
            Self::Int(value) => Avro::Int(*value),
            Self::Long(value) => Avro::Long(*value),
            Self::Timestamp(value) => Avro::TimestampMillis(*value),
            Self::Float(value) => Avro::Float(*value),
            Self::Double(value) => Avro::Double(*value),
            Self::Bytes(bytes) => Avro::Bytes(bytes.clone()),
            Self::String(text) => Avro::String(text.clone()),
            Self::Fixed(bytes) => Avro::Fixed(3, bytes.to_vec()),
            Self::Enum(at) => Avro::Enum(u32::try_from(*at).unwrap(), SYMBOLS[*at].to_owned()),
            Self::Array(item, count) => Avro::Array(vec![item.avro(); *count]),
            Self::Map(item, key) => Avro::Map(
                key.iter()
                    .map(|key| (key.clone(), item.avro()))
                    .collect::<HashMap<_, _>>(),
            ),
            Self::Optional(item, true) => Avro::Union(1, Box::new(item.avro())),
            Self::Optional(_, false) | Self::Union(0, ..) => Avro::Union(0, Box::new(Avro::Null)),
            Self::Union(1, number, _) => Avro::Union(1, Box::new(Avro::Long(*number))),
            Self::Union(_, _, text) => Avro::Union(2, Box::new(Avro::String(text.clone()))),
            Self::Record(fields) => Avro::Record(
                (0..)
                    .zip(fields)
                    .map(|(at, field): (u32, _)| (format!("f{at}"), field.avro()))
                    .collect(),
            ),
        }
    }

    /// The value as the core has it.
    pub(crate) fn core(&self) -> Value {
        match self {
            Self::Null | Self::Optional(_, false) | Self::Union(0, ..) => Value::Null,
            Self::Boolean(value) => Value::Boolean(*value),
            Self::Int(value) => Value::Long(i64::from(*value)),
            Self::Long(value) | Self::Timestamp(value) | Self::Union(1, value, _) => Value::Long(*value),
            Self::Float(value) => Value::Double(f64::from(*value)),
            Self::Double(value) => Value::Double(*value),
            Self::Bytes(bytes) => Value::Bytes(bytes.clone().into()),
            Self::Fixed(bytes) => Value::Bytes(bytes.to_vec().into()),
            Self::String(text) | Self::Union(_, _, text) => Value::String(text.as_str().into()),
            Self::Enum(at) => Value::String(SYMBOLS[*at].into()),
            Self::Array(item, count) => Value::List(vec![item.core(); *count]),
            Self::Map(item, key) => Value::Record(key.iter().map(|key| (key.as_str().into(), item.core())).collect()),
            Self::Optional(item, true) => item.core(),
            Self::Record(fields) => Value::Record(
                (0..)
                    .zip(fields)
                    .map(|(at, field): (u32, _)| (format!("f{at}").into(), field.core()))
                    .collect(),
            ),
        }
    }

    /// The bytes that `apache_avro` writes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let schema = apache_avro::Schema::parse_str(&self.schema()).unwrap();
        let writer = apache_avro::writer::datum::GenericDatumWriter::builder(&schema)
            .build()
            .unwrap();
        writer.write_value_to_vec(self.avro()).unwrap()
    }
}
