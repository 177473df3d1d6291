//! What bounds a transaction, and the coordinator's memory.

use std::time::Duration;

/// The longest time, in milliseconds, that a client may keep a transaction open: `transaction.max.timeout.ms`, as in Kafka.
const TIMEOUT_MS_MAX: i32 = 900_000;

/// The last epoch that a client holds. One more is kept, so that whoever holds it can still be fenced.
pub(super) const EPOCH_LAST: i16 = i16::MAX - 1;

/// How long an idle transactional id is remembered: `transactional.id.expiration.ms`, as in Kafka.
pub(super) const IDLE_MAX: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How often idle transactional ids are looked for, as in Kafka: the look goes over all of them.
pub(super) const IDLE_LOOK: Duration = Duration::from_secs(60 * 60);

/// How long the coordinator waits before it tries again what the storage refused.
pub(super) const STORAGE_RETRY: Duration = Duration::from_millis(100);

/// How many transactional ids are remembered: some 100 MB at their longest usual names. Kafka has no limit; a client that
/// takes a new id for each transaction would fill the memory within the days after which ids are forgotten.
pub(super) const IDS_MAX: usize = 200_000;

/// The longest transactional id, in bytes, so that [`IDS_MAX`] bounds the memory.
pub(super) const ID_BYTES_MAX: usize = 1_024;

/// How many groups may take offsets from one transaction: their names come from the client, so their number is bounded.
pub(super) const GROUPS_MAX: usize = 100;

/// The epoch of the coordinator, written into each marker. There is one coordinator, and none ever takes over from it.
pub(super) const COORDINATOR_EPOCH: i32 = 0;

/// Whether a client may ask for this time-out, in milliseconds.
pub(crate) fn timeout_is_allowed(timeout_ms: i32) -> bool {
    (1..=TIMEOUT_MS_MAX).contains(&timeout_ms)
}
