//! What stands between the topics and the auditor: names without prefix, and schemas from the registry.

use std::collections::BTreeSet;

use anyhow::Context;
use palinode_audit::{Auditor, Record};
use palinode_core::{SchemaId, Timestamp};
use palinode_log::{
    Consumed,
    registry::{self, RegistryClient, RegistryError},
};
use tokio::runtime::Runtime;

/// Shows records to an auditor.
pub(super) struct Source {
    client: RegistryClient,
    runtime: Runtime,
    prefix: String,
    /// Ids that no schema of the registry has, or none that can be read.
    unusable: BTreeSet<SchemaId>,
}

impl Source {
    pub(super) fn new(registry: &str, prefix: &str) -> anyhow::Result<Self> {
        Ok(Self {
            client: RegistryClient::new(registry)?,
            runtime: tokio::runtime::Builder::new_current_thread().enable_all().build()?,
            prefix: prefix.to_owned(),
            unusable: BTreeSet::new(),
        })
    }

    pub(super) fn show(&mut self, auditor: &mut Auditor, consumed: Consumed) -> anyhow::Result<()> {
        let record = self.record(consumed);
        if let Some(id) = auditor.needs_schema(&record).filter(|id| !self.unusable.contains(id)) {
            self.add_schema(auditor, id)?;
        }
        auditor.see(&record);
        Ok(())
    }

    /// Poison has ids that no registry knows; the auditor is then shown the record as it is.
    fn add_schema(&mut self, auditor: &mut Auditor, id: SchemaId) -> anyhow::Result<()> {
        match self.runtime.block_on(self.client.by_id(registry::SchemaId(id.0))) {
            Ok(text) if auditor.add_schema(id, text).is_ok() => {}
            Ok(_) | Err(RegistryError::Unknown { .. }) => {
                self.unusable.insert(id);
            }
            Err(error) => return Err(error).with_context(|| format!("the schema {} could not be fetched", id.0)),
        }
        Ok(())
    }

    fn record(&self, consumed: Consumed) -> Record {
        let topic = &*consumed.source.topic;
        Record {
            topic: topic.strip_prefix(&self.prefix).unwrap_or(topic).into(),
            partition: consumed.source.partition,
            offset: consumed.offset,
            timestamp: Timestamp(consumed.timestamp),
            key: consumed.key,
            value: consumed.value,
            headers: consumed.headers.into_iter().map(|header| (header.name, header.value)).collect(),
        }
    }
}
