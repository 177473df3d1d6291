//! How Kafka is reached, and the time-outs that belong to it.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use super::{client, role::Role};
use crate::Error;

/// After this time the broker aborts a transaction that nobody ended: the longest that a dead owner can hold up the
/// readers of its outputs when no other node initialises its ids.
pub const TRANSACTION_TIMEOUT: Duration = Duration::from_secs(5);
/// A commit that is not decided after this time counts as unknown. Longer than `TRANSACTION_TIMEOUT`, after which the
/// broker itself has decided.
pub(super) const COMMIT_TIMEOUT: Duration = Duration::from_secs(10);
/// An abort that is not confirmed after this time counts as unknown.
pub(super) const ABORT_TIMEOUT: Duration = Duration::from_secs(5);
/// Initialising an id waits for the end of the dead owner's transaction; beyond this it is tried again from the start.
pub(super) const FENCE_TIMEOUT: Duration = Duration::from_secs(15);
/// How long librdkafka waits, give or take a fifth, before it asks again what failed with its connection.
pub(super) const RETRY_BACKOFF: Duration = Duration::from_millis(250);
/// So it does not ask again sooner than this.
pub(super) const ASKED_AGAIN_AFTER: Duration = Duration::from_millis(200);
/// A request that hangs is given up within a transaction's time; librdkafka allows a producer no more.
pub(super) const REQUEST_TIMEOUT: Duration = TRANSACTION_TIMEOUT;
/// Metadata and offsets are answered from the broker's memory; a longer wait means that it is not well.
pub(super) const QUERY_TIMEOUT: Duration = Duration::from_secs(5);
/// The group finds a member dead after this time: the least that a broker allows by default.
pub(super) const SESSION_TIMEOUT: Duration = Duration::from_secs(6);

/// Properties on which the guarantees rest: they cannot be set.
const RESERVED: [&str; 22] = [
    "acks",
    "allow.auto.create.topics",
    "auto.offset.reset",
    "bootstrap.servers",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.idempotence",
    "enable.partition.eof",
    "group.id",
    "group.instance.id",
    "isolation.level",
    "log.connection.close",
    "log.queue",
    "max.in.flight",
    "metadata.broker.list",
    "partitioner",
    "request.required.acks",
    "retry.backoff.max.ms",
    "retry.backoff.ms",
    "socket.timeout.ms",
    "transaction.timeout.ms",
    "transactional.id",
];

/// How Kafka is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// Where the first connection goes: `host:port`, separated by commas.
    pub bootstrap_servers: String,
    /// Further properties of librdkafka, for example `security.protocol`; they replace Palinode's own choices, except
    /// those on which its guarantees rest.
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
}

impl Settings {
    /// Kafka at `bootstrap_servers`, everything else as it comes.
    pub fn new(bootstrap_servers: impl Into<String>) -> Self {
        Self {
            bootstrap_servers: bootstrap_servers.into(),
            properties: BTreeMap::new(),
        }
    }

    /// Whether the settings can be used; asks no broker.
    ///
    /// # Errors
    /// [`Error::Refused`] names the property that is unknown, has a wrong value, or may not be set.
    pub fn validate(&self) -> Result<(), Error> {
        if self.bootstrap_servers.trim().is_empty() {
            return Err(Error::Refused {
                what: "no bootstrap server is given".into(),
            });
        }
        if let Some(key) = self.properties.keys().find(|key| RESERVED.contains(&key.as_str())) {
            return Err(Error::Refused {
                what: format!("the property '{key}' is Palinode's own and cannot be set"),
            });
        }
        client::base(self, "validate", Role::Trial)
            .create_native_config()
            .map(drop)
            .map_err(|error| Error::Refused {
                what: error.to_string(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(key: &str, value: &str) -> Settings {
        let mut settings = Settings::new("localhost:9092");
        settings.properties.insert(key.into(), value.into());
        settings
    }

    #[test]
    fn takes_properties_of_librdkafka() {
        assert!(with("reconnect.backoff.ms", "100").validate().is_ok());
    }

    #[test]
    fn refuses_what_is_unknown_wrong_or_reserved() {
        for (key, value) in [
            ("no.such.property", "1"),
            ("reconnect.backoff.ms", "soon"),
            ("transactional.id", "mine"),
        ] {
            let refused = with(key, value).validate().unwrap_err();
            assert!(refused.to_string().contains(key), "{refused}");
            assert!(!refused.is_retriable());
        }
        assert!(Settings::new(" ").validate().is_err());
    }
}
