//! What the demo runs on: a broker, a registry, the chat, the orchestrator and the services.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::Context;
use palinode_notification::receiver::Receiver;
use palinode_sandbox::{
    cluster::{Cluster, Kind},
    registry::{self, Registry},
    shop::{Component, Settings, Shop},
};
use tokio::runtime::Runtime;

use crate::arguments::Demo;

/// Everything that runs. Dropping it ends everything; when this process is killed, the children end as well.
pub(super) struct World {
    // Dropped in this order: services before what they stand on, the folder last.
    pub(super) shop: Shop,
    pub(super) chat: Receiver,
    pub(super) registry: Registry,
    cluster: Cluster,
    folder: tempfile::TempDir,
}

impl World {
    pub(super) fn start(runtime: &Runtime, arguments: &Demo) -> anyhow::Result<Self> {
        let repository = repository()?;
        let folder = folder(arguments.keep)?;
        let kind = Kind::from_environment(Kind::Embedded)?;
        println!("Starting a schema registry, the orchestrator and six services on {kind} …");
        let cluster = Cluster::start(kind)?;
        if !cluster.topic_prefix().is_empty() {
            println!(
                "The topics and groups of this run begin with '{}' and stay on the cluster.",
                cluster.topic_prefix()
            );
        }
        let registry = Registry::start(registry::Settings::default())?;
        let chat = runtime.block_on(Receiver::listen(SocketAddr::from(([127, 0, 0, 1], 0))))?;
        let program = std::env::current_exe().context("the demo cannot find its own program")?;
        let mut settings = Settings::new(
            program,
            &repository,
            folder.path().join("shop"),
            cluster.bootstrap(),
            registry.url(),
        );
        settings.topic_prefix = cluster.topic_prefix().into();
        settings.webhook = chat.url();
        settings.log.clone_from(&arguments.log);
        let shop = Shop::start(settings)?;
        Ok(Self {
            shop,
            chat,
            registry,
            cluster,
            folder,
        })
    }

    /// Where orders are placed.
    pub(super) fn orders_url(&self) -> String {
        format!("{}/orders", self.shop.url(Component::Order))
    }

    /// The database of the analytics service.
    pub(super) fn analytics(&self) -> PathBuf {
        self.shop.folder(Component::Analytics).join("data.sqlite")
    }

    /// Keeps the data and logs; gives their folder.
    pub(super) fn keep(self) -> PathBuf {
        let Self {
            shop,
            chat,
            registry,
            cluster,
            folder,
        } = self;
        drop((shop, chat, registry, cluster));
        folder.keep()
    }
}

/// What the name of a folder begins with that goes with its demo; its process's id follows.
const PASSING: &str = "palinode-demo-";

/// A folder for the data. Folders of demos that were killed are cleared away first.
fn folder(keep: bool) -> anyhow::Result<tempfile::TempDir> {
    for entry in std::fs::read_dir(std::env::temp_dir())?.flatten() {
        let name = entry.file_name();
        let owner = name
            .to_str()
            .and_then(|name| name.strip_prefix(PASSING)?.split('-').next());
        if owner.is_some_and(|pid| pid.parse::<u32>().is_ok() && !Path::new("/proc").join(pid).exists()) {
            // Somebody else's folder stays; it is in nobody's way.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    let prefix = if keep {
        "palinode-kept-".to_owned()
    } else {
        format!("{PASSING}{}-", std::process::id())
    };
    tempfile::Builder::new()
        .prefix(&prefix)
        .tempdir()
        .context("no temporary folder can be made")
}

/// The checkout: the sagas and schemas of the demo are the repository's own.
fn repository() -> anyhow::Result<PathBuf> {
    let here = std::env::current_dir().context("the current folder is gone")?;
    let is_ours = |folder: &Path| folder.join("schemas/catalog.yaml").is_file() && folder.join("sagas").is_dir();
    here.ancestors()
        .find(|folder| is_ours(folder))
        .map(Path::to_owned)
        .context("the demo needs the folders sagas/ and schemas/ of the repository; start it from there")
}
