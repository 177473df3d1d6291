//! Which versions of definitions starts follow, as the journal tells it.

use std::{collections::BTreeMap, sync::Arc};

use palinode_core::DefinitionName;
use serde::{Deserialize, Serialize};

/// From here on, sagas that start follow this version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activation {
    /// The definition.
    pub definition: DefinitionName,
    /// The version.
    pub version: u32,
    /// SHA-256 of the version's text, in hexadecimal.
    pub hash: Arc<str>,
}

/// A version that starts follow or followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveVersion {
    /// The version.
    pub version: u32,
    /// SHA-256 of its text, in hexadecimal.
    pub hash: Arc<str>,
}

/// All activations that a task has journaled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Activations {
    /// Each version once, the one in force last.
    by_definition: BTreeMap<DefinitionName, Vec<ActiveVersion>>,
}

impl Activations {
    /// The version that new sagas of `definition` follow.
    pub fn in_force(&self, definition: &DefinitionName) -> Option<&ActiveVersion> {
        self.by_definition.get(definition)?.last()
    }

    /// Every version that was activated, with its definition.
    pub fn all(&self) -> impl Iterator<Item = (&DefinitionName, &ActiveVersion)> {
        let versions = self.by_definition.iter();
        versions.flat_map(|(definition, versions)| versions.iter().map(move |version| (definition, version)))
    }

    /// The versions of each definition, the one in force last.
    pub(crate) fn versions(&self) -> impl Iterator<Item = (&DefinitionName, &[ActiveVersion])> {
        let all = self.by_definition.iter();
        all.map(|(definition, versions)| (definition, versions.as_slice()))
    }

    /// Takes in what the journal says next.
    pub(crate) fn add(&mut self, activation: Activation) {
        let Activation {
            definition,
            version,
            hash,
        } = activation;
        let versions = self.by_definition.entry(definition).or_default();
        versions.retain(|known| known.version != version);
        versions.push(ActiveVersion { version, hash });
    }

    /// Takes in what the store kept of one definition.
    pub(crate) fn restore(&mut self, definition: DefinitionName, versions: Vec<ActiveVersion>) {
        self.by_definition.insert(definition, versions);
    }
}

impl FromIterator<Activation> for Activations {
    fn from_iter<T: IntoIterator<Item = Activation>>(activations: T) -> Self {
        let mut all = Self::default();
        activations.into_iter().for_each(|activation| all.add(activation));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_activation_is_in_force_and_the_hashes_of_all_stay_known() {
        let activation = |version| Activation {
            definition: "order".into(),
            version,
            hash: format!("hash-{version}").into(),
        };
        let activations: Activations = [1, 2, 1].into_iter().map(activation).collect();
        assert_eq!(activations.in_force(&"order".into()).unwrap().version, 1);
        assert_eq!(activations.in_force(&"other".into()), None);
        let all: Vec<_> = activations
            .all()
            .map(|(_, active)| (active.version, &*active.hash))
            .collect();
        assert_eq!(all, [(2, "hash-2"), (1, "hash-1")]);
    }
}
