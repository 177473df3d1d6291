//! Where definitions are published: a Kafka, and beside it a registry, which is asked only when it must be.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Context;
use palinode_core::{SchemaId, Timestamp};
use palinode_log::{
    kafka::{CompactedTopic, Settings},
    registry::{KeptSchema, KeptSchemas, RegistryClient},
};
use palinode_server::PublishedDefinitions;
use palinode_wire::{Schemas, journal::JournalSchemas, own};
use tokio::runtime::Runtime;

use super::arguments;

/// An id that no registry gives: every record of the journal is read by the schema that its writer kept.
const NO_ID: SchemaId = SchemaId(u32::MAX);

/// The opened place.
pub(super) struct Place {
    pub(super) settings: Settings,
    pub(super) topic_prefix: String,
    pub(super) published: PublishedDefinitions,
    kept: Arc<KeptSchemas>,
    url: String,
}

impl Place {
    pub(super) fn open(arguments: &arguments::Place) -> anyhow::Result<Self> {
        let reached = arguments.cluster.reach(arguments.registry.as_deref())?;
        let (settings, topic_prefix) = (reached.kafka, reached.topic_prefix);
        let schemas = CompactedTopic::new(settings.clone(), format!("{topic_prefix}palinode.schemas"));
        let kept = Arc::new(KeptSchemas::read(schemas)?);
        Ok(Self {
            published: PublishedDefinitions::new(settings.clone(), &topic_prefix, Arc::clone(&kept)),
            settings,
            topic_prefix,
            kept,
            url: reached.registry,
        })
    }

    /// The full name of one of our own topics.
    pub(super) fn topic(&self, name: &str) -> String {
        format!("{}{name}", self.topic_prefix)
    }

    /// The registry, and what is needed to wait for its answers.
    pub(super) fn registry(&self) -> anyhow::Result<(RegistryClient, Runtime)> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok((RegistryClient::new(&self.url)?, runtime))
    }

    /// The id under which `palinode.Definition` is registered: as a node has kept it, or from the registry.
    pub(super) fn definition_schema(&self) -> anyhow::Result<SchemaId> {
        let fingerprint = KeptSchema::new(own::DEFINITION.text).fingerprint;
        let kept = self.kept.all();
        if let Some((id, _)) = kept.iter().find(|(_, schema)| schema.fingerprint == fingerprint) {
            return Ok(SchemaId(id.0));
        }
        let (client, runtime) = self.registry()?;
        let id = runtime.block_on(client.register(own::DEFINITION.name, own::DEFINITION.text))?;
        Ok(SchemaId(id.0))
    }

    /// The id under which the nodes have registered and kept one of our own schemas; no registry is asked.
    pub(super) fn kept_schema(&self, own: own::OwnSchema) -> anyhow::Result<SchemaId> {
        let fingerprint = KeptSchema::new(own.text).fingerprint;
        let kept = self.kept.all();
        let found = kept.iter().find(|(_, schema)| schema.fingerprint == fingerprint);
        let (id, _) = found.with_context(|| {
            format!(
                "no node has kept the schema '{}' yet: is one of this version running?",
                own.name
            )
        })?;
        Ok(SchemaId(id.0))
    }

    /// What reading the journal needs, from the schemas that the nodes have kept. No registry is asked.
    pub(super) fn journal_schemas(&self) -> anyhow::Result<(JournalSchemas, Schemas)> {
        let mut schemas = Schemas::default();
        for (id, schema) in self.kept.all() {
            // One that cannot be used is none of the journal's.
            let _ = schemas.add(SchemaId(id.0), schema.text);
        }
        Ok((JournalSchemas::new(|_| Some(NO_ID))?, schemas))
    }
}

/// This machine's time.
pub(super) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
