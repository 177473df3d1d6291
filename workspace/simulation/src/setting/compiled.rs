//! What is the same in all worlds of one kind of definitions, made once in a process: compiling takes longer than a world.

use std::sync::{Arc, OnceLock};

use palinode_core::{FieldName, Plan, RecordName, SchemaId};
use palinode_engine::{Definitions as Runnable, Edition, Topics};
use palinode_wire::{Schemas, journal::JournalSchemas, outcome::OutcomeRecord, typed::RecordCodec};

use super::texts;
use crate::plan::Definitions;

/// What a node without an upgrade says of the next version.
const TOO_NEW: &str = "the apiVersion 'palinode/v2' is not known here";

/// Record types that nodes may not know at their start, so that they ask the registry.
const MAY_BE_UNKNOWN: [&str; 6] = [
    "shop.orders.OrderPlaced",
    "shop.orders.PaymentRetryRequested",
    "shop.payments.PaymentSucceeded",
    "shop.warehouse.StockReserved",
    "shop.shipments.OrderShipped",
    "simulation.Gossip",
];

/// Definitions and schemas, ready for use.
#[derive(Debug)]
pub(super) struct Compiled {
    /// All schemas, as the registry has them.
    pub(super) registry: Schemas,
    /// All but one, for each of [`MAY_BE_UNKNOWN`].
    pub(super) incomplete: Vec<Schemas>,
    /// The ids of the journal's schemas.
    pub(super) journal: JournalSchemas,
    /// Writes outcomes.
    pub(super) outcome: RecordCodec,
    /// The versions that are published, the oldest first.
    pub(super) plans: Vec<Arc<Plan>>,
    /// What an upgraded node runs.
    pub(super) new: Arc<Runnable>,
    /// What a node runs that cannot read the newest of several versions.
    pub(super) old: Arc<Runnable>,
}

impl Compiled {
    /// That of `definitions`; made by whoever asks first.
    pub(super) fn of(definitions: Definitions) -> Arc<Self> {
        static ALL: [OnceLock<Arc<Compiled>>; Definitions::ALL.len()] =
            [const { OnceLock::new() }; Definitions::ALL.len()];
        let Some(place) = Definitions::ALL.iter().position(|each| *each == definitions) else {
            panic!("{definitions:?} stands among all definitions")
        };
        Arc::clone(ALL[place].get_or_init(|| Arc::new(Self::compile(definitions))))
    }

    fn compile(definitions: Definitions) -> Self {
        let mut registry = Schemas::default();
        for (id, text) in (1..).zip(texts::schemas()) {
            if let Err(error) = registry.add(SchemaId(id), text) {
                panic!("the schema {id} is usable: {error:?}")
            }
        }
        let Ok(journal) = JournalSchemas::new(|name| registry.id_of(name)) else {
            panic!("the journal's schemas are registered")
        };
        let id = registry.id_of(palinode_wire::own::OUTCOME.name);
        let Some(Ok(outcome)) = id.map(OutcomeRecord::codec) else {
            panic!("the outcome's schema is registered")
        };
        let plans: Vec<Arc<Plan>> = texts::versions(definitions).iter().map(|text| read(text)).collect();
        let editions = || plans.iter().cloned().map(Edition::from);
        let mut old: Vec<Edition> = editions().collect();
        if let (Definitions::TwoVersions, Some(last)) = (definitions, old.last_mut()) {
            last.plan = Err(TOO_NEW.into());
        }
        Self {
            incomplete: MAY_BE_UNKNOWN.iter().map(|record| without(&registry, record)).collect(),
            new: Arc::new(runnable(editions().collect(), &registry)),
            old: Arc::new(runnable(old, &registry)),
            registry,
            journal,
            outcome,
            plans,
        }
    }
}

/// The id of the schema of `shop.orders.PaymentRetryRequested`.
pub(crate) fn retry_requested() -> u32 {
    let registry = &Compiled::of(Definitions::Order).registry;
    registry.id_of("shop.orders.PaymentRetryRequested").map_or(0, |id| id.0)
}

fn read(text: &str) -> Arc<Plan> {
    match palinode_definition::read("simulation.yaml", text) {
        Ok(plan) => Arc::new(plan),
        Err(diagnostics) => panic!("the definition is right: {diagnostics}"),
    }
}

fn runnable(editions: Vec<Edition>, registry: &Schemas) -> Runnable {
    let encoder =
        |record: &RecordName, fields: &[FieldName]| registry.encoder(record, fields).map_err(|error| error.to_string());
    match Runnable::new(editions, Topics::new(""), encoder) {
        Ok(definitions) => definitions,
        Err(error) => panic!("no version stands twice: {error}"),
    }
}

fn without(registry: &Schemas, record: &str) -> Schemas {
    let mut known = Schemas::default();
    for id in registry.ids() {
        let is_left_out = registry.record_name(id).is_some_and(|name| name.as_str() == record);
        let Some(text) = registry.text(id).filter(|_| !is_left_out) else {
            continue;
        };
        if let Err(error) = known.add(id, Arc::clone(text)) {
            panic!("a schema of the registry is usable: {error}")
        }
    }
    known
}
