//! Which versions starts follow: what is published, held against what the task's journal says.

use std::sync::Arc;

use palinode_core::{DefinitionName, Timestamp};
use palinode_log::Produced;
use palinode_store::{Activation, Activations};

use super::state_machine::Exit;
use crate::{Definitions, journal::Journal};

/// The versions that come into force with this take-over. A version that is in force stays so while it is not retired and
/// no newer one can be run here.
pub(super) fn to_activate(definitions: &Definitions, activations: &Activations) -> Result<Vec<Activation>, Exit> {
    for (definition, active) in activations.all() {
        check(definitions, definition, active.version, &active.hash)?;
    }
    let mut new = Vec::new();
    for (definition, versions) in definitions.known() {
        let candidates = || versions.iter().rev().filter(|(_, known)| !known.retired);
        let current = activations.in_force(definition).map(|active| active.version);
        let newest_is_ready = candidates().next().is_some_and(|(_, known)| known.unready.is_none());
        let current_is_good = candidates().any(|(version, _)| Some(*version) == current);
        if !newest_is_ready && current_is_good {
            continue;
        }
        let chosen = candidates().find(|(_, known)| known.unready.is_none());
        if let Some((version, known)) = chosen.filter(|(version, _)| Some(**version) != current) {
            new.push(Activation {
                definition: definition.clone(),
                version: *version,
                hash: Arc::clone(&known.hash),
            });
        }
    }
    for (definition, _) in activations.all() {
        if new.iter().any(|activation| activation.definition == *definition) {
            continue;
        }
        if let Some(active) = activations.in_force(definition) {
            ready(definitions, definition, active.version)?;
        }
    }
    Ok(new)
}

/// The journal records that bring `activations` into force.
pub(super) fn records(journal: &mut Journal, activations: &[Activation], now: Timestamp) -> Vec<Produced> {
    let record = |activation: &Activation| {
        tracing::info!(
            definition = %activation.definition,
            version = activation.version,
            hash = %activation.hash,
            "new sagas follow this version"
        );
        journal.activated(activation, now)
    };
    activations.iter().map(record).collect()
}

/// Holds a version that the journal names against the one that is published under its number.
pub(super) fn check(
    definitions: &Definitions,
    definition: &DefinitionName,
    version: u32,
    hash: &str,
) -> Result<(), Exit> {
    match definitions.version(definition, version) {
        Some(known) if *known.hash != *hash => Err(Exit::Park(format!(
            "version {version} of the definition '{definition}' is another one than the sagas of this task follow: \
             published is the text with the hash {}, and the journal says {hash}. Was the topic of definitions made anew?",
            known.hash
        ))),
        _ => Ok(()),
    }
}

/// Whether sagas can follow the version here; this member declines the task otherwise.
pub(super) fn ready(definitions: &Definitions, definition: &DefinitionName, version: u32) -> Result<(), Exit> {
    match definitions.version(definition, version) {
        Some(known) => known.unready.as_ref().map_or(Ok(()), |reason| {
            Err(Exit::Park(format!(
                "sagas of this task follow version {version} of the definition '{definition}', which this node cannot run: \
                 {reason}. Was it published for a newer Palinode?"
            )))
        }),
        None => Err(Exit::Park(format!(
            "the journal holds sagas of version {version} of the definition '{definition}', which is not published"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Edition, Topics};

    /// Versions by number, hash and what is special about them.
    fn definitions(versions: &[(u32, &str, &str)]) -> Definitions {
        let text = include_str!("../../../../sagas/order-fulfilment.yaml");
        let plan = Arc::new(palinode_definition::read("test.yaml", text).unwrap());
        let editions = versions.iter().map(|(version, hash, special)| Edition {
            name: "order".into(),
            version: *version,
            hash: (*hash).into(),
            retired: *special == "retired",
            plan: if *special == "newer" {
                Err("the apiVersion 'palinode/v9' is not known here".into())
            } else {
                Ok(Arc::clone(&plan))
            },
        });
        let shape = palinode_wire::avro::Shape::parse(r#"{"type": "record", "name": "A", "fields": []}"#).unwrap();
        let shape = Arc::new(shape);
        Definitions::new(editions.collect(), Topics::new(""), |_, _| {
            palinode_wire::Encoder::new(Arc::clone(&shape), palinode_core::SchemaId(1), &[])
                .map_err(|error| error.to_string())
        })
        .unwrap()
    }

    fn activated(versions: &[(u32, &str)]) -> Activations {
        let activations = versions.iter().map(|(version, hash)| Activation {
            definition: "order".into(),
            version: *version,
            hash: (*hash).into(),
        });
        activations.collect()
    }

    fn new(definitions: &Definitions, activations: &Activations) -> Result<Vec<u32>, String> {
        match to_activate(definitions, activations) {
            Ok(new) => Ok(new.into_iter().map(|activation| activation.version).collect()),
            Err(Exit::Park(reason)) => Err(reason),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_newest_version_that_is_not_retired_comes_into_force_once() {
        let three = definitions(&[(1, "a", ""), (2, "b", ""), (3, "c", "retired")]);
        assert_eq!(new(&three, &activated(&[])), Ok(vec![2]));
        assert_eq!(new(&three, &activated(&[(1, "a")])), Ok(vec![2]));
        assert_eq!(new(&three, &activated(&[(1, "a"), (2, "b")])), Ok(vec![]));
        assert_eq!(
            new(&three, &activated(&[(3, "c")])),
            Ok(vec![2]),
            "a retired one makes way"
        );
    }

    #[test]
    fn a_version_for_a_newer_palinode_is_left_to_others_until_the_journal_names_it() {
        let newer = definitions(&[(1, "a", ""), (2, "b", "newer")]);
        assert_eq!(new(&newer, &activated(&[(1, "a")])), Ok(vec![]));
        assert_eq!(new(&newer, &activated(&[])), Ok(vec![1]));
        let reason = new(&newer, &activated(&[(1, "a"), (2, "b")])).unwrap_err();
        assert!(reason.contains("palinode/v9"), "{reason}");
    }

    #[test]
    fn another_text_under_a_number_that_the_journal_names_is_noticed() {
        let reason = new(&definitions(&[(1, "a", ""), (2, "b", "")]), &activated(&[(1, "z")])).unwrap_err();
        assert!(reason.contains("the hash a") && reason.contains("says z"), "{reason}");
    }

    #[test]
    fn a_version_in_force_that_is_not_published_is_noticed() {
        let reason = new(&definitions(&[]), &activated(&[(1, "a")])).unwrap_err();
        assert!(reason.contains("is not published"), "{reason}");
    }
}
