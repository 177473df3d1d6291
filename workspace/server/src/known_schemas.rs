//! The schemas that a node knows at its start: those of the registry, and while that is down those that were met before.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use palinode_core::{Plan, SchemaId};
use palinode_log::registry::{self, KeptSchema, KeptSchemas, RegistryClient, RegistryError};
use palinode_wire::{Schemas, own};

use crate::{Error, run::blocking, schemas::register_schemas};

/// The topic of the schemas that were met, without the application's prefix.
pub(crate) const SCHEMAS_TOPIC: &str = "palinode.schemas";

/// Where schemas come from.
pub(crate) struct Source<'a> {
    /// The registry.
    pub(crate) client: &'a RegistryClient,
    /// Its URL.
    pub(crate) url: &'a str,
    /// The folder of schemas that are registered at the start.
    pub(crate) folder: Option<&'a Path>,
}

/// All schemas that were kept, our own, and the newest ones of everything that the plans read and write. What is new is
/// kept before anybody uses it.
pub(crate) async fn known_schemas(
    source: &Source<'_>,
    plans: &[Arc<Plan>],
    kept: Arc<KeptSchemas>,
) -> Result<Schemas, Error> {
    let before = kept.all();
    let current = match from_registry(source, plans).await {
        Ok(current) => current,
        Err(Error::RegistryAway { url, reason }) => {
            let current = from_kept(&before, plans).map_err(|missing| Error::RegistryAway {
                url,
                reason: format!("{reason}. {missing}"),
            })?;
            tracing::warn!(
                kept = before.len(),
                "the schema registry does not answer; the schemas that were kept are used"
            );
            current
        }
        Err(error) => return Err(error),
    };
    for (id, text) in &current {
        if let Some(known) = before
            .get(id)
            .filter(|known| known.fingerprint != KeptSchema::new(text).fingerprint)
        {
            return Err(Error::Registry {
                url: source.url.to_owned(),
                reason: format!(
                    "its schema {} is not the one of '{}' that was met under this id before: it was made anew, and what \
                     stands on the topics would be misread. Give it back its schemas",
                    id.0,
                    known.record.as_deref().unwrap_or("no record")
                ),
            });
        }
    }
    let mut schemas = Schemas::default();
    for (id, schema) in before {
        if let Err(error) = schemas.add(SchemaId(id.0), schema.text) {
            tracing::warn!(%error, "a schema that was kept cannot be used");
        }
    }
    // The newest ones last: by them everything is written.
    for (id, text) in &current {
        schemas
            .add(SchemaId(id.0), text.as_str())
            .map_err(|error| Error::Registry {
                url: source.url.to_owned(),
                reason: error.to_string(),
            })?;
    }
    blocking(move || Ok(kept.keep(current.iter().map(|(id, text)| (*id, text.as_str())))?)).await?;
    Ok(schemas)
}

type Texts = BTreeMap<registry::SchemaId, String>;

/// As the registry tells them. A record type that is only read need not be registered yet; a version that writes one that
/// is not registered cannot be run.
async fn from_registry(source: &Source<'_>, plans: &[Arc<Plan>]) -> Result<Texts, Error> {
    let Source { client, url, folder } = source;
    let own = register_schemas(client, url, *folder).await?;
    let mut texts: Texts = own
        .into_iter()
        .map(|(id, text)| (registry::SchemaId(id.0), text))
        .collect();
    let (written, read) = (written(plans), read(plans));
    for subject in written.union(&read) {
        match client.latest(subject).await {
            Ok((id, text)) => drop(texts.insert(id, text)),
            Err(RegistryError::Unknown { .. }) => {
                tracing::warn!(subject, "no schema of this record is registered yet");
            }
            Err(error) => {
                return Err(Error::registry(
                    url,
                    &format!("there is no schema of '{subject}'"),
                    &error,
                ));
            }
        }
    }
    Ok(texts)
}

/// As they were met before: our own by their text, all others the newest that was met. The error is a sentence for people.
fn from_kept(kept: &BTreeMap<registry::SchemaId, KeptSchema>, plans: &[Arc<Plan>]) -> Result<Texts, String> {
    let mut texts = Texts::new();
    for schema in own::ALL {
        let fingerprint = KeptSchema::new(schema.text).fingerprint;
        let known = kept.iter().find(|(_, known)| known.fingerprint == fingerprint);
        let (id, _) = known.ok_or_else(|| format!("Our own schema '{}' was never registered there", schema.name))?;
        texts.insert(*id, schema.text.to_owned());
    }
    let (written, read) = (written(plans), read(plans));
    for subject in written.union(&read) {
        let newest = kept
            .iter()
            .rev()
            .find(|(_, known)| known.record.as_deref() == Some(*subject));
        match newest {
            Some((id, known)) => drop(texts.insert(*id, known.text.clone())),
            None if written.contains(subject) => return Err(format!("No schema of '{subject}' was met before")),
            None => {}
        }
    }
    Ok(texts)
}

/// The record types that plans write.
fn written(plans: &[Arc<Plan>]) -> BTreeSet<&str> {
    plans
        .iter()
        .flat_map(|plan| &plan.messages)
        .map(|message| message.record.as_str())
        .collect()
}

/// The record types that plans read.
fn read(plans: &[Arc<Plan>]) -> BTreeSet<&str> {
    plans.iter().flat_map(|plan| read_by(plan)).collect()
}

fn read_by(plan: &Plan) -> impl Iterator<Item = &str> {
    plan.awaited().map(|(record, _)| record.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plans() -> Vec<Arc<Plan>> {
        let text = include_str!("../../../sagas/order-fulfilment.yaml");
        vec![Arc::new(
            palinode_definition::read("order-fulfilment.yaml", text).unwrap(),
        )]
    }

    fn schema(record: &str, version: u32) -> KeptSchema {
        let (namespace, name) = record.rsplit_once('.').unwrap();
        KeptSchema::new(format!(
            r#"{{"type": "record", "namespace": "{namespace}", "name": "{name}", "doc": "{version}", "fields": []}}"#
        ))
    }

    /// Our own schemas and those that the plans write, from id 1 on.
    fn kept() -> BTreeMap<registry::SchemaId, KeptSchema> {
        let plans = plans();
        let own = own::ALL.iter().map(|own| KeptSchema::new(own.text));
        let others = written(&plans)
            .into_iter()
            .map(|record| schema(record, 1))
            .collect::<Vec<_>>();
        (1..).map(registry::SchemaId).zip(own.chain(others)).collect()
    }

    #[test]
    fn what_was_kept_is_enough_for_a_start_and_the_newest_counts() {
        let mut kept = kept();
        let newer = schema("shop.payments.ReservePayment", 2);
        kept.insert(registry::SchemaId(900), newer.clone());
        let texts = from_kept(&kept, &plans()).unwrap();
        assert_eq!(texts[&registry::SchemaId(900)], newer.text);
        assert!(own::ALL.iter().all(|own| texts.values().any(|text| text == own.text)));
    }

    #[test]
    fn what_is_missing_is_named() {
        let mut without = kept();
        without.retain(|_, schema| schema.record.as_deref() != Some("shop.payments.ReservePayment"));
        let missing = from_kept(&without, &plans()).unwrap_err();
        assert_eq!(missing, "No schema of 'shop.payments.ReservePayment' was met before");
        let mut without = kept();
        without.retain(|_, schema| schema.record.as_deref() != Some("palinode.Outcome"));
        assert!(from_kept(&without, &plans()).unwrap_err().contains("palinode.Outcome"));
    }
}
