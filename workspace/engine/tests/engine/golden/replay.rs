//! Every recording is read, folded and written again by the code of today.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bytes::Bytes;
use palinode_core::{Plan, Saga, SagaId, SchemaId, Sequence, evolve, evolve_lock};
use palinode_wire::{
    Schemas,
    journal::{EVENT_TYPES, JournalRecord, JournalSchemas, SagaRecord},
    own,
};
use serde_json::Value as Json;

use super::{plays::PLAYS, recording::Recording};

/// Ids of today's schemas that the recording did not have.
const OTHER_IDS: u32 = 1_000_000;

/// A recording as it is read today.
struct Reader {
    plans: Vec<Arc<Plan>>,
    /// Today's schemas under their ids; one that is as it was has its id of then.
    ids: JournalSchemas,
    schemas: Schemas,
}

impl Reader {
    fn of(recording: &Recording) -> Self {
        let texts = recording.schemas();
        let mut schemas = Schemas::default();
        for (id, text) in &texts {
            schemas.add(SchemaId(*id), text.as_str()).unwrap();
        }
        let id_of = |name: &str| {
            let position = own::ALL.iter().position(|own| own.name == name)?;
            let then = texts.iter().find(|(_, text)| **text == own::ALL[position].text);
            let other = OTHER_IDS + u32::try_from(position).unwrap();
            Some(SchemaId(then.map_or(other, |(id, _)| *id)))
        };
        Self {
            plans: recording.plans(),
            ids: JournalSchemas::new(id_of).unwrap(),
            schemas,
        }
    }

    fn plan(&self, record: &SagaRecord) -> &Plan {
        self.plans
            .iter()
            .find(|plan| plan.name == record.id.definition && plan.version == record.version)
            .unwrap_or_else(|| panic!("no definition of {record:?}"))
    }

    /// The state after the event.
    fn folded(&self, record: &SagaRecord, before: Option<Saga>) -> Option<Saga> {
        if record.is_of_lock() {
            let lock = before.as_ref().and_then(Saga::lock).cloned().unwrap_or_default();
            let after = evolve_lock(lock, &record.lock_event().unwrap(), record.time);
            return Some(Saga::Lock(Box::new(after)));
        }
        let plan = self.plan(record);
        evolve(plan, &record.id, before, &record.event(plan).unwrap(), record.time)
    }

    /// Writes the record with today's code: from the event, not from what was read.
    fn write(&self, record: &JournalRecord) -> Bytes {
        let mut framed = Vec::new();
        match record {
            JournalRecord::Task(task) => task.encode(&self.ids, &mut framed),
            JournalRecord::Saga(saga) => {
                let mut again = if saga.is_of_lock() {
                    let (key, event) = (saga.id.key.as_str().into(), saga.lock_event().unwrap());
                    SagaRecord::from_lock_event(&key, saga.sequence, saga.time, &saga.cause, &event)
                } else {
                    let plan = self.plan(saga);
                    let event = saga.event(plan).unwrap();
                    SagaRecord::from_event(plan, &saga.id, saga.sequence, saga.time, &saga.cause, &event)
                };
                again.correlation.clone_from(&saga.correlation);
                again.traceparent.clone_from(&saga.traceparent);
                again.encode(self.ids.saga_event, &mut framed);
            }
        }
        framed.into()
    }
}

#[test]
fn every_recording_leads_to_the_states_of_its_time_and_to_the_same_bytes() {
    let recordings = Recording::all();
    let newest = recordings.last().expect("there are recordings");
    assert_eq!(newest.plays().len(), PLAYS.len(), "the newest recording has every play");
    for recording in recordings {
        let reader = Reader::of(&recording);
        for play in recording.plays() {
            let name = format!("{} {play}", recording.name());
            let mut sagas: BTreeMap<SagaId, Option<Saga>> = BTreeMap::new();
            for bytes in recording.journal(&play) {
                let record = reader.ids.read(&reader.schemas, &bytes).unwrap();
                let again = reader.write(&record);
                if bytes[..5] == again[..5] {
                    assert_eq!(hex::encode(&again), hex::encode(&bytes), "{name}: {record:?}");
                } else {
                    // The schema is another one by now: what is written with it says the same.
                    assert_eq!(reader.ids.read(&reader.schemas, &again).unwrap(), record, "{name}");
                }
                if let JournalRecord::Saga(saga) = &record {
                    let before = sagas.remove(&saga.id).flatten();
                    if saga.sequence != Sequence(0) {
                        let known = before.as_ref().map_or(Sequence(0), Saga::sequence);
                        assert_eq!(saga.sequence, known.next(), "{name}: {record:?}");
                    }
                    sagas.insert(saga.id.clone(), reader.folded(saga, before));
                }
            }
            sagas.retain(|_, saga| saga.is_some());
            let states = recording.states(&play);
            assert_eq!(sagas.len(), states.len(), "{name}");
            for (id, saga) in &sagas {
                let found = serde_json::to_value(saga).unwrap();
                let expected = &states[&id.to_string()];
                if let Err(difference) = contains(&found, expected, id.to_string()) {
                    panic!("{name}: {difference}\nfound: {found:#}");
                }
            }
        }
    }
}

#[test]
fn the_recordings_hold_every_type_of_event() {
    let mut met: BTreeSet<String> = BTreeSet::new();
    for recording in Recording::all() {
        let reader = Reader::of(&recording);
        for play in recording.plays() {
            for bytes in recording.journal(&play) {
                if let JournalRecord::Saga(saga) = reader.ids.read(&reader.schemas, &bytes).unwrap() {
                    met.insert(saga.event_type.into_owned());
                }
            }
        }
    }
    let missing: Vec<_> = EVENT_TYPES.iter().filter(|known| !met.contains(**known)).collect();
    assert!(
        missing.is_empty(),
        "no recording holds {missing:?}; add a play and record"
    );
}

/// Whether `found` says all that `expected` says. A field that did not exist at the time of the recording may be there.
fn contains(found: &Json, expected: &Json, path: String) -> Result<(), String> {
    match (found, expected) {
        (Json::Object(found), Json::Object(expected)) => expected.iter().try_for_each(|(name, value)| {
            let path = format!("{path}.{name}");
            let found = found.get(name).ok_or_else(|| format!("{path} is gone"))?;
            contains(found, value, path)
        }),
        (Json::Array(found), Json::Array(expected)) if found.len() == expected.len() => found
            .iter()
            .zip(expected)
            .enumerate()
            .try_for_each(|(at, (found, expected))| contains(found, expected, format!("{path}[{at}]"))),
        _ if found == expected => Ok(()),
        _ => Err(format!("{path} is {found} and was {expected}")),
    }
}
