//! What the measurements stand on: a broker, a registry with all schemas, and the orchestrator as a process.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use palinode_core::SchemaId;
use palinode_log::registry::RegistryClient;
use palinode_sandbox::{
    cluster::{Cluster, Kind},
    registry::{self, Registry},
    shop::{Component, Settings, Shop},
};
use palinode_server::{read_schema_files, register_schemas};
use palinode_wire::{Schemas, typed::RecordCodec};
use serde::Serialize;
use tempfile::TempDir;

use super::{outcomes::Outcomes, participants::Participants, sample::Sample, traffic::Traffic};

/// Partitions of every topic, and tasks of the orchestrator.
pub(super) const PARTITIONS: i32 = 12;
/// What stands before the topics that the orchestrator works on.
const PREFIX: &str = "bench.";
/// The orchestrator.
const ORCHESTRATOR: Component = Component::Orchestrator(0);

/// A broker and a registry.
pub(super) struct Ground {
    // Dropped in this order: the folder goes last.
    pub(super) cluster: Cluster,
    pub(super) registry: Registry,
    pub(super) schemas: Records,
    pub(super) repository: PathBuf,
    pub(super) folder: TempDir,
}

/// The record types of the repository, as the registry knows them.
pub(super) struct Records(BTreeMap<String, (SchemaId, String)>);

impl Ground {
    /// Starts the broker and the registry.
    pub(super) fn prepare() -> anyhow::Result<Self> {
        let repository = std::env::current_dir()?;
        ensure!(
            repository.join("schemas/catalog.yaml").is_file(),
            "run this in the root of the repository: it needs its schemas and sagas"
        );
        let kind = Kind::from_environment(Kind::Real)?;
        ensure!(
            !matches!(kind, Kind::Existing(_)),
            "the benchmark measures a broker of its own: leave BOOTSTRAP away"
        );
        println!("On {kind}.");
        if kind == Kind::Embedded {
            println!("It runs inside this process: its processor time is that of the participants, too.");
        }
        println!();
        let cluster = Cluster::start(kind)?;
        let registry = Registry::start(registry::Settings::default())?;
        let schemas = Records::register(&registry.url(), &repository)?;
        let folder = tempfile::Builder::new().prefix("palinode-bench-").tempdir()?;
        Ok(Self {
            cluster,
            registry,
            schemas,
            repository,
            folder,
        })
    }

    /// The orchestrator alone, with participants that keep their state in memory.
    pub(super) fn stage(&self) -> anyhow::Result<Stage<'_>> {
        self.stage_at(PREFIX)
    }

    /// The same on topics whose names begin with `prefix`: several may stand beside each other.
    pub(super) fn stage_at(&self, prefix: &'static str) -> anyhow::Result<Stage<'_>> {
        self.stage_with(prefix, |_| {})
    }

    /// The same with other settings of the orchestrator.
    pub(super) fn stage_with(
        &self,
        prefix: &'static str,
        change: impl FnOnce(&mut Settings),
    ) -> anyhow::Result<Stage<'_>> {
        let mut settings = self.shop(prefix, prefix.trim_end_matches('.'))?;
        settings.services = Vec::new();
        settings.log = "warn".into();
        change(&mut settings);
        let shop = Shop::start(settings)?;
        let bootstrap = self.cluster.bootstrap();
        let participants = Participants::start(bootstrap, prefix, &self.schemas)?;
        let outcomes = Outcomes::open(bootstrap, prefix, &self.schemas)?;
        Ok(Stage {
            shop,
            participants,
            outcomes,
            ground: self,
            prefix,
        })
    }

    /// The process that the broker runs in.
    pub(super) fn broker(&self) -> u32 {
        self.cluster.pid().unwrap_or_else(std::process::id)
    }

    /// The settings of a shop on this ground; its data stands in `folder`.
    pub(super) fn shop(&self, topic_prefix: &str, folder: &str) -> anyhow::Result<Settings> {
        let program = std::env::current_exe().context("this program does not find itself")?;
        let mut settings = Settings::new(
            program,
            self.repository.clone(),
            self.folder.path().join(folder),
            self.cluster.bootstrap(),
            self.registry.url(),
        );
        settings.topic_prefix = topic_prefix.into();
        settings.partitions = PARTITIONS;
        Ok(settings)
    }
}

/// The orchestrator at work.
pub(super) struct Stage<'a> {
    pub(super) shop: Shop,
    pub(super) participants: Participants,
    pub(super) outcomes: Outcomes,
    pub(super) ground: &'a Ground,
    prefix: &'static str,
}

