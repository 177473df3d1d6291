//! The broker that runs.

use std::{
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

use uuid::Uuid;

use super::Kind;
use crate::{
    Error, Result, broker,
    kafka::{self, Kafka},
};

/// A broker of an existing cluster that is silent for so long is not there.
const CONNECT_AT_MOST: Duration = Duration::from_secs(5);

/// How many digits tell a run on an existing cluster from others.
const RUN_DIGITS: usize = 8;

/// A broker that runs. What was started for it ends when this is dropped; an existing cluster is left as it is, with the
/// topics that were made on it.
pub struct Cluster {
    bootstrap: String,
    topic_prefix: String,
    runs: Runs,
}

/// What is kept so that it goes on running; none for an existing cluster.
enum Runs {
    Embedded { _server: broker::Server },
    Real { node: Kafka },
    Elsewhere,
}

impl Cluster {
    /// Starts the broker that is wanted; it takes connections when this returns. An existing cluster is only asked whether
    /// it is there.
    ///
    /// # Errors
    /// When it does not start, or nobody answers where the cluster should be.
    pub fn start(kind: Kind) -> Result<Cluster> {
        let (bootstrap, topic_prefix, runs) = match kind {
            Kind::Embedded => {
                let server = broker::Server::start(broker::Settings::default())?;
                (server.bootstrap(), String::new(), Runs::Embedded { _server: server })
            }
            Kind::Real => {
                let node = Kafka::start(kafka::Settings::default())?;
                (node.bootstrap(), String::new(), Runs::Real { node })
            }
            Kind::Existing(bootstrap) => {
                check_answers(&bootstrap)?;
                (bootstrap, prefix_of_a_run(), Runs::Elsewhere)
            }
        };
        Ok(Cluster {
            bootstrap,
            topic_prefix,
            runs,
        })
    }

    /// What clients take as `bootstrap.servers`.
    pub fn bootstrap(&self) -> &str {
        &self.bootstrap
    }

    /// The id of the broker's own process; none for one that runs inside this process, or elsewhere.
    pub fn pid(&self) -> Option<u32> {
        match &self.runs {
            Runs::Real { node } => Some(node.pid()),
            Runs::Embedded { .. } | Runs::Elsewhere => None,
        }
    }

    /// What has to stand before the names of topics, groups and transactional ids: nothing on a broker of our own; on an
    /// existing cluster what no run before has used.
    pub fn topic_prefix(&self) -> &str {
        &self.topic_prefix
    }
}

fn prefix_of_a_run() -> String {
    let digits = Uuid::new_v4().simple().to_string();
    format!("palinode-{}.", &digits[..RUN_DIGITS])
}

/// Whether one of the brokers takes a connection.
fn check_answers(bootstrap: &str) -> Result<()> {
    let answers = |broker: &str| {
        let mut addresses = broker.trim().to_socket_addrs().into_iter().flatten();
        addresses.any(|address| TcpStream::connect_timeout(&address, CONNECT_AT_MOST).is_ok())
    };
    if bootstrap.split(',').any(answers) {
        return Ok(());
    }
    Err(Error::NobodyAnswers {
        bootstrap: bootstrap.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports;

    #[test]
    fn an_embedded_broker_takes_connections_and_ends_with_its_handle() {
        let cluster = Cluster::start(Kind::Embedded).unwrap();
        let bootstrap = cluster.bootstrap().to_owned();
        assert!(check_answers(&bootstrap).is_ok());
        assert_eq!(cluster.topic_prefix(), "");

        drop(cluster);

        assert!(check_answers(&bootstrap).is_err());
    }

    #[test]
    fn runs_on_an_existing_cluster_do_not_meet() {
        let existing = Cluster::start(Kind::Embedded).unwrap();
        let kind = Kind::Existing(format!("127.0.0.1:{},{}", ports::free().unwrap(), existing.bootstrap()));

        let (first, second) = (Cluster::start(kind.clone()).unwrap(), Cluster::start(kind).unwrap());

        assert!(first.topic_prefix().ends_with('.'));
        assert_ne!(first.topic_prefix(), second.topic_prefix());
        drop((first, second));
        assert!(check_answers(existing.bootstrap()).is_ok(), "it is left as it is");
    }

    #[test]
    fn a_cluster_that_is_not_there_is_named() {
        let bootstrap = format!("127.0.0.1:{}", ports::free().unwrap());

        let error = Cluster::start(Kind::Existing(bootstrap.clone()))
            .err()
            .unwrap()
            .to_string();

        assert!(error.contains(&bootstrap), "{error}");
        assert!(error.contains("BOOTSTRAP"), "{error}");
    }
}
