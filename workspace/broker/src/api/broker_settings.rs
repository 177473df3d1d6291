//! The node's settings as clients read them: what its own settings say, and for the rest what it does.

use std::collections::BTreeMap;

use kafka_protocol::{messages::describe_configs_response::DescribeConfigsResourceResult, protocol::StrBytes};

use super::config_entry::{DEFAULT, SET_ON_BROKER};
use crate::{
    NODE_ID, Settings,
    topics::{KEYS, Kind},
};

/// What the node does and cannot be told to do otherwise.
const FIXED: &[(&str, Kind, &str)] = &[
    ("default.replication.factor", Kind::Int, "1"),
    ("delete.topic.enable", Kind::Boolean, "true"),
    ("group.coordinator.rebalance.protocols", Kind::List, "classic,consumer"),
    ("log.dirs", Kind::Text, super::LOG_DIR),
    ("offsets.topic.replication.factor", Kind::Int, "1"),
    ("process.roles", Kind::List, "broker,controller"),
    ("transaction.state.log.min.isr", Kind::Int, "1"),
    ("transaction.state.log.replication.factor", Kind::Int, "1"),
];

/// All settings of the node, by name.
pub(super) fn all(settings: &Settings) -> Vec<DescribeConfigsResourceResult> {
    let listener = format!("PLAINTEXT://{}:{}", settings.host, settings.port);
    let own = [
        ("advertised.listeners", Kind::Text, listener.clone()),
        (
            "auto.create.topics.enable",
            Kind::Boolean,
            settings.auto_create_topics.to_string(),
        ),
        ("broker.id", Kind::Int, NODE_ID.to_string()),
        (
            "group.initial.rebalance.delay.ms",
            Kind::Int,
            settings.initial_rebalance_delay.as_millis().to_string(),
        ),
        ("listeners", Kind::List, listener),
        ("node.id", Kind::Int, NODE_ID.to_string()),
        ("num.partitions", Kind::Int, settings.partitions.to_string()),
    ];
    let mut all = BTreeMap::new();
    for key in KEYS {
        if let Some(name) = key.broker_name {
            all.insert(
                name,
                entry(name, key.kind, StrBytes::from_static_str(key.default), DEFAULT),
            );
        }
    }
    for (name, kind, value) in FIXED {
        all.insert(name, entry(name, *kind, StrBytes::from_static_str(value), DEFAULT));
    }
    for (name, kind, value) in own {
        all.insert(name, entry(name, kind, StrBytes::from_string(value), SET_ON_BROKER));
    }
    all.into_values().collect()
}

fn entry(name: &'static str, kind: Kind, value: StrBytes, source: i8) -> DescribeConfigsResourceResult {
    DescribeConfigsResourceResult::default()
        .with_name(StrBytes::from_static_str(name))
        .with_value(Some(value))
        .with_read_only(true)
        .with_config_source(source)
        .with_config_type(kind as i8)
}