impl Stage<'_> {
    /// The full name of a topic.
    pub(super) fn topic(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// The process of the orchestrator.
    pub(super) fn orchestrator(&self) -> anyhow::Result<u32> {
        self.shop.pid(ORCHESTRATOR).context("the orchestrator does not run")
    }

    /// Holds the orchestrator's clock.
    pub(super) fn pause(&mut self) -> anyhow::Result<()> {
        Ok(self.shop.pause(ORCHESTRATOR)?)
    }

    /// Lets the orchestrator go on.
    pub(super) fn resume(&mut self) -> anyhow::Result<()> {
        Ok(self.shop.resume(ORCHESTRATOR)?)
    }

    /// Ends the orchestrator in order.
    pub(super) fn stop(&mut self) -> anyhow::Result<()> {
        Ok(self.shop.stop(ORCHESTRATOR)?)
    }

    /// Starts the orchestrator that was ended; says how long it took until all tasks ran.
    pub(super) fn start(&mut self) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        self.shop.restart(ORCHESTRATOR)?;
        Ok(begun.elapsed())
    }

    /// The orchestrator's counter of this name, all labels together.
    pub(super) fn counter(&self, name: &str) -> anyhow::Result<f64> {
        let text = palinode_sandbox::http::get(&format!("{}/metrics", self.shop.url(ORCHESTRATOR)))?;
        let lines = text.lines().filter(|line| line.starts_with(name));
        Ok(lines
            .filter_map(|line| line.rsplit_once(' ')?.1.parse::<f64>().ok())
            .sum())
    }

    /// Where the orchestrator's log stands, of each of its nodes, for errors.
    pub(super) fn log(&self) -> String {
        let nodes = self.shop.components().into_iter();
        let logs: Vec<String> = nodes.map(|node| self.shop.log(node).display().to_string()).collect();
        logs.join(" and ")
    }

    /// Orders for the orchestrator.
    pub(super) fn traffic(&self) -> anyhow::Result<Traffic<'_>> {
        Traffic::new(&self.outcomes, self.ground, self.topic("orders.events"), self.log())
    }

    /// The same, and beside it the orchestrator's processes, which may end and start meanwhile.
    pub(super) fn traffic_and_shop(&mut self) -> anyhow::Result<(Traffic<'_>, &mut Shop)> {
        let (topic, logs) = (self.topic("orders.events"), self.log());
        let traffic = Traffic::new(&self.outcomes, self.ground, topic, logs)?;
        Ok((traffic, &mut self.shop))
    }

    /// Where the orchestrator keeps its stores.
    pub(super) fn data(&self) -> PathBuf {
        self.shop.folder(ORCHESTRATOR)
    }

    /// The records of the saga of this order, which has ended.
    pub(super) fn sample(&self, order: &str) -> anyhow::Result<Sample> {
        Sample::read(self.ground.cluster.bootstrap(), self.prefix, order)
    }

    /// Ends everything in order.
    pub(super) fn end(mut self) -> anyhow::Result<()> {
        self.participants.stop()?;
        for node in self.shop.components() {
            self.shop.stop(node)?;
        }
        Ok(())
    }
}

impl Records {
    /// Registers all schemas of the repository and our own.
    fn register(url: &str, repository: &std::path::Path) -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = RegistryClient::new(url)?;
        let folder = repository.join("schemas");
        runtime.block_on(async {
            register_schemas(&client, url, Some(&folder)).await?;
            let mut known = BTreeMap::new();
            for (name, text) in read_schema_files(&folder)? {
                let id = client.register(&name, &text).await?;
                known.insert(name, (SchemaId(id.0), text));
            }
            Ok(Self(known))
        })
    }

    /// All of them, to look into payloads.
    pub(super) fn known(&self) -> anyhow::Result<Schemas> {
        let mut schemas = Schemas::default();
        for (id, text) in self.0.values() {
            schemas.add(*id, text.as_str())?;
        }
        Ok(schemas)
    }

    /// The codec of a record type.
    pub(super) fn codec(&self, record: &str) -> anyhow::Result<RecordCodec> {
        let (id, text) = self
            .0
            .get(record)
            .with_context(|| format!("the schema of {record} is missing"))?;
        Ok(RecordCodec::new(text, *id)?)
    }

    /// The framed bytes of a record.
    pub(super) fn encode<T: Serialize>(&self, record: &str, value: &T) -> anyhow::Result<Vec<u8>> {
        Ok(self.codec(record)?.encode(value)?)
    }
}
