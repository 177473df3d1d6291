//! The topics of a sandbox: those of the catalogue, those that the definitions name, and ours.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use palinode_core::Plan;
use palinode_log::kafka::topics::TopicSpec;
use palinode_server::Catalogue;

/// The catalogue of this repository, of which the orchestrator's own topics are taken.
const OUR_CATALOGUE: &str = include_str!("../../../../schemas/catalog.yaml");
const OUR_PREFIX: &str = "palinode.";

/// What is to be created. All topics but the registry's have the same number of partitions.
pub(super) fn specs(
    plans: &[Arc<Plan>],
    catalogue: Option<&Path>,
    partitions: i32,
    schemas_topic: &str,
) -> anyhow::Result<Vec<TopicSpec>> {
    let ours = Catalogue::parse(OUR_CATALOGUE)?.specs("", 1)?;
    let ours = ours.into_iter().filter(|spec| spec.name.starts_with(OUR_PREFIX));
    let theirs = match catalogue {
        Some(path) => Catalogue::read(path)?.specs("", 1)?,
        None => Vec::new(),
    };
    let mut specs: BTreeMap<String, TopicSpec> = BTreeMap::new();
    for name in plans.iter().flat_map(|plan| named(plan)) {
        let configs = BTreeMap::new();
        specs.insert(name.clone(), topic(name, partitions, configs));
    }
    for spec in ours.chain(theirs) {
        specs.insert(spec.name.clone(), TopicSpec { partitions, ..spec });
    }
    let compacted = BTreeMap::from([("cleanup.policy".to_owned(), "compact".to_owned())]);
    let journal = topic(schemas_topic.to_owned(), 1, compacted);
    specs.insert(schemas_topic.to_owned(), journal);
    Ok(specs.into_values().collect())
}

fn topic(name: String, partitions: i32, configs: BTreeMap<String, String>) -> TopicSpec {
    TopicSpec {
        name,
        partitions,
        replication: 1,
        configs,
    }
}

/// The topics that a plan reads and writes.
fn named(plan: &Plan) -> BTreeSet<String> {
    let read = plan.awaited().map(|(_, topic)| topic);
    let written = plan.messages.iter().map(|message| &message.topic);
    read.chain(written).map(ToString::to_string).collect()
}
