//! Reads the sagas of one definition from the topic of a journal.

use anyhow::{Context, ensure};
use bytes::Bytes;
use palinode_core::SchemaId;
use palinode_log::{
    kafka,
    registry::{self, RegistryClient},
};
use palinode_scenario::Recording;
use palinode_wire::frame;
use tokio::runtime::Runtime;

use crate::cluster::{Cluster, Reached};

/// Events that are held in memory: some two gigabytes. A longer journal is cut by its owner, or replayed by a day's copy.
const EVENTS_MAX: usize = 2_000_000;

/// The schemas that were met, and who knows the others.
struct Reader {
    recording: Recording,
    known: std::collections::BTreeSet<SchemaId>,
    runtime: Runtime,
    client: RegistryClient,
}

/// Reads all events of sagas of `definition`.
pub(super) fn read(topic: &str, cluster: &Cluster, registry: &str, definition: &str) -> anyhow::Result<Recording> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = RegistryClient::new(registry)?;
    let mut reader = Reader {
        recording: Recording::new()?,
        known: std::collections::BTreeSet::new(),
        runtime,
        client,
    };
    let Reached {
        kafka: settings,
        topic_prefix,
        ..
    } = cluster.reach(Some(registry))?;
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
        let schema = frame::schema_id(value)?;
        if !self.known.contains(&schema) {
            self.learn(schema)?;
        }
        self.recording.add(value, Some(definition))?;
        ensure!(
            self.recording.len() <= EVENTS_MAX,
            "the journal has more than {EVENTS_MAX} events of '{definition}'"
        );
        Ok(())
    }

    fn learn(&mut self, schema: SchemaId) -> anyhow::Result<()> {
        let text = self
            .runtime
            .block_on(self.client.by_id(registry::SchemaId(schema.0)))
            .with_context(|| format!("the registry does not tell the schema {}", schema.0))?;
        self.recording.add_schema(schema, &text)?;
        self.known.insert(schema);
        Ok(())
    }
}
