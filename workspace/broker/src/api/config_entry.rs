//! How a topic's setting is shown to clients.

use kafka_protocol::{
    messages::describe_configs_response::{DescribeConfigsResourceResult, DescribeConfigsSynonym},
    protocol::StrBytes,
};

use crate::topics::Key;

/// Where a value comes from, in Kafka's numbering.
pub(super) const SET_ON_TOPIC: i8 = 1;
pub(super) const SET_ON_BROKER: i8 = 4;
pub(super) const DEFAULT: i8 = 5;

/// The value of a topic's setting.
pub(super) fn value(key: &Key, set: Option<&String>) -> StrBytes {
    match set {
        Some(value) => StrBytes::from_string(value.clone()),
        None => StrBytes::from_static_str(key.default),
    }
}

/// Where the value of a topic's setting comes from.
pub(super) fn source(set: Option<&String>) -> i8 {
    if set.is_some() { SET_ON_TOPIC } else { DEFAULT }
}

/// A topic's setting, described.
pub(super) fn entry(key: &Key, set: Option<&String>) -> DescribeConfigsResourceResult {
    DescribeConfigsResourceResult::default()
        .with_name(StrBytes::from_static_str(key.name))
        .with_value(Some(value(key, set)))
        .with_config_source(source(set))
        .with_config_type(key.kind as i8)
}

/// Where the value of a topic's setting would come from, nearest first.
pub(super) fn synonyms(key: &Key, set: Option<&String>) -> Vec<DescribeConfigsSynonym> {
    let synonym = |name, value, source| {
        DescribeConfigsSynonym::default()
            .with_name(StrBytes::from_static_str(name))
            .with_value(Some(value))
            .with_source(source)
    };
    let own = set.map(|_| synonym(key.name, value(key, set), SET_ON_TOPIC));
    let broker = key.broker_name.map(|name| synonym(name, value(key, None), DEFAULT));
    own.into_iter().chain(broker).collect()
}
