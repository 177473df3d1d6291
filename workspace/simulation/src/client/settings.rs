//! The times of a client, as `palinode-log` and librdkafka have them, in milliseconds.

/// As `FENCE_TIMEOUT` of `palinode-log`.
pub(super) const FENCE_MS: i64 = 15_000;
/// As `COMMIT_TIMEOUT` of `palinode-log`.
pub(super) const COMMIT_MS: i64 = 10_000;
/// As `ABORT_TIMEOUT` of `palinode-log`.
pub(super) const ABORT_MS: i64 = 5_000;
/// As `QUERY_TIMEOUT` of `palinode-log`.
pub(super) const QUERY_MS: i64 = 5_000;
/// As `TRANSACTION_TIMEOUT` of `palinode-log`; librdkafka gives a record no longer than this, nor a request.
pub(super) const TRANSACTION_MS: i64 = 5_000;
/// How long the broker holds a fetch that finds nothing.
pub(super) const FETCH_WAIT_MS: i64 = 500;
/// Bytes that a fetch brings at the most.
pub(super) const FETCH_BYTES: i32 = 4 * 1024 * 1024;
/// Records that a reader fetches ahead.
pub(super) const FETCHED_AHEAD_MAX: usize = 20_000;
/// The pause before a request is tried again.
pub(super) const RETRY_MS: i64 = 100;
/// The pause while the transaction before is not quite ended.
pub(super) const CONCURRENT_MS: i64 = 20;

pub(super) const INIT_VERSION: i16 = 4;
pub(super) const ADD_VERSION: i16 = 3;
pub(super) const PRODUCE_VERSION: i16 = 9;
pub(super) const END_VERSION: i16 = 3;
pub(super) const FETCH_VERSION: i16 = 12;
pub(super) const LIST_VERSION: i16 = 7;
