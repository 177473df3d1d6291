//! The settings of an orchestrator: from a file, the environment and flags, each overriding the one before.
//!
//! Environment variables are `PALINODE__` and the path of the setting with `__` between its parts, for example
//! `PALINODE__KAFKA__BOOTSTRAP_SERVERS`. The reference in docs/configuration.md is made from this file.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use crate::Error;

/// All settings of an orchestrator.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Configuration {
    /// The name of the application: part of the transactional ids, of the group id and of the store's folder.
    pub application: String,
    /// The name of this node, unique among the members and stable over restarts. Default: the host's name.
    pub member: String,
    /// Put before every topic name, so that several applications can share a cluster.
    pub topic_prefix: String,
    /// The number of tasks, and of partitions of our own topics. Fixed for the life of the application.
    pub partitions: i32,
    /// Definition files, or folders of them (`*.yaml`).
    pub definitions: Vec<PathBuf>,
    /// A folder of Avro schemas (`*.avsc`) to register at start. None: all schemas are registered already.
    pub schemas: Option<PathBuf>,
    /// Where the tasks keep their state. It may be deleted at any time; it is made again from the journal.
    pub data_dir: PathBuf,
    /// Kafka.
    pub kafka: Kafka,
    /// The schema registry.
    pub registry: Registry,
    /// The HTTP server for people and probes.
    pub http: Http,
    /// Logging.
    pub log: Log,
    /// Standbys.
    pub standby: Standby,
    /// The engine.
    pub engine: Engine,
    /// The store.
    pub store: Store,
}

/// How to reach Kafka.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Kafka {
    /// Brokers to ask first: `host:port`, separated by commas.
    pub bootstrap_servers: String,
    /// More properties of librdkafka, for example for TLS and SASL.
    pub properties: BTreeMap<String, String>,
}

/// How to reach the schema registry.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Registry {
    /// Its URL, without a path of its own.
    pub url: String,
}

/// The HTTP server.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// The address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
}

/// Logging.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `text` for people, `json` for machines.
    pub format: LogFormat,
    /// Which lines are written: a level (`info`), or levels by module (`info,palinode_engine=debug`).
    pub filter: String,
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// Standbys.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Standby {
    /// How many nodes follow the journal of a task beside the one that runs it, so that one of them can take it over within
    /// seconds. Each of them keeps the task's state on its disk as well. With one node there is none.
    pub replicas: u32,
}

/// The engine.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Engine {
    /// Open sagas of one task above which it reads no further starts. Replies are always read.
    pub open_sagas_max: u64,
    /// How many seconds a record with an unknown schema waits while the registry does not answer, before it becomes a
    /// dead letter.
    pub schema_wait_seconds: u64,
    /// Journal records of a task after which it makes a checkpoint: what a node that has lost its disk replays at the most.
    pub checkpoint_records: u64,
    /// The longest time in seconds between two checkpoints of a task that journals anything.
    pub checkpoint_seconds: u64,
    /// How many tasks of the node are restored at a time; the others wait for their turn.
    pub restores_max: usize,
}

/// The store.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Store {
    /// Bytes of memory that the stores of all tasks share for caches and write buffers.
    pub memory_bytes: u64,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            application: "palinode".into(),
            member: host_name(),
            topic_prefix: String::new(),
            partitions: 12,
            definitions: vec!["sagas".into()],
            schemas: None,
            data_dir: "data".into(),
            kafka: Kafka::default(),
            registry: Registry::default(),
            http: Http::default(),
            log: Log::default(),
            standby: Standby::default(),
            engine: Engine::default(),
            store: Store::default(),
        }
    }
}

impl Default for Kafka {
    fn default() -> Self {
        Self {
            bootstrap_servers: "localhost:9092".into(),
            properties: BTreeMap::new(),
        }
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self {
            url: "http://localhost:8081".into(),
        }
    }
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self {
            format: LogFormat::Text,
            filter: "info".into(),
        }
    }
}

impl Default for Standby {
    fn default() -> Self {
        Self { replicas: 1 }
    }
}

