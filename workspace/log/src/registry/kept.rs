//! The schemas that were met, kept in a topic of ours, so that they outlive the registry: a node starts and replays
//! while it is down.
//!
//! A record's key is the schema's id, its value JSON: the record's name, the fingerprint, the text. Not Avro, because
//! reading it would need a schema. Keeping is no part of any transaction: writing the same once more does no harm.

use std::collections::BTreeMap;

use bytes::Bytes;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::SchemaId;
use crate::{Error, kafka::CompactedTopic};

/// The schemas that were met. Its calls block.
#[derive(Debug)]
pub struct KeptSchemas {
    topic: CompactedTopic,
    known: Mutex<BTreeMap<SchemaId, KeptSchema>>,
}

/// A schema that was met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptSchema {
    /// The full name of the record that it describes; none when it is no record's.
    pub record: Option<String>,
    /// SHA-256 of the text without its white space, in hexadecimal.
    pub fingerprint: String,
    /// The text.
    pub text: String,
}

impl KeptSchema {
    /// The schema with this text.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let schema: Option<serde_json::Value> = serde_json::from_str(&text).ok();
        let compact = schema.as_ref().map_or_else(|| text.clone(), ToString::to_string);
        Self {
            record: schema.as_ref().and_then(record_name),
            fingerprint: Sha256::digest(compact)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
            text,
        }
    }
}

impl KeptSchemas {
    /// Reads what `topic` keeps. A record that cannot be read is passed over.
    ///
    /// # Errors
    /// When the topic does not exist or the broker does not answer.
    pub fn read(topic: CompactedTopic) -> Result<Self, Error> {
        let known = Mutex::new(decoded(&topic)?);
        Ok(Self { topic, known })
    }

    /// All of them, by id.
    pub fn all(&self) -> BTreeMap<SchemaId, KeptSchema> {
        self.known.lock().clone()
    }

    /// Keeps the schemas that are not kept yet.
    ///
    /// # Errors
    /// When the broker does not answer or refuses.
    pub fn keep<'a>(&self, schemas: impl IntoIterator<Item = (SchemaId, &'a str)>) -> Result<(), Error> {
        let is_new = |id: &SchemaId| !self.known.lock().contains_key(id);
        let new: Vec<(SchemaId, KeptSchema)> = schemas
            .into_iter()
            .filter(|(id, _)| is_new(id))
            .map(|(id, text)| (id, KeptSchema::new(text)))
            .collect();
        let records: Vec<(Bytes, Bytes)> = new
            .iter()
            .filter_map(|(id, schema)| Some((id.0.to_string().into(), serde_json::to_vec(schema).ok()?.into())))
            .collect();
        self.topic.write(&records)?;
        self.known.lock().extend(new);
        Ok(())
    }

    /// The text of a schema; the topic is read again when it is not known here, for another member may have met it.
    ///
    /// # Errors
    /// When the broker does not answer.
    pub fn find(&self, id: SchemaId) -> Result<Option<String>, Error> {
        let known = |kept: &BTreeMap<SchemaId, KeptSchema>| kept.get(&id).map(|schema| schema.text.clone());
        if let Some(text) = known(&self.known.lock()) {
            return Ok(Some(text));
        }
        let read = decoded(&self.topic)?;
        let found = known(&read);
        self.known.lock().extend(read);
        Ok(found)
    }
}

fn decoded(topic: &CompactedTopic) -> Result<BTreeMap<SchemaId, KeptSchema>, Error> {
    let mut schemas = BTreeMap::new();
    for (key, value) in topic.read()? {
        let id = std::str::from_utf8(&key).ok().and_then(|text| text.parse().ok());
        match (id, serde_json::from_slice(&value)) {
            (Some(id), Ok(schema)) => drop(schemas.insert(SchemaId(id), schema)),
            _ => tracing::warn!(key = %key.escape_ascii(), "a schema that was kept cannot be read"),
        }
    }
    Ok(schemas)
}

fn record_name(schema: &serde_json::Value) -> Option<String> {
    if schema.get("type")? != "record" {
        return None;
    }
    let name = schema.get("name")?.as_str()?;
    Some(match schema.get("namespace").and_then(serde_json::Value::as_str) {
        Some(namespace) if !name.contains('.') => format!("{namespace}.{name}"),
        _ => name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_changes_no_fingerprint_and_content_does() {
        let of = |text: &str| KeptSchema::new(text).fingerprint;
        let (one, spaced) = (
            r#"{"type":"record","name":"A","fields":[]}"#,
            "{ \"type\": \"record\",\n \"name\": \"A\", \"fields\": [] }",
        );
        assert_eq!(of(one), of(spaced));
        assert_eq!(of(one).len(), 64);
        assert_ne!(of(one), of(r#"{"type":"record","name":"B","fields":[]}"#));
    }

    #[test]
    fn a_schema_knows_its_record() {
        let record = |text: &str| KeptSchema::new(text).record;
        assert_eq!(
            record(r#"{"type":"record","name":"A","namespace":"shop"}"#).as_deref(),
            Some("shop.A")
        );
        assert_eq!(
            record(r#"{"type":"record","name":"shop.A","namespace":"x"}"#).as_deref(),
            Some("shop.A")
        );
        assert_eq!(record("\"string\""), None);
    }
}
