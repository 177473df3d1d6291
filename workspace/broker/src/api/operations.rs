//! Which operations a client may do, as bits of Kafka's `AclOperation`: all of them, since the broker knows no users.

/// Kafka's answer to one who did not ask.
pub(super) const NOT_ASKED: i32 = i32::MIN;
/// On the cluster: create, alter, describe, act for it, describe and alter settings, write idempotently.
pub(super) const CLUSTER: i32 = bits(&[5, 7, 8, 9, 10, 11, 12]);
/// On a topic: read, write, create, delete, alter, describe, describe and alter settings.
pub(super) const TOPIC: i32 = bits(&[3, 4, 5, 6, 7, 8, 10, 11]);

const fn bits(operations: &[u32]) -> i32 {
    let mut bits = 0;
    let mut i = 0;
    while i < operations.len() {
        bits |= 1 << operations[i];
        i += 1;
    }
    bits
}
