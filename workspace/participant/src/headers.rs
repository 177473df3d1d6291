//! The names of the headers, and CloudEvents times.

use palinode_core::Timestamp;

/// The CloudEvents version, always `1.0`.
pub const CE_SPECVERSION: &str = "ce_specversion";
/// The id of the message: the same for every copy of it.
pub const CE_ID: &str = "ce_id";
/// The full record name.
pub const CE_TYPE: &str = "ce_type";
/// Who wrote it.
pub const CE_SOURCE: &str = "ce_source";
/// When it was written (RFC 3339, UTC, milliseconds).
pub const CE_TIME: &str = "ce_time";
/// The content type.
pub const CONTENT_TYPE: &str = "content-type";
/// The content type of Avro in the Confluent format.
pub const AVRO: &str = "application/avro";
/// W3C trace context.
pub const TRACEPARENT: &str = "traceparent";
/// Goes through every message, journal record and log line that one request led to.
pub const CORRELATION_ID: &str = "correlation-id";
/// Names the request (definition/saga/step/purpose/round).
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Names the saga (definition/key).
pub const SAGA_ID: &str = "saga-id";

/// The CloudEvents form of a time.
pub fn time_text(time: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(time.0).unwrap_or_default();
    format!("{at:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_utc_with_milliseconds() {
        assert_eq!(time_text(Timestamp(1_700_000_000_120)), "2023-11-14T22:13:20.120Z");
    }
}
