//! How a shop is wanted.

use std::{collections::BTreeMap, path::PathBuf};

use serde_json::{Value, json};

use super::Component;

/// How a shop is wanted.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The `palinode` program.
    pub program: PathBuf,
    /// The root of the repository, for its sagas and schemas.
    pub repository: PathBuf,
    /// Where the shop keeps its data and logs.
    pub folder: PathBuf,
    /// Kafka's address.
    pub bootstrap_servers: String,
    /// The registry's URL.
    pub registry: String,
    /// Put before every topic name and group.
    pub topic_prefix: String,
    /// Tasks of the orchestrator and partitions of every topic.
    pub partitions: i32,
    /// Copies of every partition.
    pub replication: i32,
    /// Kafka's address for processes that reach it in another way than the rest.
    pub bootstrap_of: BTreeMap<Component, String>,
    /// Nodes of the orchestrator.
    pub nodes: u8,
    /// The services to run.
    pub services: Vec<Component>,
    /// The chat's webhook.
    pub webhook: String,
    /// What is in stock: article and pieces.
    pub stock: BTreeMap<String, i32>,
    /// Orders that are packed at the same time at the most.
    pub pickers: u32,
    /// How long a picker packs an order, in milliseconds.
    pub packing_millis: u64,
    /// What an account holds that is opened by its first payment, in minor units.
    pub first_balance_minor: i64,
    /// Which log lines are written.
    pub log: String,
    /// A folder of definitions instead of the repository's.
    pub definitions: Option<PathBuf>,
    /// More settings of the orchestrator, as `palinode run --set` takes them.
    pub orchestrator: BTreeMap<String, String>,
    /// More properties of librdkafka for the orchestrator.
    pub kafka_properties: BTreeMap<String, String>,
}

impl Settings {
    /// A shop with all services and one node, as the demo has it.
    pub fn new(
        program: impl Into<PathBuf>,
        repository: impl Into<PathBuf>,
        folder: impl Into<PathBuf>,
        bootstrap_servers: impl Into<String>,
        registry: impl Into<String>,
    ) -> Self {
        Self {
            program: program.into(),
            repository: repository.into(),
            folder: folder.into(),
            bootstrap_servers: bootstrap_servers.into(),
            registry: registry.into(),
            topic_prefix: String::new(),
            partitions: 12,
            replication: 1,
            bootstrap_of: BTreeMap::new(),
            nodes: 1,
            services: Component::SERVICES.to_vec(),
            webhook: "http://127.0.0.1:9/".into(),
            stock: ["tea", "cup", "unpackable-vase"]
                .map(|sku| (sku.to_owned(), 1_000_000))
                .into(),
            pickers: 32,
            packing_millis: 20,
            first_balance_minor: 1_000_000_000,
            log: "info".into(),
            definitions: None,
            orchestrator: BTreeMap::new(),
            kafka_properties: BTreeMap::new(),
        }
    }

    /// Kafka's address for a process.
    pub(super) fn bootstrap_of(&self, component: Component) -> &str {
        self.bootstrap_of.get(&component).unwrap_or(&self.bootstrap_servers)
    }

    /// What a service's settings file holds.
    pub(super) fn service(&self, component: Component, listen: &str) -> Value {
        let topics: &[&str] = match component {
            Component::Order => &["orders.status"],
            Component::Payment => &["payments.commands"],
            Component::Warehouse => &["warehouse.commands"],
            Component::Shipment => &["shipments.commands"],
            Component::Notification => &[
                "orders.events",
                "orders.status",
                "payments.events",
                "warehouse.events",
                "shipments.events",
            ],
            Component::Analytics => &[
                "palinode.outcomes",
                "orders.events",
                "orders.status",
                "payments.events",
                "warehouse.events",
                "shipments.events",
            ],
            Component::Orchestrator(_) => &[],
        };
        let name = component.name();
        let mut settings = json!({
            "service": {
                "name": name,
                "kafka": { "bootstrap_servers": self.bootstrap_of(component), "topic_prefix": self.topic_prefix },
                "topics": topics,
            },
            "database": self.folder.join(&name).join("data.sqlite"),
            "listen": listen,
        });
        match component {
            Component::Payment => settings["first_balance_minor"] = json!(self.first_balance_minor),
            Component::Warehouse => {
                settings["stock"] = json!(self.stock);
                settings["pickers"] = json!(self.pickers);
                settings["packing_millis"] = json!(self.packing_millis);
            }
            Component::Notification => settings["webhook"] = json!(self.webhook),
            _ => {}
        }
        settings
    }
}
