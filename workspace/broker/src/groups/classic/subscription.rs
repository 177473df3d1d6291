//! Which topics a group of consumers reads, told from what its members send to their leader.

use std::collections::BTreeSet;

use bytes::{Buf, Bytes};
use kafka_protocol::{messages::ConsumerProtocolSubscription, protocol::Decodable};

use super::ClassicGroup;
use crate::frame;

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
    // What a member says within its JoinGroup may claim as much as a frame.
    let read = frame::read_guarded(metadata, |guard| {
        Ok(ConsumerProtocolSubscription::decode(guard, FIRST_VERSION)?)
    });
    let subscription = read.ok()?;
    Some(subscription.topics.iter().map(|topic| topic.to_string()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::groups::classic::testing::subscription;

    #[test]
    fn topics_are_read_from_what_a_member_says_and_not_from_what_cannot_be_read() {
        let topics = topics_of(subscription(&["orders", "payments"]));
        assert_eq!(topics, Some(vec!["orders".to_owned(), "payments".to_owned()]));
        // A count of two thousand million topics in six bytes, text, and nothing
        for unreadable in [&[0, 0, 0x7f, 0xff, 0xff, 0xff][..], b"topics", b""] {
            assert_eq!(topics_of(Bytes::copy_from_slice(unreadable)), None, "{unreadable:?}");
        }
    }
}
