//! From topics to a report.

use std::collections::{BTreeMap, BTreeSet};

use palinode_audit::{Auditor, Copies, Record, Report};
use palinode_core::{SchemaId, Timestamp};
use palinode_log::{
    Consumed, kafka,
    registry::{self, RegistryClient, RegistryError},
};
use palinode_server::Catalogue;
use tokio::runtime::Runtime;

use super::{Where, laws, observed};
use crate::cluster::{Reached, kept_schemas};

/// Topics whose records are no part of the story: node matters, and caches.
const PASSED_OVER: [&str; 4] = [
    "palinode.definitions",
    "palinode.schemas",
    "palinode.members",
    "palinode.snapshots",
];

/// The schemas that the auditor misses: those that nodes have met, and for others the registry is asked.
struct Schemas {
    kept: BTreeMap<SchemaId, String>,
    runtime: Runtime,
    client: RegistryClient,
    unknown: BTreeSet<SchemaId>,
}

pub(super) fn report(what: &Where, copies: Copies) -> anyhow::Result<Report> {
    let Reached {
        kafka: settings,
        topic_prefix,
        registry,
    } = &what.reached;
    let mut options = laws::options(&what.definitions)?;
    options.expect = what.expect;
    options.copied_outputs = copies;
    let journal = format!("{}palinode.journal", topic_prefix);
    options.partitions = kafka::partition_count(settings, &journal)?;
    let catalogue = Catalogue::read(&what.catalog)?;
    let topics: Vec<String> = judged(&catalogue)
        .map(|name| format!("{}{name}", topic_prefix))
        .collect();
    for topic in &topics {
        let partitions = kafka::partition_count(settings, topic)?;
        if partitions != options.partitions {
            options
                .partitions_of
                .insert(short(topic, topic_prefix).into(), partitions);
        }
    }

    let mut auditor = Auditor::new(options);
    // Before the topics: what is written down while they are read may not have been there when they were.
    observed::tell(&mut auditor, &what.observed)?;
    let mut schemas = Schemas {
        kept: kept_schemas(settings, topic_prefix)?,
        runtime: tokio::runtime::Builder::new_current_thread().enable_all().build()?,
        client: RegistryClient::new(registry)?,
        unknown: BTreeSet::new(),
    };
    let mut failed = None;
    kafka::scan(settings, &topics, None, |record| {
        let record = seen(record, topic_prefix);
        if failed.is_none() {
            failed = schemas.provide(&mut auditor, &record).err();
        }
        auditor.see(&record);
    })?;
    match failed {
        Some(error) => Err(error),
        None => Ok(auditor.finish()),
    }
}

/// The topics of which the story consists, without their prefix.
pub(crate) fn judged(catalogue: &Catalogue) -> impl Iterator<Item = &str> {
    catalogue.names().filter(|name| !PASSED_OVER.contains(name))
}

impl Schemas {
    /// Gives the auditor the schema of `record`, when a node has met it or the registry has it.
    fn provide(&mut self, auditor: &mut Auditor, record: &Record) -> anyhow::Result<()> {
        // Asked again after each: an event of the journal has a schema of its own, and its payload another.
        while let Some(id) = auditor.needs_schema(record).filter(|id| !self.unknown.contains(id)) {
            if let Some(text) = self.kept.get(&id) {
                auditor.add_schema(id, text.as_str())?;
                continue;
            }
            match self.runtime.block_on(self.client.by_id(registry::SchemaId(id.0))) {
                Ok(text) => auditor.add_schema(id, text)?,
                // Such an input must have become a dead letter, which the auditor checks.
                Err(RegistryError::Unknown { .. }) => {
                    self.unknown.insert(id);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

fn short<'a>(topic: &'a str, prefix: &str) -> &'a str {
    topic.strip_prefix(prefix).unwrap_or(topic)
}

fn seen(record: Consumed, prefix: &str) -> Record {
    Record {
        topic: short(&record.source.topic, prefix).into(),
        partition: record.source.partition,
        offset: record.offset,
        timestamp: Timestamp(record.timestamp),
        key: record.key,
        value: record.value,
        headers: record
            .headers
            .into_iter()
            .map(|header| (header.name.into(), header.value))
            .collect(),
    }
}
