//! Records a new folder: `RECORD_GOLDEN=2 cargo test -p palinode-engine --test engine golden`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use palinode_core::{Plan, Saga, SagaId, SchemaId};
use palinode_wire::{frame, journal::JournalRecord};
use serde_json::Value as Json;

use super::{
    plays::{PLAYS, SEATS, TILL, TRIP},
    recording::Recording,
};
use crate::support::{OUTING, PARCEL, Setup, Shell, World, order_plan, order_text_2, plan_from};

#[test]
fn a_folder_that_is_named_is_recorded_once() {
    let Ok(name) = std::env::var("RECORD_GOLDEN") else {
        return;
    };
    let recording = Recording::named(&name);
    assert!(
        recording.is_new(),
        "{} is a recording, and stays as it is",
        recording.name()
    );
    let mut schemas: BTreeMap<u32, String> = BTreeMap::new();
    for (name, play) in PLAYS {
        let plans: Vec<Arc<Plan>> = match name {
            "compensation-refused" => vec![Arc::new(plan_from(TILL))],
            "seats" => vec![Arc::new(plan_from(SEATS))],
            "trip-forward" | "trip-back" => vec![Arc::new(plan_from(TRIP))],
            "sub-saga-taken-back" => vec![Arc::new(plan_from(OUTING)), Arc::new(plan_from(PARCEL))],
            _ => vec![Arc::new(order_plan())],
        };
        let world = World::with(Setup {
            plans,
            ..Setup::default()
        });
        let mut task = world.task();
        task.take_over();
        play(&world, &mut task);
        task.run();
        let states = world.states(&task);
        task.crash();
        let mut journal = Vec::new();
        for record in world.broker.read("palinode.journal") {
            let value = record.value.unwrap();
            let (SchemaId(id), _) = frame::split(&value).unwrap();
            let text = world.schemas.text(SchemaId(id)).unwrap();
            schemas.insert(id, text.to_string());
            journal.push((told(&world, &value), value));
        }
        recording.keep(name, &journal, &states);
    }
    recording.keep_schemas(&schemas);
    recording.keep_definition(
        "order-fulfilment",
        include_str!("../../../../../sagas/order-fulfilment.yaml"),
    );
    recording.keep_definition("order-fulfilment-2", &order_text_2());
    recording.keep_definition("till", TILL);
    recording.keep_definition("trip", TRIP);
    recording.keep_definition("seats", SEATS);
    recording.keep_definition("outing", OUTING);
    recording.keep_definition("parcel", PARCEL);
}

fn told(world: &World, value: &bytes::Bytes) -> String {
    match world.journal_schemas.read(&world.schemas, value).unwrap() {
        JournalRecord::Saga(saga) => format!("{} {}", saga.event_type, saga.event_id()),
        JournalRecord::Task(task) => task.event_id().to_string(),
    }
}

impl World {
    /// The sagas and locks, as the store of `task` has them.
    fn states(&self, task: &Shell) -> BTreeMap<String, Json> {
        let mut states = BTreeMap::new();
        let ids: BTreeSet<SagaId> = self.saga_events().into_iter().map(|event| event.id).collect();
        for id in ids {
            let saga: Option<Saga> = task.cycle().saga(&id).expect("it runs").unwrap();
            if let Some(saga) = saga {
                states.insert(id.to_string(), serde_json::to_value(saga).unwrap());
            }
        }
        states
    }
}
