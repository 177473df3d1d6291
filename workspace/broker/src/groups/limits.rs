//! Limits of groups. Kafka leaves most of them open; here they keep a hostile client from filling the memory.

use std::time::Duration;

/// Characters of the metadata of a committed offset, as Kafka's `offset.metadata.max.bytes`, which counts characters.
const OFFSET_METADATA_MAX: usize = 4_096;
/// Members of a group, those included that were given an id and have not come back with it.
pub(crate) const MEMBERS_MAX: usize = 1_000;
/// Groups of the broker.
pub(crate) const GROUPS_MAX: usize = 10_000;
/// Assignment protocols that a member may offer; clients offer one to three.
pub(crate) const PROTOCOLS_MAX: usize = 64;
/// Bytes of what a member tells the leader: in Kafka those of all members must fit into one record of 1 MB.
pub(crate) const MEMBER_BYTES_MAX: usize = 1_048_576;
/// Bytes of the assignment of a group, for all of its members.
pub(crate) const ASSIGNMENTS_BYTES_MAX: usize = 4_194_304;
/// Topics that a member of a consumer group may read.
pub(crate) const SUBSCRIBED_TOPICS_MAX: usize = 10_000;
/// The shortest and the longest session time-out a member may ask for, as Kafka's `group.min.session.timeout.ms` and
/// `group.max.session.timeout.ms`.
pub(crate) const SESSION_TIMEOUT_MS: std::ops::RangeInclusive<i32> = 6_000..=1_800_000;
/// How long a member that joins for the first time may wait for its answer; it has no id to send heartbeats with.
pub(crate) const NEW_MEMBER_JOIN_TIMEOUT: Duration = Duration::from_secs(300);
/// How often offsets that are too old are looked for, as Kafka's `offsets.retention.check.interval.ms`.
pub(crate) const RETENTION_CHECK_INTERVAL: Duration = Duration::from_secs(600);

/// Whether the metadata of an offset is short enough to be kept.
pub(crate) fn metadata_fits(metadata: &str) -> bool {
    metadata.len() <= OFFSET_METADATA_MAX || metadata.encode_utf16().count() <= OFFSET_METADATA_MAX
}
