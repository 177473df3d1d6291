//! What the journal tells of a saga.

use palinode_core::SchemaId;
use palinode_log::registry::RegistryClient;
use palinode_wire::{
    Schemas,
    journal::{JournalRecord, JournalSchemas, SagaRecord},
};
use tokio::runtime::{Builder, Runtime};

use super::World;

impl World<'_> {
    /// The journal events of an order's saga.
    pub(crate) fn journal(&self, order: &str) -> Vec<SagaRecord> {
        let schemas = self.journal_schemas();
        let others = Schemas::default();
        let records = self.records("palinode.journal");
        let read = records
            .iter()
            .filter_map(|record| schemas.read(&others, record.value.as_ref()?).ok());
        let of_saga = read.filter_map(|record| match record {
            JournalRecord::Saga(event) if event.id.key.as_str() == order => Some(event),
            _ => None,
        });
        of_saga.collect()
    }

    /// The journal events in short: `StepSucceeded payment`.
    pub(crate) fn story(&self, order: &str) -> Vec<String> {
        self.journal(order).iter().map(short).collect()
    }

    /// Registers a schema as the newest version of its subject.
    pub(crate) fn register(&self, subject: &str, text: &str) {
        let (runtime, client) = self.registry();
        let registered = runtime.block_on(client.register(subject, text));
        registered.expect("a schema that fits those before");
    }

    fn registry(&self) -> (Runtime, RegistryClient) {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let client = RegistryClient::new(&self.settings.registry).expect("a registry");
        (runtime, client)
    }

    fn journal_schemas(&self) -> JournalSchemas {
        let (runtime, client) = self.registry();
        let id_of = |name: &str| {
            let (id, _) = runtime.block_on(client.latest(name)).ok()?;
            Some(SchemaId(id.0))
        };
        JournalSchemas::new(id_of).expect("our own schemas are registered")
    }
}

/// An event in short.
pub(crate) fn short(event: &SagaRecord) -> String {
    match &event.step {
        Some(step) => format!("{} {step}", event.event_type),
        None => event.event_type.to_string(),
    }
}
