//! How large a frame may be.

use kafka_protocol::messages::ApiKey;

/// The largest frame, in bytes: Kafka's default of `socket.request.max.bytes`.
pub const FRAME_BYTES_MAX: usize = 100 * 1024 * 1024;
/// The largest frame of a request that carries no records: offsets of some fifty thousand partitions fit.
pub const BARE_FRAME_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How large a frame of a request may be.
pub(super) fn frame_bytes_max(api: ApiKey) -> usize {
    match api {
        ApiKey::Produce => FRAME_BYTES_MAX,
        _ => BARE_FRAME_BYTES_MAX,
    }
}
