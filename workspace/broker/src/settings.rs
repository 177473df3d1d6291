//! Settings of the broker.

use std::time::Duration;

use kafka_protocol::protocol::StrBytes;

/// Settings of the broker; the defaults are for one machine.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The cluster's id.
    pub cluster_id: StrBytes,
    /// The host that clients are told to connect to.
    pub host: StrBytes,
    /// The port that clients are told to connect to.
    pub port: i32,
    /// Ids (topics, members) are derived from it, so that equal seeds and requests give equal answers.
    pub seed: u64,
    /// Partitions of a topic whose creator names no number.
    pub partitions: i32,
    /// Whether a topic that is asked for or written to comes into being.
    pub auto_create_topics: bool,
    /// How long after EndTxn was answered its markers are written. None: with the answer.
    pub marker_delay: Option<Duration>,
    /// How long the first member of an empty group waits for others.
    pub initial_rebalance_delay: Duration,
    /// How often a member of a consumer group (KIP-848) is told to send heartbeats.
    pub consumer_heartbeat_interval: Duration,
    /// How long a member of a consumer group (KIP-848) may be silent.
    pub consumer_session_timeout: Duration,
    /// How long a group without members keeps its committed offsets.
    pub offsets_retention: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cluster_id: StrBytes::from_static_str("palinode-sandbox"),
            host: StrBytes::from_static_str("127.0.0.1"),
            port: 0,
            seed: 0,
            partitions: 1,
            auto_create_topics: false,
            marker_delay: None,
            initial_rebalance_delay: Duration::ZERO,
            consumer_heartbeat_interval: Duration::from_secs(5),
            consumer_session_timeout: Duration::from_secs(45),
            offsets_retention: Duration::from_secs(7 * 24 * 3600),
        }
    }
}
