//! The start of a node: its files beside what is published.

use std::{collections::BTreeSet, sync::Arc};

use palinode_core::Timestamp;
use palinode_wire::{Schemas, own};
use tokio::runtime::Handle;

use super::{DefinitionFile, Publication, PublishedDefinitions, Shelf, Supplies};
use crate::Error;

/// Publishes those of `files` that are new, as soon as it is known that this node can run them. It blocks.
///
/// # Errors
/// When a version stands in two files, is published with another text, or cannot be run here.
pub(crate) fn open_shelf(
    supplies: Supplies,
    topic: PublishedDefinitions,
    files: &[DefinitionFile],
    member: &Arc<str>,
    now: Timestamp,
) -> Result<(Shelf, Schemas), Error> {
    let mut wanted = topic.read()?;
    let mut publications = Vec::new();
    let mut seen = BTreeSet::new();
    for DefinitionFile { text, plan } in files.iter().cloned() {
        if !seen.insert((plan.name.clone(), plan.version)) {
            return Err(Error::Engine(palinode_engine::Error::DefinitionTwice {
                definition: plan.name.to_string(),
                version: plan.version,
            }));
        }
        let publication = Publication {
            plan,
            text,
            by: Arc::clone(member),
            at: now,
        };
        if publication.is_new(&wanted)? {
            let record = publication.record();
            wanted.insert((record.definition.clone(), record.version), record);
            publications.push(publication);
        }
    }
    let (deployment, schemas) = Handle::current().block_on(supplies.deploy(&wanted))?;
    for (definition, version) in seen {
        if let Some(reason) = deployment.definitions.unready(&definition, version) {
            return Err(Error::Engine(palinode_engine::Error::NotReady {
                definition: definition.to_string(),
                version,
                reason: reason.to_owned(),
            }));
        }
    }
    if !publications.is_empty() {
        let schema = schemas.id_of(own::DEFINITION.name).ok_or_else(|| Error::Published {
            reason: "our own schema is not registered".into(),
        })?;
        topic.publish(schema, &publications)?;
        for Publication { plan, .. } in &publications {
            tracing::info!(definition = %plan.name, version = plan.version, hash = %plan.hash, "published");
        }
    }
    let shelf = Shelf::new(supplies, topic, &wanted, deployment);
    Ok((shelf, schemas))
}
