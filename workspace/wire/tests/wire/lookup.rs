//! Looking up fields, held against what `apache_avro` wrote.

use palinode_core::{FieldName, Value};
use palinode_wire::avro::Shape;
use proptest::prelude::*;

use crate::{
    datum,
    support::{path, text},
};

/// Every path into `value`, with what stands there.
fn paths(value: &Value, prefix: &[FieldName], out: &mut Vec<(Vec<FieldName>, Value)>) {
    out.push((prefix.to_vec(), value.clone()));
    let mut into = |name: FieldName, inner: &Value| {
        let mut longer = prefix.to_vec();
        longer.push(name);
        paths(inner, &longer, out);
    };
    match value {
        Value::Record(fields) => fields.iter().for_each(|(name, inner)| into(name.clone(), inner)),
        Value::List(items) => (0..)
            .zip(items)
            .for_each(|(at, inner): (u32, _)| into(at.to_string().into(), inner)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn what_apache_avro_wrote_is_read_as_it_was_meant(datum in datum::record()) {
        let shape = Shape::parse(&datum.schema()).unwrap();
        let bytes = datum.bytes();
        prop_assert_eq!(shape.value(&bytes).unwrap(), datum.core());
        prop_assert_eq!(shape.check(&bytes), Ok(()));

        let mut rest = [bytes.as_slice(), b"behind"].concat();
        let mut slice = rest.as_mut_slice() as &[u8];
        shape.skip(&mut slice).unwrap();
        prop_assert_eq!(slice, b"behind");
    }

    #[test]
    fn every_field_is_found_by_its_path(datum in datum::record()) {
        let shape = Shape::parse(&datum.schema()).unwrap();
        let bytes = datum.bytes();
        let mut expected = Vec::new();
        paths(&datum.core(), &[], &mut expected);
        for (path, value) in expected {
            prop_assert_eq!(shape.value_at(&bytes, &path).unwrap(), Some(value), "{:?}", path);
        }
    }
}

const ORDER: &str = r#"{"type": "record", "name": "Order", "namespace": "shop", "fields": [
    {"name": "address", "type": ["null", {"type": "record", "name": "Address", "fields": [
        {"name": "street", "type": "string"}, {"name": "next", "type": ["null", "Address"]}]}]},
    {"name": "prices", "type": {"type": "map", "values": "int"}},
    {"name": "other", "type": ["null", "Address"]},
    {"name": "id", "type": {"type": "string", "logicalType": "uuid"}},
    {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}}
]}"#;

/// No address; the map in a block that tells its size; another address with one more within.
fn order_bytes() -> Vec<u8> {
    let mut bytes = vec![0];
    bytes.extend([3, 12, 2, b'a', 2, 2, b'b', 4, 0]);
    bytes.extend([2, 2, b'x', 2, 2, b'y', 0]);
    bytes.extend([2, b'u', 4, 1, 2]);
    bytes
}

#[test]
fn unions_references_and_sized_blocks_are_looked_through() {
    let shape = Shape::parse(ORDER).unwrap();
    let at = |text: &str| shape.value_at(&order_bytes(), &path(text)).unwrap();
    assert_eq!(at("address"), Some(Value::Null));
    assert_eq!(
        at("address.street"),
        Some(Value::Null),
        "below a null there are only nulls"
    );
    assert_eq!(at("prices.b"), Some(Value::Long(2)));
    assert_eq!(at("prices.c"), None);
    assert_eq!(at("other.street"), Some(text("x")));
    assert_eq!(at("other.next.street"), Some(text("y")));
    assert_eq!(at("other.next.next.street"), Some(Value::Null));
    assert_eq!(at("other.city"), None);
    assert_eq!(at("id"), Some(text("u")));
    assert_eq!(at("id.more"), None);
    assert_eq!(at("price"), Some(Value::Bytes(vec![1, 2].into())));
    assert_eq!(at("nothing"), None);
}

#[test]
fn an_error_names_the_field_and_says_what_is_wrong() {
    let shape = Shape::parse(ORDER).unwrap();
    let error = shape.value_at(&order_bytes()[..12], &path("other.street")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the field 'other.street' cannot be read: the bytes end within a value"
    );
}

#[test]
fn types_are_found_by_the_same_paths() {
    use palinode_wire::avro::Kind;
    let shape = Shape::parse(ORDER).unwrap();
    let street = shape.type_at(&path("other.next.street")).unwrap();
    assert!(matches!(street.kind(), Kind::String) && !street.is_nullable());
    let address = shape.type_at(&path("address")).unwrap();
    let Kind::Record(record) = address.kind() else {
        panic!("{address:?}")
    };
    assert!(address.is_nullable());
    assert_eq!(record.name().as_str(), "shop.Address");
    assert_eq!(
        record
            .fields()
            .map(|field| field.name().to_string())
            .collect::<Vec<_>>(),
        ["street", "next"]
    );
    assert!(matches!(shape.type_at(&path("prices.any")).unwrap().kind(), Kind::Int));
    assert!(shape.type_at(&path("id.more")).is_none());
}
