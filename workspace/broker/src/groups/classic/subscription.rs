//! Which topics a group of consumers reads, told from what its members send to their leader.

use std::collections::BTreeSet;

use bytes::{Buf, Bytes};
use kafka_protocol::{messages::ConsumerProtocolSubscription, protocol::Decodable};

use super::ClassicGroup;

/// What consumers call their groups' protocol.
const CONSUMER: &str = "consumer";
/// The version that all later ones begin with; topics are in it.
const FIRST_VERSION: i16 = 0;

impl ClassicGroup {
    /// Whether its members are consumers.
    pub(crate) fn is_of_consumers(&self) -> bool {
        self.protocol_type
            .as_ref()
            .is_some_and(|name| name.as_str() == CONSUMER)
    }

    /// The topics that its members read; none when they are no consumers or say it in a way that cannot be read.
    pub(super) fn subscribed_topics(&self) -> Option<BTreeSet<String>> {
        if !self.is_of_consumers() {
            return None;
        }
        let Some(protocol) = &self.protocol else {
            return Some(BTreeSet::new());
        };
        let mut topics = BTreeSet::new();
        for member in self.members.values() {
            topics.extend(topics_of(member.metadata(protocol))?);
        }
        Some(topics)
    }
}

fn topics_of(mut metadata: Bytes) -> Option<Vec<String>> {
    metadata.try_get_i16().ok()?;
    let subscription = ConsumerProtocolSubscription::decode(&mut metadata, FIRST_VERSION).ok()?;
    Some(subscription.topics.iter().map(|topic| topic.to_string()).collect())
}
