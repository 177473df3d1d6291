//! The schemas that are known here.

use palinode_core::{Decoder, Payload, SchemaId, Value};
use palinode_wire::{SchemaError, Schemas};

use crate::support::{path, schema_text, text, with};

#[test]
fn a_field_of_a_payload_is_found_by_the_writers_schema() {
    let schemas = with(Schemas::default(), 4, &schema_text("shop.payments.PaymentFailed"));
    let payload = Payload {
        schema: SchemaId(4),
        bytes: b"\x06o-1\x18BANK_REFUSED\x04no".as_slice().into(),
    };
    assert_eq!(schemas.value(&payload, &path("code")), Ok(Some(text("BANK_REFUSED"))));
    assert_eq!(schemas.value(&payload, &path("amount")), Ok(None));
    schemas.check(&payload).unwrap();
    let unknown = Payload {
        schema: SchemaId(5),
        ..payload
    };
    let error = schemas.value(&unknown, &path("code")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the field 'code' cannot be read: the schema 5 is not known here"
    );
    assert!(matches!(
        schemas.check(&unknown),
        Err(SchemaError::UnknownId(SchemaId(5)))
    ));
}

#[test]
fn records_are_written_by_the_schema_that_was_added_last() {
    let old = r#"{"type": "record", "name": "R", "namespace": "n", "fields": []}"#;
    let new = r#"{"type": "record", "name": "R", "namespace": "n", "fields": [{"name": "x", "type": "int"}]}"#;
    let schemas = with(with(Schemas::default(), 9, old), 3, new);
    assert_eq!(schemas.id_of("n.R"), Some(SchemaId(3)));
    assert_eq!(schemas.record_name(SchemaId(9)).unwrap().as_str(), "n.R");
    assert_eq!(schemas.ids(), [SchemaId(3), SchemaId(9)]);
    let mut out = Vec::new();
    let encoder = schemas.encoder(&"n.R".into(), &path("x")).unwrap();
    encoder.encode(&[Value::Long(1)], &mut out).unwrap();
    assert_eq!(out, [0, 0, 0, 0, 3, 2]);
    assert!(matches!(
        schemas.encoder(&"n.S".into(), &[]),
        Err(SchemaError::UnknownRecord(_))
    ));
    assert!(matches!(
        schemas.encoder(&"n.R".into(), &[]),
        Err(SchemaError::Fields { .. })
    ));
}

#[test]
fn a_clone_does_not_see_what_is_added_later() {
    let mut schemas = with(Schemas::default(), 1, r#""string""#);
    let snapshot = schemas.clone();
    schemas.add(SchemaId(2), r#""long""#).unwrap();
    assert!(schemas.contains(SchemaId(2)) && !snapshot.contains(SchemaId(2)) && snapshot.contains(SchemaId(1)));
    assert_eq!(snapshot.record_name(SchemaId(1)), None, "a schema may be no record");
}

#[test]
fn references_may_come_in_any_order() {
    let outer = r#"{"type": "record", "name": "n.Outer", "fields": [{"name": "middle", "type": "n.Middle"}]}"#;
    let middle = r#"{"type": "record", "name": "n.Middle", "fields": [{"name": "inner", "type": "n.Inner"}]}"#;
    let inner = r#"{"type": "record", "name": "n.Inner", "fields": [{"name": "x", "type": "int"}]}"#;
    let mut schemas = Schemas::default();
    schemas
        .add_with_references(SchemaId(1), outer, &[middle, inner])
        .unwrap();
    let payload = Payload {
        schema: SchemaId(1),
        bytes: vec![4].into(),
    };
    assert_eq!(
        schemas.value(&payload, &path("middle.inner.x")),
        Ok(Some(Value::Long(2)))
    );
    assert!(matches!(
        schemas.add(SchemaId(2), outer),
        Err(SchemaError::Unusable { .. })
    ));
}
