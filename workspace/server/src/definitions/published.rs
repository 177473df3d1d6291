//! The topic of definitions: what is published there, and publishing.
//!
//! A version has one record, and its text never changes. That holds because there is one writer at a time: whoever wants
//! to write takes the right to, reads the topic to its end, and writes only when nobody took the right from it meanwhile.

use std::{collections::BTreeMap, sync::Arc, thread, time::Duration};

use bytes::Bytes;
use palinode_core::{DefinitionName, Plan, SchemaId, Timestamp};
use palinode_log::{
    Outcome,
    kafka::{self, CompactedTopic},
    registry::{self, KeptSchemas},
};
use palinode_wire::{Schemas, definition::DefinitionRecord, frame, own, typed::RecordCodec};

use crate::Error;

/// The topic of definitions, without the application's prefix.
const TOPIC: &str = "palinode.definitions";

/// How often the right to write is taken again after somebody else took it. Nodes that start at the same time publish the
/// same files, and the first one leaves nothing to do for the others.
const TRIES_MAX: u32 = 20;

/// The pause before the next try, times the number of tries so far.
const TRY_PAUSE: Duration = Duration::from_millis(50);

/// Everything that is published, by definition and version.
pub type Published = BTreeMap<(DefinitionName, u32), DefinitionRecord>;

/// A version that is to be published.
#[derive(Clone, Debug)]
pub struct Publication {
    /// Its plan.
    pub plan: Arc<Plan>,
    /// Its text.
    pub text: String,
    /// Who publishes it.
    pub by: Arc<str>,
    /// When.
    pub at: Timestamp,
}

impl Publication {
    /// Whether it is to be written; an error when another text is published under its number.
    ///
    /// # Errors
    /// [`Error::PublishedOtherwise`]
    pub fn is_new(&self, published: &Published) -> Result<bool, Error> {
        let Plan {
            name, version, hash, ..
        } = &*self.plan;
        match published.get(&(name.clone(), *version)) {
            None => Ok(true),
            Some(known) if known.hash == *hash => Ok(false),
            Some(known) => Err(Error::PublishedOtherwise {
                definition: name.to_string(),
                version: *version,
                published: known.hash.to_string(),
                found: hash.to_string(),
            }),
        }
    }

    /// As the topic holds it.
    pub(crate) fn record(&self) -> DefinitionRecord {
        DefinitionRecord {
            definition: self.plan.name.clone(),
            version: self.plan.version,
            hash: Arc::clone(&self.plan.hash),
            owner: Arc::clone(&self.plan.owner),
            text: self.text.as_str().into(),
            published_at: self.at,
            published_by: Arc::clone(&self.by),
            retired_at: None,
            retired_by: None,
        }
    }
}

/// The topic of definitions. Its calls block.
#[derive(Clone, Debug)]
pub struct PublishedDefinitions {
    topic: CompactedTopic,
    writer: String,
    kept: Arc<KeptSchemas>,
}

impl PublishedDefinitions {
    /// The topic of the application with `topic_prefix`. `kept` knows the schemas of its records.
    pub fn new(settings: kafka::Settings, topic_prefix: &str, kept: Arc<KeptSchemas>) -> Self {
        let name = format!("{topic_prefix}{TOPIC}");
        Self {
            writer: format!("{name}-writer"),
            topic: CompactedTopic::new(settings, name),
            kept,
        }
    }

    /// Everything that is published.
    ///
    /// # Errors
    /// When the topic does not exist, the broker does not answer, or a record cannot be read.
    pub fn read(&self) -> Result<Published, Error> {
        let unreadable = |key: &Bytes, reason: &dyn std::fmt::Display| Error::Published {
            reason: format!(
                "the record '{}' of '{TOPIC}' cannot be read: {reason}",
                key.escape_ascii()
            ),
        };
        let codec = codec(SchemaId(0))?;
        let mut schemas = Schemas::default();
        let mut published = Published::new();
        for (key, value) in self.topic.read()? {
            let id = frame::schema_id(&value).map_err(|error| unreadable(&key, &error))?;
            if !schemas.contains(id) {
                let text = self.kept.find(registry::SchemaId(id.0))?;
                let text = text.ok_or_else(|| unreadable(&key, &"its schema is not kept in 'palinode.schemas'"))?;
                schemas.add(id, text).map_err(|error| unreadable(&key, &error))?;
            }
            let record =
                DefinitionRecord::decode(&codec, &value, &schemas).map_err(|error| unreadable(&key, &error))?;
            published.insert((record.definition.clone(), record.version), record);
        }
        Ok(published)
    }

    /// Publishes those of `publications` that are not published yet; gives everything that is published then.
    ///
    /// # Errors
    /// [`Error::PublishedOtherwise`] when a version is published with another text; then none is published. As
    /// [`PublishedDefinitions::read`], and when the broker refuses.
    pub fn publish(&self, schema: SchemaId, publications: &[Publication]) -> Result<Published, Error> {
        self.update(schema, |published| {
            let mut new = Vec::new();
            for publication in publications {
                if publication.is_new(published)? {
                    new.push(publication.record());
                }
            }
            Ok(new)
        })
    }

    /// Writes what `change` gives for everything that is published, as if nobody else wrote at that time; gives
    /// everything that is published then. `schema` is the id of `palinode.Definition`.
    ///
    /// # Errors
    /// Those of `change`, as [`PublishedDefinitions::read`], and when the broker refuses.
    pub fn update(
        &self,
        schema: SchemaId,
        change: impl Fn(&Published) -> Result<Vec<DefinitionRecord>, Error>,
    ) -> Result<Published, Error> {
        let codec = codec(schema)?;
        self.kept.keep([(registry::SchemaId(schema.0), own::DEFINITION.text)])?;
        let mut trouble = String::new();
        for tries in 1..=TRIES_MAX {
            let writer = self.topic.exclusively(&self.writer)?;
            let mut published = self.read()?;
            let new = change(&published)?;
            if new.is_empty() {
                return Ok(published);
            }
            match writer.commit(&encoded(&new, &codec)?) {
                Outcome::Committed { .. } => {
                    let versions = new.into_iter();
                    published.extend(versions.map(|record| ((record.definition.clone(), record.version), record)));
                    return Ok(published);
                }
                Outcome::Fenced => trouble = "others publish all the time".into(),
                // A broker that is away is met by the next try.
                Outcome::Aborted { reason, .. } | Outcome::Indefinite { reason } => trouble = reason,
            }
            thread::sleep(TRY_PAUSE * tries);
        }
        Err(Error::Published { reason: trouble })
    }
}

fn encoded(records: &[DefinitionRecord], codec: &RecordCodec) -> Result<Vec<(Bytes, Bytes)>, Error> {
    let encode = |record: &DefinitionRecord| {
        let mut value = Vec::new();
        record.encode(codec, &mut value).map_err(|error| Error::Published {
            reason: format!("the record '{}' cannot be written: {error}", record.key()),
        })?;
        Ok((record.key().into(), value.into()))
    };
    records.iter().map(encode).collect()
}

fn codec(schema: SchemaId) -> Result<RecordCodec, Error> {
    DefinitionRecord::codec(schema).map_err(|error| Error::Published {
        reason: format!("our own schema cannot be used: {error}"),
    })
}
