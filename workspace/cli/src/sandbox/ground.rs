//! What a sandbox stands on: a broker, its topics, and a registry with all schemas.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    time::Duration,
};

use anyhow::{Context, bail};
use palinode_core::SchemaId;
use palinode_log::{
    kafka::{self, topics::Topics},
    registry::RegistryClient,
};
use palinode_registry::Registry;
use palinode_sandbox::broker::{Clock, Server, Settings};
use palinode_server::read_schema_files;
use palinode_wire::{Schemas, own};
use tokio::net::TcpListener;

use super::{journal::TopicJournal, stage::Stage, topics};

/// Where the known registries keep what they know.
const SCHEMAS_TOPIC: &str = "_schemas";
/// The same on a Kafka of others, which may have a registry of its own.
const SCHEMAS_TOPIC_ELSEWHERE: &str = "palinode-sandbox._schemas";

/// The broker.
pub(super) struct Ground {
    bootstrap: String,
    server: Option<Server>,
}

impl Ground {
    /// Starts the broker and creates the topics; on the Kafka of others, only creates them.
    pub(super) fn prepare(
        stage: &Stage,
        port: u16,
        broker: impl FnOnce() -> anyhow::Result<Settings>,
    ) -> anyhow::Result<(Self, Registry)> {
        let (ground, schemas_topic) = match &stage.run.bootstrap {
            Some(bootstrap) => (Self::elsewhere(bootstrap), SCHEMAS_TOPIC_ELSEWHERE),
            None => (Self::embedded(port, broker()?)?, SCHEMAS_TOPIC),
        };
        let catalog = stage.run.catalog.as_deref();
        let specs = topics::specs(&stage.plans, catalog, stage.partitions, schemas_topic)?;
        Topics::connect(&kafka::Settings::new(&ground.bootstrap))?
            .create(&specs)
            .context("the topics could not be created")?;
        let registry = Registry::recover(TopicJournal::new(&ground.bootstrap, schemas_topic)?)?;
        Ok((ground, registry))
    }

    fn elsewhere(bootstrap: &str) -> Self {
        Self {
            bootstrap: bootstrap.to_owned(),
            server: None,
        }
    }

    fn embedded(port: u16, settings: Settings) -> anyhow::Result<Self> {
        let listen = local(port);
        let server = Server::start(Settings { listen, ..settings })
            .with_context(|| format!("the broker could not be started on {listen}; --port takes another port"))?;
        Ok(Self {
            bootstrap: server.bootstrap(),
            server: Some(server),
        })
    }

    /// Where clients connect first.
    pub(super) fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// Moves the time that records get. Sessions and transactions are not touched.
    pub(super) fn advance(&self, span: Duration) -> anyhow::Result<()> {
        let Some(server) = &self.server else {
            bail!("the clock of a Kafka of others cannot be moved, and ours must not differ from it");
        };
        server.clock().advance_records(span);
        Ok(())
    }

    /// Whether the broker is the sandbox's own.
    pub(super) fn is_own(&self) -> bool {
        self.server.is_some()
    }

    /// How far time was moved by leaps.
    pub(super) fn leaps(&self) -> Duration {
        self.leaps_of().map_or(Duration::ZERO, |clock| clock.records_ahead())
    }

    /// The clock that knows it.
    pub(super) fn leaps_of(&self) -> Option<Clock> {
        self.server.as_ref().map(|server| server.clock().clone())
    }

    /// Writes everything that the broker holds into a folder.
    pub(super) fn copy_to(&self, folder: &Path) -> anyhow::Result<()> {
        match &self.server {
            Some(server) => Ok(server.copy_to(folder)?),
            None => bail!("a Kafka of others cannot be copied"),
        }
    }

    /// Stops the broker.
    pub(super) fn stop(self) {
        if let Some(server) = self.server {
            server.stop();
        }
    }
}

/// This port of this machine alone.
pub(super) fn local(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// Listens on a port of this machine.
pub(super) async fn listen(port: u16, flag: &str) -> anyhow::Result<TcpListener> {
    let told = || format!("port {port} is taken; {flag} takes another one, and 0 any that is free");
    TcpListener::bind(local(port)).await.with_context(told)
}

/// Registers the schemas of the folder and our own.
pub(super) async fn register(url: &str, folder: &Path) -> anyhow::Result<Schemas> {
    let client = RegistryClient::new(url)?;
    let ours = own::ALL.iter().map(|own| (own.name.to_owned(), own.text.to_owned()));
    let mut texts = read_schema_files(folder).with_context(|| {
        format!(
            "the schemas could not be read from {}; --schemas names another folder",
            folder.display()
        )
    })?;
    texts.extend(ours);
    let mut schemas = Schemas::default();
    for (subject, text) in texts {
        let id = client.register(&subject, &text).await?;
        schemas.add(SchemaId(id.0), text)?;
    }
    Ok(schemas)
}
