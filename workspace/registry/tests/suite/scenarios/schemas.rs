//! Schemas that the scenarios use.

/// A record with these fields, written as Avro's library for Java writes it.
pub(super) fn record(name: &str, fields: &[&str]) -> String {
    let fields = fields.join(",");
    format!(r#"{{"type":"record","name":"{name}","namespace":"shop","fields":[{fields}]}}"#)
}

pub(super) const ID: &str = r#"{"name":"id","type":"string"}"#;
pub(super) const ID_AS_LONG: &str = r#"{"name":"id","type":"long"}"#;
pub(super) const AMOUNT: &str = r#"{"name":"amount","type":"long"}"#;
pub(super) const AMOUNT_OR_0: &str = r#"{"name":"amount","type":"long","default":0}"#;
pub(super) const NOTE: &str = r#"{"name":"note","type":"string"}"#;
