//! Reads the sagas of one definition from the topic of a journal, by the schemas that the nodes have kept: no registry is
//! asked.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, ensure};
use bytes::Bytes;
use palinode_core::SchemaId;
use palinode_log::kafka;
use palinode_scenario::Recording;
use palinode_wire::frame;

use crate::cluster::{Cluster, Reached, kept_schemas};

/// Events that are held in memory: some two gigabytes. A longer journal is cut by its owner, or replayed by a day's copy.
const EVENTS_MAX: usize = 2_000_000;

/// A recording in the making.
struct Reader {
    recording: Recording,
    kept: BTreeMap<SchemaId, String>,
    known: BTreeSet<SchemaId>,
}

/// Reads all events of sagas of `definition`.
pub(super) fn read(topic: &str, cluster: &Cluster, definition: &str) -> anyhow::Result<Recording> {
    let Reached {
        kafka: settings,
        topic_prefix,
        ..
    } = cluster.reach(None)?;
    let mut reader = Reader {
        recording: Recording::new()?,
        kept: kept_schemas(&settings, &topic_prefix)?,
        known: BTreeSet::new(),
    };
    let topic = format!("{topic_prefix}{topic}");
    let mut refused: Option<anyhow::Error> = None;
    kafka::scan(&settings, std::slice::from_ref(&topic), None, |record| {
        if let (None, Some(value)) = (&refused, record.value.as_ref()) {
            refused = reader.take(value, definition).err();
        }
    })
    .with_context(|| format!("the journal '{topic}' cannot be read"))?;
    if let Some(error) = refused {
        return Err(error);
    }
    for schema in reader.recording.unknown_schemas() {
        reader.learn(schema)?;
    }
    Ok(reader.recording)
}

impl Reader {
    fn take(&mut self, value: &Bytes, definition: &str) -> anyhow::Result<()> {
        self.learn(frame::schema_id(value)?)?;
        self.recording.add(value, Some(definition))?;
        ensure!(
            self.recording.len() <= EVENTS_MAX,
            "the journal has more than {EVENTS_MAX} events of '{definition}'"
        );
        Ok(())
    }

    fn learn(&mut self, schema: SchemaId) -> anyhow::Result<()> {
        if self.known.insert(schema) {
            let text = self.kept.get(&schema);
            let text = text.with_context(|| format!("no node has kept the schema {}", schema.0))?;
            self.recording.add_schema(schema, text)?;
        }
        Ok(())
    }
}
