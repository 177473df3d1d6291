//! Several Kafka nodes as one cluster: each is broker and controller, so that most of them have to run.

use std::fmt::Write;
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::files::cluster_id;
use super::{Kafka, Settings};
use crate::{Error, Result, ports};

/// A node of several that moves some hundred records a second.
const HEAP_MIB: u32 = 320;

/// How long a broker may be silent before the others go on without it, when there are others: longer than a busy machine
/// leaves one without processor time, and no longer, because a killed one stays away for as long.
const SESSION: Duration = Duration::from_secs(15);

/// Several nodes that start at the same time, on a machine that has other things to do as well.
const START_AT_MOST: Duration = Duration::from_secs(300);

/// The quick compiler only: nodes that are killed again and again never live to see what the thorough one costs come back.
const QUICK: &str = "-XX:TieredStopAtLevel=1";

/// From so many nodes on every partition is kept three times, and two have to have a record.
const REPLICAS: usize = 3;

/// A door of a node: a port for some clients only, who are told another port. What stands between the two can cut them
/// off while others work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// Its name, of capital letters and digits.
    pub name: String,
    /// Where the node listens.
    pub listens: u16,
    /// The port that clients are told.
    pub told: u16,
}

/// A cluster. Dropping it kills all nodes.
#[derive(Debug)]
pub struct Quorum {
    nodes: Vec<Kafka>,
}

impl Quorum {
    /// The others go on without a broker that was killed after this time at the latest: the controller looks now and then.
    pub const GIVEN_UP_AFTER: Duration = Duration::from_secs(SESSION.as_secs() + 1);

    /// Starts as many nodes as there are lists of doors, and waits until all serve clients. Their data stands in
    /// `folder`.
    ///
    /// # Errors
    /// As [`Kafka::start`].
    pub fn start(folder: &Path, doors: &[Vec<Door>]) -> Result<Quorum> {
        let mut places = Vec::new();
        for _ in doors {
            places.push((ports::free()?, ports::free()?));
        }
        let cluster_id = cluster_id();
        let settings = doors.iter().enumerate().map(|(node, doors)| Settings {
            data_dir: Some(folder.join(format!("broker-{node}"))),
            port: Some(places[node].0),
            cluster_id: Some(cluster_id.clone()),
            heap_mib: HEAP_MIB,
            start_at_most: START_AT_MOST,
            java_options: vec![QUICK.into()],
            properties: properties(node, &places, doors),
        });
        // None is ready before most are there.
        let started: Vec<Result<Kafka>> = thread::scope(|scope| {
            let starting: Vec<_> = settings
                .map(|settings| scope.spawn(|| Kafka::start(settings)))
                .collect();
            let ended = || Error::Io {
                action: "start a node".into(),
                source: std::io::Error::other("its thread panicked"),
            };
            starting
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|_| Err(ended())))
                .collect()
        });
        Ok(Quorum {
            nodes: started.into_iter().collect::<Result<_>>()?,
        })
    }

    /// The nodes.
    pub fn nodes(&mut self) -> &mut [Kafka] {
        &mut self.nodes
    }

    /// What clients take as `bootstrap.servers`.
    pub fn bootstrap(&self) -> String {
        let each: Vec<String> = self.nodes.iter().map(Kafka::bootstrap).collect();
        each.join(",")
    }
}

/// What a node of several has otherwise than one that is alone. `places` holds the ports of each for clients and for
/// controllers.
fn properties(node: usize, places: &[(u16, u16)], doors: &[Door]) -> Vec<(String, String)> {
    let (clients, controller) = places[node];
    let mut voters = String::new();
    for (number, (_, controller)) in places.iter().enumerate() {
        let comma = if number == 0 { "" } else { "," };
        // Writing to a string cannot fail.
        let _ = write!(voters, "{comma}{}@127.0.0.1:{controller}", number + 1);
    }
    let mut listeners = format!("PLAINTEXT://127.0.0.1:{clients},CONTROLLER://127.0.0.1:{controller}");
    let mut told = format!("PLAINTEXT://127.0.0.1:{clients}");
    let mut protocols = "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT".to_owned();
    for door in doors {
        let _ = write!(listeners, ",{}://127.0.0.1:{}", door.name, door.listens);
        let _ = write!(told, ",{}://127.0.0.1:{}", door.name, door.told);
        let _ = write!(protocols, ",{}:PLAINTEXT", door.name);
    }
    let mut all = vec![
        ("node.id", (node + 1).to_string()),
        ("controller.quorum.voters", voters),
        ("listeners", listeners),
        ("advertised.listeners", told),
        ("listener.security.protocol.map", protocols),
    ];
    if places.len() >= REPLICAS {
        let copies = [
            "default.replication.factor",
            "offsets.topic.replication.factor",
            "transaction.state.log.replication.factor",
            "share.coordinator.state.topic.replication.factor",
        ];
        let in_sync = [
            "min.insync.replicas",
            "transaction.state.log.min.isr",
            "share.coordinator.state.topic.min.isr",
        ];
        all.extend(copies.map(|name| (name, REPLICAS.to_string())));
        all.extend(in_sync.map(|name| (name, (REPLICAS - 1).to_string())));
        all.push(("unclean.leader.election.enable", "false".into()));
        all.push(("broker.session.timeout.ms", SESSION.as_millis().to_string()));
    }
    all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_nodes_keep_everything_three_times_and_tell_each_door_its_own_port() {
        let door = Door {
            name: "NORTH".into(),
            listens: 7,
            told: 8,
        };

        let properties = properties(1, &[(1, 2), (3, 4), (5, 6)], &[door]);

        let value = |name: &str| {
            let found = properties.iter().find(|(found, _)| found == name);
            found.map(|(_, value)| value.as_str()).unwrap_or_default()
        };
        assert_eq!(value("node.id"), "2");
        assert_eq!(
            value("controller.quorum.voters"),
            "1@127.0.0.1:2,2@127.0.0.1:4,3@127.0.0.1:6"
        );
        assert_eq!(
            value("listeners"),
            "PLAINTEXT://127.0.0.1:3,CONTROLLER://127.0.0.1:4,NORTH://127.0.0.1:7"
        );
        assert_eq!(
            value("advertised.listeners"),
            "PLAINTEXT://127.0.0.1:3,NORTH://127.0.0.1:8"
        );
        assert_eq!(value("transaction.state.log.replication.factor"), "3");
        assert_eq!(value("min.insync.replicas"), "2");
    }
}
