//! How commands other than `palinode run` reach Kafka and the registry: by the same settings.

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::Context;
use clap::Args;
use palinode_core::SchemaId;
use palinode_log::{
    kafka::{self, CompactedTopic},
    registry::KeptSchemas,
};
use palinode_server::{Configuration, configuration};

use crate::arguments::setting;

/// The topic of the schemas that nodes have met, without the prefix.
const SCHEMAS_TOPIC: &str = "palinode.schemas";

/// How to reach Kafka.
#[derive(Clone, Debug, Args)]
pub(crate) struct Cluster {
    /// The configuration file of 'palinode run' (YAML): what it says of Kafka, TLS and SASL included, holds here as well.
    #[arg(long, short, env = "PALINODE_CONFIG")]
    config: Option<PathBuf>,
    /// Brokers to ask first: host:port, separated by commas. localhost:9092 unless the file says otherwise.
    #[arg(long, env = "PALINODE__KAFKA__BOOTSTRAP_SERVERS")]
    bootstrap_servers: Option<String>,
    /// What stands before every topic name.
    #[arg(long, env = "PALINODE__TOPIC_PREFIX")]
    topic_prefix: Option<String>,
    /// A property of librdkafka, for example security.protocol=SASL_SSL. Repeat for more.
    #[arg(long = "property", value_name = "PROPERTY=VALUE", value_parser = setting)]
    properties: Vec<(String, String)>,
}

/// Where everything is.
pub(crate) struct Reached {
    /// Kafka.
    pub(crate) kafka: kafka::Settings,
    /// What stands before every topic name.
    pub(crate) topic_prefix: String,
    /// The registry's URL.
    pub(crate) registry: String,
}

impl Cluster {
    /// The settings: flags, the environment, the file, defaults, each overriding what comes after it.
    pub(crate) fn reach(&self, registry: Option<&str>) -> anyhow::Result<Reached> {
        let given = [
            ("kafka.bootstrap_servers", self.bootstrap_servers.as_deref()),
            ("topic_prefix", self.topic_prefix.as_deref()),
            ("registry.url", registry),
        ];
        let overrides: Vec<_> = given
            .into_iter()
            .filter_map(|(path, value)| Some((path.to_owned(), value?.to_owned())))
            .collect();
        let read = Configuration::read(self.config.as_deref(), &overrides)?;
        let configuration::Kafka {
            bootstrap_servers,
            mut properties,
        } = read.kafka;
        properties.extend(self.properties.iter().cloned());
        Ok(Reached {
            kafka: kafka::Settings {
                bootstrap_servers,
                properties,
            },
            topic_prefix: read.topic_prefix,
            registry: read.registry.url,
        })
    }
}

/// The schemas that nodes have met, by id: so nobody needs the registry to read what nodes have read or written.
pub(crate) fn kept_schemas(kafka: &kafka::Settings, topic_prefix: &str) -> anyhow::Result<BTreeMap<SchemaId, String>> {
    let topic = CompactedTopic::new(kafka.clone(), format!("{topic_prefix}{SCHEMAS_TOPIC}"));
    let kept = KeptSchemas::read(topic).context("the schemas that nodes have met cannot be read")?;
    let texts = kept.all().into_iter();
    Ok(texts.map(|(id, schema)| (SchemaId(id.0), schema.text)).collect())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        cluster: Cluster,
    }

    fn reached(arguments: &[&str]) -> Reached {
        let line = Line::parse_from([&["command"], arguments].concat());
        line.cluster.reach(Some("http://registry:8081")).unwrap()
    }

    #[test]
    fn tls_and_sasl_come_from_the_file_of_the_orchestrator_and_flags_override_it() {
        let mut file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
        let text = "topic_prefix: shop.\nkafka:\n  bootstrap_servers: a:1\n  properties:\n    \"security.protocol\": \
                    SASL_SSL\n    \"sasl.mechanism\": PLAIN\n";
        file.write_all(text.as_bytes()).unwrap();
        let path = file.path().to_str().unwrap();
        let reached = reached(&[
            "--config",
            path,
            "--bootstrap-servers",
            "b:2",
            "--property",
            "sasl.mechanism=SCRAM-SHA-512",
        ]);
        assert_eq!(reached.kafka.bootstrap_servers, "b:2");
        assert_eq!(reached.kafka.properties["security.protocol"], "SASL_SSL");
        assert_eq!(reached.kafka.properties["sasl.mechanism"], "SCRAM-SHA-512");
        assert_eq!(
            (&*reached.topic_prefix, &*reached.registry),
            ("shop.", "http://registry:8081")
        );
    }

    #[test]
    fn without_a_file_the_defaults_of_the_orchestrator_hold() {
        let reached = reached(&["--topic-prefix", "t."]);
        assert_eq!(
            (&*reached.kafka.bootstrap_servers, &*reached.topic_prefix),
            ("localhost:9092", "t.")
        );
        assert!(reached.kafka.properties.is_empty());
    }
}
