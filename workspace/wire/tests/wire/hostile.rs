//! Bytes and schemas that mean harm: a refusal, never a panic, and never more memory or time than the bytes are worth.

use palinode_core::{SchemaId, Value};
use palinode_wire::{
    Schemas,
    avro::{CompileError, EMPTY_VALUES_MAX, Malformed, Shape},
    outcome::OutcomeRecord,
    own,
    typed::RecordCodec,
};
use proptest::prelude::*;

use crate::{
    datum,
    support::{journal_schemas, path, schema_text},
};

/// Values within a value.
fn size(value: &Value) -> usize {
    1 + match value {
        Value::List(items) => items.iter().map(size).sum(),
        Value::Record(fields) => fields.iter().map(|(_, value)| size(value)).sum(),
        _ => 0,
    }
}

fn read_every_way(shape: &Shape, bytes: &[u8]) {
    if let Ok(value) = shape.value(bytes) {
        assert!(size(&value) <= EMPTY_VALUES_MAX + 8 * (bytes.len() + 8));
    }
    let _ = shape.check(bytes);
    let _ = shape.skip(&mut &*bytes);
    for name in [
        "f0",
        "f1.f0",
        "f2.0.f1",
        "order_id",
        "items.1.sku",
        "stages.3.step",
        "attributes.x",
    ] {
        let _ = shape.value_at(bytes, &path(name));
    }
}

proptest! {
    #[test]
    fn random_bytes_never_panic(datum in datum::record(), bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        read_every_way(&Shape::parse(&datum.schema()).unwrap(), &bytes);
        for record in ["shop.orders.OrderPlaced", "palinode.Outcome", "palinode.journal.PositionsAdvanced"] {
            read_every_way(&Shape::parse(&schema_text(record)).unwrap(), &bytes);
        }
    }

    #[test]
    fn damaged_bytes_never_panic(datum in datum::record(), at in any::<prop::sample::Index>(), byte: u8, cut in any::<prop::sample::Index>()) {
        let shape = Shape::parse(&datum.schema()).unwrap();
        let mut bytes = datum.bytes();
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = byte;
            bytes.truncate(cut.index(bytes.len() + 1));
        }
        read_every_way(&shape, &bytes);
    }

    #[test]
    fn our_own_records_never_panic(id in 0_u32..10, bytes in proptest::collection::vec(prop_oneof![0_u8..8, any::<u8>()], 0..120)) {
        let mut framed = vec![0];
        framed.extend(id.to_be_bytes());
        framed.extend(bytes);
        let _ = journal_schemas().read(&Schemas::default(), &framed.clone().into());
        let codec = RecordCodec::new(own::OUTCOME.text, SchemaId(id)).unwrap();
        let _ = OutcomeRecord::decode(&codec, &framed, &Schemas::default());
    }
}

/// An array whose writer claims `count` items.
fn claims(count: i64) -> Vec<u8> {
    let mut zigzag = ((count << 1) ^ (count >> 63)).cast_unsigned();
    let mut bytes = Vec::new();
    while zigzag >= 0x80 {
        bytes.push(u8::try_from(zigzag & 0x7f).unwrap() | 0x80);
        zigzag >>= 7;
    }
    bytes.push(u8::try_from(zigzag).unwrap());
    bytes
}

#[test]
fn an_array_of_nearly_endless_nulls_is_refused() {
    let shape = Shape::parse(r#"{"type": "array", "items": "null"}"#).unwrap();
    assert_eq!(shape.value(&claims(1 << 60)), Err(Malformed::TooManyEmpty));
    assert_eq!(shape.check(&claims(1 << 60)), Err(Malformed::TooManyEmpty));
    let empty_records = r#"{"type": "array", "items": {"type": "record", "name": "E", "fields": []}}"#;
    assert_eq!(
        Shape::parse(empty_records).unwrap().value(&claims(1 << 60)),
        Err(Malformed::TooManyEmpty)
    );
    let codec = RecordCodec::new(empty_records, SchemaId(0)).unwrap();
    let framed = [&[0, 0, 0, 0, 0], claims(1 << 60).as_slice()].concat();
    let read = codec.decode::<Vec<serde_json::Value>>(&framed, &Schemas::default());
    assert_eq!(read, Err(Malformed::TooManyEmpty.into()));
}

#[test]
fn lengths_beyond_the_bytes_are_refused() {
    let string = Shape::parse(r#""string""#).unwrap();
    assert_eq!(string.value(&claims(i64::MAX)), Err(Malformed::EndOfBytes));
    assert_eq!(string.value(&claims(-1)), Err(Malformed::NegativeLength(-1)));
    assert_eq!(string.value(&[0xff; 11]), Err(Malformed::LongNumber));
    assert_eq!(string.value(&[0xff; 3]), Err(Malformed::EndOfBytes));
    assert_eq!(string.value(&[2, 0xff]), Err(Malformed::NotText));
    assert_eq!(string.check(&[2, 0xff]), Err(Malformed::NotText));
    assert_eq!(string.check(&[2, b'a', b'b']), Err(Malformed::TrailingBytes(1)));
    let sized = [claims(-1), claims(i64::MAX)].concat();
    let array = Shape::parse(r#"{"type": "array", "items": "long"}"#).unwrap();
    assert_eq!(array.skip(&mut sized.as_slice()), Err(Malformed::EndOfBytes));
}

#[test]
fn endless_nesting_is_refused() {
    let list = r#"{"type": "record", "name": "L", "fields": [{"name": "next", "type": ["null", "L"]}]}"#;
    let shape = Shape::parse(list).unwrap();
    assert_eq!(shape.value(&[2; 100_000]), Err(Malformed::TooDeep));
    assert_eq!(shape.check(&[2; 100_000]), Err(Malformed::TooDeep));
    let mut framed = vec![0, 0, 0, 0, 0];
    framed.extend([2; 100_000]);
    let codec = RecordCodec::new(list, SchemaId(0)).unwrap();
    let read = codec.decode::<serde_json::Value>(&framed, &Schemas::default());
    assert_eq!(read, Err(Malformed::TooDeep.into()));
}

#[test]
fn hostile_schemas_are_refused() {
    assert!(matches!(Shape::parse("{"), Err(CompileError::Parse(_))));
    let fields: Vec<_> = (0..20_000)
        .map(|at| format!(r#"{{"name": "f{at}", "type": "int"}}"#))
        .collect();
    let wide = format!(r#"{{"type": "record", "name": "W", "fields": [{}]}}"#, fields.join(","));
    assert!(matches!(Shape::parse(&wide), Err(CompileError::TooLarge)));
    let unknown = r#"{"type": "record", "name": "U", "fields": [{"name": "f", "type": "Missing"}]}"#;
    assert!(Shape::parse(unknown).is_err());
    let misfit = r#"{"type": "record", "name": "M", "fields": [{"name": "f", "type": "int", "default": "x"}]}"#;
    assert!(Shape::parse(misfit).is_err());
}
