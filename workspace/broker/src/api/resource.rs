//! What has settings: Kafka's numbering of resources, and which names they have here.

use kafka_protocol::ResponseError;

use crate::{NODE_ID, topics::Refusal};

pub(super) const TOPIC: i8 = 2;
pub(super) const BROKER: i8 = 4;
pub(super) const CLIENT_METRICS: i8 = 16;
pub(super) const GROUP: i8 = 32;

/// Checks that a name is the node's, or the empty one that stands for all.
pub(super) fn check_broker(name: &str) -> Result<(), Refusal> {
    if name.is_empty() || name.parse() == Ok(NODE_ID) {
        return Ok(());
    }
    Err(Refusal::new(
        ResponseError::InvalidRequest,
        format!("Unexpected broker id, expected {NODE_ID} or empty string, but received {name}"),
    ))
}

/// The refusal of what has no settings.
pub(super) fn unexpected(kind: i8) -> Refusal {
    Refusal::new(
        ResponseError::InvalidRequest,
        format!("Unexpected resource type {kind}"),
    )
}
