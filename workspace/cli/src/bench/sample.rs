//! The records of one real saga, in and out, as templates for the pass-through.

use anyhow::ensure;
use palinode_log::{
    Consumed, Header,
    kafka::{self, Settings},
};
use palinode_wire::partition_of;

use super::ground::PARTITIONS;

/// What a saga's task reads, without the prefix.
pub(super) const INPUTS: [&str; 4] = [
    "orders.events",
    "payments.events",
    "warehouse.events",
    "shipments.events",
];
/// What a saga's task writes.
const OUTPUTS: [&str; 6] = [
    JOURNAL,
    "payments.commands",
    "warehouse.commands",
    "shipments.commands",
    "orders.status",
    "palinode.outcomes",
];
/// The journal, without the prefix.
pub(super) const JOURNAL: &str = "palinode.journal";

/// One record: its topic without the prefix, and its content.
#[derive(Clone, Debug)]
pub(super) struct Template {
    pub(super) topic: &'static str,
    pub(super) value: bytes::Bytes,
    pub(super) headers: Vec<Header>,
}

/// The records of one saga.
#[derive(Clone, Debug, Default)]
pub(super) struct Sample {
    /// What it took in.
    pub(super) inputs: Vec<Template>,
    /// What came out of it.
    pub(super) outputs: Vec<Template>,
    /// The journal record that ends a transaction.
    pub(super) last: Option<Template>,
}

impl Sample {
    /// Reads the records of the saga of `order` from the topics of `prefix`.
    pub(super) fn read(bootstrap_servers: &str, prefix: &str, order: &str) -> anyhow::Result<Self> {
        let settings = Settings::new(bootstrap_servers);
        let partition = partition_of(order.as_bytes(), PARTITIONS);
        let mut sample = Self::default();
        let topics = INPUTS
            .iter()
            .map(|topic| (*topic, true))
            .chain(OUTPUTS.iter().map(|topic| (*topic, false)));
        for (topic, is_input) in topics {
            let full = format!("{prefix}{topic}");
            let is_task = |record: &Consumed| topic == JOURNAL && key(record).starts_with(b"task-");
            kafka::scan(&settings, &[full], Some(partition), |record| {
                if key(&record) == order.as_bytes() {
                    let side = if is_input {
                        &mut sample.inputs
                    } else {
                        &mut sample.outputs
                    };
                    side.push(template(topic, record));
                } else if is_task(&record) {
                    sample.last = Some(template(topic, record));
                }
            })?;
        }
        let Self { inputs, outputs, last } = &sample;
        ensure!(
            inputs.len() == 6 && outputs.len() > inputs.len() && last.is_some(),
            "{order} has left {} inputs and {} outputs",
            inputs.len(),
            outputs.len()
        );
        Ok(sample)
    }

    /// Records that a saga writes, and the bytes of their values and headers.
    pub(super) fn written(&self) -> (usize, usize) {
        (self.outputs.len(), self.outputs.iter().map(Template::bytes).sum())
    }
}

impl Template {
    /// The bytes of the value and the headers.
    pub(super) fn bytes(&self) -> usize {
        let headers: usize = self
            .headers
            .iter()
            .map(|header| header.name.len() + header.value.len())
            .sum();
        self.value.len() + headers
    }
}

fn key(record: &Consumed) -> &[u8] {
    record.key.as_deref().unwrap_or_default()
}

fn template(topic: &'static str, record: Consumed) -> Template {
    Template {
        topic,
        value: record.value.unwrap_or_default(),
        headers: record.headers,
    }
}
