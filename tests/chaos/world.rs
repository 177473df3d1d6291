//! The world that is hit: brokers, links, the registry, the orchestrators and the services.

use std::{
    collections::BTreeMap,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use palinode_notification::receiver::Receiver;
use palinode_sandbox::shop::{Component, Settings, Shop};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::{
    brokers::Brokers,
    disks::Disks,
    helper::{Helper, Role},
    network::Network,
    observer::{self, Observer},
    writer::{self, Writer},
};

/// Tasks of the orchestrator: three nodes have two each, and a fault of one hits a third.
const PARTITIONS: i32 = 6;
/// What the name of a run's folder begins with; the id of its process follows.
const PREFIX: &str = "palinode-chaos-";
/// The same for a folder that stays.
const KEPT: &str = "palinode-chaos-kept-";
/// Pieces of each article: more than a run can sell.
const PIECES: i32 = 100_000_000;

/// Which brokers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The embedded one.
    Embedded,
    /// So many nodes of Apache Kafka.
    Kafka(usize),
}

/// Everything that runs.
pub(crate) struct World {
    // Dropped in this order: processes before what they stand on, the folder last.
    pub(crate) shop: Shop,
    /// Writes down what it reads.
    pub(crate) observer: Observer,
    /// Writes down what it is told of its transactions.
    pub(crate) writer: Arc<Writer>,
    pub(crate) registry: Helper,
    pub(crate) brokers: Brokers,
    /// None with the embedded broker, which tells all of its clients one address.
    pub(crate) network: Option<Network>,
    pub(crate) disks: Disks,
    _chat: Receiver,
    _runtime: Runtime,
    folder: TempDir,
}

impl World {
    /// A world with so many nodes of the orchestrator.
    pub(crate) fn start(kind: Kind, nodes: u8) -> anyhow::Result<Self> {
        clear_away()?;
        let folder = tempfile::Builder::new()
            .prefix(&format!("{PREFIX}{}-", std::process::id()))
            .tempdir()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        let chat = runtime.block_on(Receiver::listen(SocketAddr::from(([127, 0, 0, 1], 0))))?;
        let (brokers, network) = match kind {
            Kind::Embedded => (Brokers::embedded(folder.path())?, None),
            Kind::Kafka(count) => {
                let network = Network::start(nodes, count)?;
                (Brokers::kafka(folder.path(), count, &network)?, Some(network))
            }
        };
        let registry = Helper::start(Role::Registry, "registry", folder.path())?;
        let mut settings = Settings::new(
            program(folder.path())?,
            repository()?,
            folder.path().join("shop"),
            brokers.bootstrap(),
            format!("http://{}", registry.address()),
        );
        settings.partitions = PARTITIONS;
        settings.nodes = nodes;
        settings.replication = match kind {
            Kind::Kafka(count @ 3..) => i32::try_from(count.min(3))?,
            _ => 1,
        };
        settings.webhook = chat.url();
        settings.stock.values_mut().for_each(|pieces| *pieces = PIECES);
        if let Some(network) = &network {
            let of_node = |node| (Component::Orchestrator(node), network.bootstrap(node));
            settings.bootstrap_of = (0..nodes).map(of_node).collect::<BTreeMap<_, _>>();
        }
        let folders: Vec<PathBuf> = (0..nodes)
            .map(|node| settings.folder.join(Component::Orchestrator(node).name()))
            .collect();
        let disks = Disks::mount(&folders);
        let clients = match &network {
            Some(network) => network.bootstrap_of_clients(),
            None => brokers.bootstrap(),
        };
        let shop = Shop::start(settings)?;
        let writer = Writer::start(shop.settings(), folder.path(), &clients)?;
        let observer = Observer::start(shop.settings(), folder.path(), clients)?;
        Ok(Self {
            shop,
            writer: Arc::new(writer),
            observer,
            registry,
            brokers,
            network,
            disks,
            _chat: chat,
            _runtime: runtime,
            folder,
        })
    }

    pub(crate) fn settings(&self) -> &Settings {
        self.shop.settings()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The catalogue of all topics.
    pub(crate) fn catalogue(&self) -> PathBuf {
        observer::catalogue(self.folder())
    }

    /// What clients have written down.
    pub(crate) fn notes(&self) -> [PathBuf; 2] {
        [observer::notes(self.folder()), writer::notes(self.folder())]
    }

    /// Kills the observer in the middle of what it does, and starts it again.
    pub(crate) fn kill_observer(&mut self) -> anyhow::Result<()> {
        self.observer.kill_and_start(self.shop.settings())
    }

    /// Ends everything and leaves data and logs where they are.
    pub(crate) fn keep(self) -> anyhow::Result<PathBuf> {
        let Self {
            shop,
            observer,
            registry,
            brokers,
            folder,
            disks,
            ..
        } = self;
        let (settings, nodes) = (shop.settings().clone(), shop.settings().nodes);
        drop((shop, observer, registry, brokers));
        if disks.can_be_filled() {
            // What stands in memory would be gone.
            for node in (0..nodes).map(|node| Component::Orchestrator(node).name()) {
                let to = settings.folder.join(format!("{node}-data"));
                let mut copy = std::process::Command::new("cp");
                let copied = copy.arg("-r").arg(settings.folder.join(&node)).arg(&to).status()?;
                anyhow::ensure!(copied.success(), "{} could not be written", to.display());
            }
        }
        // Under another name, so that the next run does not clear it away.
        let kept = folder.keep();
        let name = kept.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let new = kept.with_file_name(name.replacen(PREFIX, KEPT, 1));
        fs::rename(&kept, &new).with_context(|| format!("{} cannot be renamed", kept.display()))?;
        Ok(new)
    }
}

/// The program, under a name that stays when another one is built in its place.
fn program(folder: &Path) -> anyhow::Result<PathBuf> {
    let (built, kept) = (Path::new(env!("CARGO_BIN_EXE_palinode")), folder.join("palinode"));
    fs::hard_link(built, &kept)
        .or_else(|_| fs::copy(built, &kept).map(drop))
        .context("the program could not be copied")?;
    Ok(kept)
}

/// The root of the repository.
pub(crate) fn repository() -> anyhow::Result<PathBuf> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    Path::new(root).canonicalize().context("the repository")
}

/// Removes the folders of runs that were killed.
fn clear_away() -> anyhow::Result<()> {
    for entry in fs::read_dir(std::env::temp_dir())?.flatten() {
        let name = entry.file_name();
        let owner = name
            .to_str()
            .and_then(|name| name.strip_prefix(PREFIX)?.split('-').next());
        if owner.is_some_and(|pid| pid.parse::<u32>().is_ok() && !Path::new("/proc").join(pid).exists()) {
            // Somebody else's folder stays; it is in nobody's way.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    Ok(())
}
