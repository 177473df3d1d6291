//! Which sagas are open, from the journal alone: by the types of their events, without their definitions.

use std::collections::BTreeMap;

use palinode_core::SagaId;
use palinode_log::kafka;
use palinode_wire::journal::JournalRecord;

use super::place::Place;

/// What a reading of the journal found.
#[derive(Debug, Default)]
pub(super) struct OpenSagas {
    /// The open sagas and their versions.
    pub(super) versions: BTreeMap<SagaId, u32>,
    /// Records that were read.
    pub(super) records: u64,
    /// Records that could not be read: a newer version wrote them.
    pub(super) unreadable: u64,
}

impl OpenSagas {
    /// Reads the whole journal.
    pub(super) fn read(place: &Place) -> anyhow::Result<Self> {
        let (journal, schemas) = place.journal_schemas()?;
        let mut found = Self::default();
        kafka::scan(&place.settings, &[place.topic("palinode.journal")], None, |record| {
            found.records += 1;
            match record.value.as_ref().map(|value| journal.read(&schemas, value)) {
                Some(Ok(JournalRecord::Saga(event))) => found.take(&event.id, event.version, &event.event_type),
                Some(Ok(JournalRecord::Task(_))) => {}
                Some(Err(_)) | None => found.unreadable += 1,
            }
        })?;
        Ok(found)
    }

    /// A saga is open from its start, or from when it was opened again, to its end.
    fn take(&mut self, id: &SagaId, version: u32, event_type: &str) {
        match event_type {
            "SagaStarted" | "SagaReopened" => drop(self.versions.insert(id.clone(), version)),
            "SagaCompleted" | "SagaCompensated" => drop(self.versions.remove(id)),
            _ => {
                if let Some(known) = self.versions.get_mut(id) {
                    *known = version;
                }
            }
        }
    }

    /// The open sagas of a version.
    pub(super) fn of<'a>(&'a self, definition: &'a str, version: u32) -> impl Iterator<Item = &'a SagaId> {
        let of = self.versions.iter();
        of.filter(move |(id, found)| id.definition.as_str() == definition && **found == version)
            .map(|(id, _)| id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saga_is_open_between_its_start_and_its_end() {
        let mut found = OpenSagas::default();
        for (key, version, event_type) in [
            ("early", 1, "CancellationKept"),
            ("done", 1, "SagaStarted"),
            ("done", 1, "SagaCompleted"),
            ("again", 1, "SagaStarted"),
            ("again", 1, "SagaCompensated"),
            ("again", 1, "SagaReopened"),
            ("rejected", 1, "InputRejected"),
            ("new", 2, "SagaStarted"),
        ] {
            found.take(&SagaId::new("order", key), version, event_type);
        }
        let keys = |version| -> Vec<_> { found.of("order", version).map(|id| id.key.to_string()).collect() };
        assert_eq!((keys(1), keys(2)), (vec!["again".to_owned()], vec!["new".to_owned()]));
        assert_eq!(found.of("other", 1).count(), 0);
    }
}
