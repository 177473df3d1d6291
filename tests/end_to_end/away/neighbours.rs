//! A broker and a registry that go away and come back with everything that they held.

use std::{net::SocketAddr, path::Path};

use palinode_sandbox::{
    broker::{self, Server, Sync},
    cluster::Kind,
    kafka::{self, Kafka},
    registry::{self, Registry},
};
use tempfile::TempDir;

use crate::support::eventually;

/// A broker and a registry.
pub(super) struct Neighbours {
    broker: Broker,
    registry: Option<Registry>,
    registry_url: String,
    folder: TempDir,
}

enum Broker {
    Embedded {
        server: Option<Server>,
        address: SocketAddr,
    },
    Real(Kafka),
}

impl Neighbours {
    /// A broker of this kind and a registry, both running.
    ///
    /// # Panics
    /// When one of them does not start.
    pub(super) fn start(kind: &Kind) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let broker = match kind {
            Kind::Embedded => {
                let settings = broker::Settings::kept_in(&folder.path().join("broker"), Sync::Never).expect("a folder");
                let server = Server::start(settings).expect("a broker");
                let address = server.address();
                Broker::Embedded {
                    server: Some(server),
                    address,
                }
            }
            Kind::Real => Broker::Real(Kafka::start(kafka::Settings::default()).expect("Kafka")),
            Kind::Existing(_) => panic!("a cluster that others use does not go away"),
        };
        let settings = registry::Settings {
            port: None,
            file: Some(folder.path().join("registry")),
        };
        let registry = Registry::start(settings).expect("a registry");
        Self {
            broker,
            registry_url: registry.url(),
            registry: Some(registry),
            folder,
        }
    }

    /// What clients take as `bootstrap.servers`.
    pub(super) fn bootstrap(&self) -> String {
        match &self.broker {
            Broker::Embedded { address, .. } => address.to_string(),
            Broker::Real(kafka) => kafka.bootstrap(),
        }
    }

    /// The registry's URL.
    pub(super) fn registry_url(&self) -> String {
        self.registry_url.clone()
    }

    /// Both are gone, without a word.
    pub(super) fn leave(&mut self) {
        drop(self.registry.take());
        match &mut self.broker {
            Broker::Embedded { server, .. } => drop(server.take()),
            Broker::Real(kafka) => kafka.kill9().expect("it is killed"),
        }
    }

    /// Both are back, where they were.
    pub(super) fn come_back(&mut self) {
        let data = self.folder.path().join("broker");
        match &mut self.broker {
            Broker::Embedded { server, address } => {
                *server = Some(eventually("the broker is back", || embedded(&data, *address)));
            }
            Broker::Real(kafka) => kafka.restart().expect("it comes back"),
        }
        let settings = registry::Settings {
            port: self.registry_url.rsplit(':').next().and_then(|port| port.parse().ok()),
            file: Some(self.folder.path().join("registry")),
        };
        let registry = eventually("the registry is back", || Registry::start(settings.clone()).ok());
        self.registry = Some(registry);
    }
}

fn embedded(data: &Path, listen: SocketAddr) -> Option<Server> {
    let settings = broker::Settings::kept_in(data, Sync::Never).ok()?;
    Server::start(broker::Settings { listen, ..settings }).ok()
}
