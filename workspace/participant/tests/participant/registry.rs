//! Schemas come from a registry over HTTP.

use std::sync::Arc;

use palinode_participant::{Codec, Record, Registry, SchemaId, SchemaSource};
use palinode_sandbox::registry;

use crate::till::{Paid, Pay, pay};

#[test]
fn two_services_share_the_schemas_of_a_registry() {
    let served = registry::Registry::start(registry::Settings::default()).unwrap();
    let writer = Codec::new(Arc::new(Registry::new(&served.url()).unwrap()));
    let reader = Codec::new(Arc::new(Registry::new(&served.url()).unwrap()));
    let framed = writer.encode(&pay("7", 5)).unwrap();
    assert_eq!(reader.decode::<Pay>(&framed).unwrap(), pay("7", 5));
    assert_eq!(
        reader.encode(&pay("7", 5)).unwrap(),
        framed,
        "the same text has the same id"
    );
    assert_eq!(
        reader.decode::<Paid>(&framed).unwrap_err().code(),
        "UNDECODABLE",
        "another record is refused"
    );
}

#[test]
fn a_registry_that_does_not_know_differs_from_one_that_does_not_answer() {
    let served = registry::Registry::start(registry::Settings::default()).unwrap();
    let source = Registry::new(&served.url()).unwrap();
    let unknown = source.schema_of(SchemaId(99)).unwrap_err();
    assert_eq!((unknown.code(), unknown.is_retriable()), ("UNKNOWN_SCHEMA", false));
    let refused = source.register(Pay::NAME, "no schema").unwrap_err();
    assert_eq!((refused.code(), refused.is_retriable()), ("UNUSABLE_SCHEMA", false));
    drop(served);
    let away = source.register(Pay::NAME, Pay::SCHEMA).unwrap_err();
    assert_eq!((away.code(), away.is_retriable()), ("SCHEMA_UNAVAILABLE", true));
    assert!(Registry::new("not an address").is_err());
}
