//! What the registry has for the records of a definition.

use std::{cell::RefCell, collections::BTreeMap, future::Future};

use palinode_core::{RecordName, SchemaId};
use palinode_log::registry::{RegistryClient, RegistryError, SchemaId as RegisteredId};
use palinode_wire::Schemas;
use tokio::runtime::Runtime;

use super::place::Place;

/// The newest registered schema of each record that was asked for.
pub(super) struct Registered {
    client: RegistryClient,
    runtime: Runtime,
    known: RefCell<BTreeMap<RecordName, Option<(SchemaId, String)>>>,
    failed: RefCell<Option<RegistryError>>,
}

impl Registered {
    pub(super) fn new(place: &Place) -> anyhow::Result<Self> {
        let (client, runtime) = place.registry()?;
        Ok(Self {
            client,
            runtime,
            known: RefCell::default(),
            failed: RefCell::default(),
        })
    }

    /// The text of the newest schema of the subject of `record`; none as well when the registry does not answer, see
    /// [`Self::answered`].
    pub(super) fn text(&self, record: &RecordName) -> Option<String> {
        let known = self.known.borrow().get(record).cloned();
        let found = known.unwrap_or_else(|| {
            let found = match self.ask(self.client.latest(record.as_str())) {
                Ok(found) => found.map(of_core),
                Err(error) => {
                    self.failed.borrow_mut().get_or_insert(error);
                    None
                }
            };
            self.known.borrow_mut().insert(record.clone(), found.clone());
            found
        });
        found.map(|(_, text)| text)
    }

    /// The older versions of the subject of `record` that are not deleted, and their texts.
    pub(super) fn older(&self, record: &RecordName) -> anyhow::Result<Vec<(u32, String)>> {
        let versions = self.ask(self.client.versions(record.as_str()))?.unwrap_or_default();
        let Some((_, older)) = versions.split_last() else {
            return Ok(Vec::new());
        };
        let mut texts = Vec::with_capacity(older.len());
        for version in older {
            // One that was deleted meanwhile is no longer asked of anybody.
            if let Some((_, text)) = self.ask(self.client.version(record.as_str(), *version))? {
                texts.push((*version, text));
            }
        }
        Ok(texts)
    }

    /// An error when the registry did not answer once.
    pub(super) fn answered(&self) -> anyhow::Result<()> {
        match self.failed.take() {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    /// Everything that was found.
    pub(super) fn into_schemas(self) -> anyhow::Result<Schemas> {
        let mut schemas = Schemas::default();
        for (id, text) in self.known.into_inner().into_values().flatten() {
            schemas.add(id, text)?;
        }
        Ok(schemas)
    }

    /// The answer; none when the registry does not know it.
    fn ask<T>(&self, question: impl Future<Output = Result<T, RegistryError>>) -> Result<Option<T>, RegistryError> {
        match self.runtime.block_on(question) {
            Ok(answer) => Ok(Some(answer)),
            Err(RegistryError::Unknown { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn of_core((id, text): (RegisteredId, String)) -> (SchemaId, String) {
    (SchemaId(id.0), text)
}
