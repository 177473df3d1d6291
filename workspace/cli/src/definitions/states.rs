//! The sagas of one definition, folded from the journal alone.

use std::collections::BTreeMap;

use palinode_core::{Event, RejectionCode, Saga, SagaId, SagaState, Sequence, evolve};
use palinode_definition::Definition;
use palinode_log::kafka;
use palinode_wire::journal::{JournalRecord, SagaRecord};

use super::place::Place;

/// What a reading of the journal found.
#[derive(Debug, Default)]
pub(super) struct States {
    sagas: BTreeMap<SagaId, Saga>,
    /// Why a saga refused to move or to return the last time, and the number of that event.
    refused: BTreeMap<SagaId, (Sequence, String)>,
    /// Records that were read.
    pub(super) records: u64,
    /// Records of the definition that could not be read.
    pub(super) unreadable: u64,
}

impl States {
    /// Reads the whole journal; `versions` are those of the definition called `name`.
    pub(super) fn read(place: &Place, name: &str, versions: &BTreeMap<u32, Definition>) -> anyhow::Result<Self> {
        let (journal, schemas) = place.journal_schemas()?;
        let mut found = Self::default();
        kafka::scan(&place.settings, &[place.topic("palinode.journal")], None, |record| {
            found.records += 1;
            match record.value.as_ref().map(|value| journal.read(&schemas, value)) {
                Some(Ok(JournalRecord::Saga(event))) if event.id.definition.as_str() == name => {
                    found.take(versions, &event);
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => found.unreadable += 1,
            }
        })?;
        Ok(found)
    }

    /// Folds one event.
    pub(super) fn take(&mut self, versions: &BTreeMap<u32, Definition>, record: &SagaRecord) {
        let Some(plan) = versions.get(&record.version).map(|version| &version.plan) else {
            self.unreadable += 1;
            return;
        };
        let Ok(event) = record.event(plan) else {
            self.unreadable += 1;
            return;
        };
        if let Event::InputRejected {
            code: RejectionCode::CannotMigrate,
            reason,
            ..
        } = &event
        {
            let refused = (record.sequence, reason.text.to_string());
            self.refused.insert(record.id.clone(), refused);
        }
        let before = self.sagas.remove(&record.id);
        if let Some(saga) = evolve(plan, &record.id, before, &event, record.time) {
            self.sagas.insert(record.id.clone(), saga);
        }
    }

    /// The saga.
    pub(super) fn saga(&self, id: &SagaId) -> Option<&Saga> {
        self.sagas.get(id)
    }

    /// The open sagas that follow `version`.
    pub(super) fn open_of(&self, version: u32) -> impl Iterator<Item = (&Saga, &SagaState)> {
        let open = self.sagas.values().filter_map(|saga| Some((saga, saga.open()?)));
        open.filter(move |(_, state)| state.version == version)
    }

    /// Why the saga refused a migration after the event `since`.
    pub(super) fn refusal(&self, id: &SagaId, since: Sequence) -> Option<&str> {
        let (at, why) = self.refused.get(id)?;
        (*at > since).then_some(why.as_str())
    }
}