impl Default for Engine {
    fn default() -> Self {
        let engine = palinode_engine::Settings::default();
        Self {
            open_sagas_max: engine.open_sagas_max,
            schema_wait_seconds: engine.schema_wait.as_secs(),
            checkpoint_records: engine.checkpoint_records,
            checkpoint_seconds: engine.checkpoint_interval.as_secs(),
            restores_max: engine.restores.max(),
        }
    }
}

impl Default for Store {
    fn default() -> Self {
        Self {
            memory_bytes: 256 * 1024 * 1024,
        }
    }
}

impl Configuration {
    /// Reads the settings: defaults, then the file, then the environment, then `overrides` (paths with dots, as flags
    /// give them).
    ///
    /// # Errors
    /// When the file cannot be read, a setting is unknown or has the wrong type, or a value is out of bounds.
    pub fn read(file: Option<&std::path::Path>, overrides: &[(String, String)]) -> Result<Self, Error> {
        let defaults = config::Config::try_from(&Self::default()).map_err(Error::configuration)?;
        let mut builder = config::Config::builder().add_source(defaults);
        if let Some(file) = file {
            builder = builder.add_source(config::File::from(file));
        }
        let environment = config::Environment::with_prefix("PALINODE")
            .prefix_separator("__")
            .separator("__")
            .list_separator(",")
            .with_list_parse_key("definitions")
            .try_parsing(true);
        builder = builder.add_source(environment);
        for (path, value) in overrides {
            // The one setting that is a list; files are told apart by commas, as in the environment.
            let value: config::Value = match path.as_str() {
                "definitions" => value.split(',').map(str::to_owned).collect::<Vec<_>>().into(),
                _ => value.as_str().into(),
            };
            builder = builder.set_override(path, value).map_err(Error::configuration)?;
        }
        let read = builder
            .build()
            .and_then(config::Config::try_deserialize)
            .map_err(Error::configuration)?;
        Self::check(read)
    }

    fn check(self) -> Result<Self, Error> {
        let fault = if self.application.is_empty() {
            Some("'application' is empty; give the application a name")
        } else if self.member.is_empty() {
            Some("'member' is empty; give the node a name that no other node has")
        } else if !(1..=1_000).contains(&self.partitions) {
            Some("'partitions' is not between 1 and 1000")
        } else if self.definitions.is_empty() {
            Some("'definitions' names no file and no folder, so that there is nothing to run")
        } else {
            None
        };
        match fault {
            Some(fault) => Err(Error::Configuration { reason: fault.into() }),
            None => Ok(self),
        }
    }

    /// The engine's part.
    pub fn engine_settings(&self) -> palinode_engine::Settings {
        palinode_engine::Settings {
            open_sagas_max: self.engine.open_sagas_max,
            schema_wait: Duration::from_secs(self.engine.schema_wait_seconds),
            checkpoint_records: self.engine.checkpoint_records,
            checkpoint_interval: Duration::from_secs(self.engine.checkpoint_seconds),
            restores: palinode_engine::Restores::at_most(self.engine.restores_max),
            ..palinode_engine::Settings::default()
        }
    }
}

fn host_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map(|name| name.trim().to_owned())
        .ok()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "palinode-0".into())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    #[test]
    fn a_flag_overrides_the_file_and_the_file_the_default() {
        let file = file("application: shop\npartitions: 3\nkafka: { bootstrap_servers: 'a:1' }\n");
        let overrides = [("kafka.bootstrap_servers".to_owned(), "b:2".to_owned())];
        let read = Configuration::read(Some(file.path()), &overrides).unwrap();
        assert_eq!((&*read.application, read.partitions), ("shop", 3));
        assert_eq!(read.kafka.bootstrap_servers, "b:2");
        assert_eq!(read.registry, Registry::default());
    }

    #[test]
    fn an_unknown_setting_is_named() {
        let file = file("kafak: {}\n");
        let error = Configuration::read(Some(file.path()), &[]).unwrap_err().to_string();
        assert!(error.contains("kafak"), "{error}");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Configuration::read(Some("no/such/file.yaml".as_ref()), &[])
            .unwrap_err()
            .to_string();
        assert!(error.contains("no/such/file.yaml"), "{error}");
    }

    #[test]
    fn partitions_out_of_bounds_are_refused() {
        let file = file("partitions: 0\n");
        assert!(Configuration::read(Some(file.path()), &[]).is_err());
    }
}
