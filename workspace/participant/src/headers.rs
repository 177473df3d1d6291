//! The names of the headers, and CloudEvents times.

use palinode_core::Timestamp;
pub use palinode_wire::headers::{
    CE_ID, CE_SOURCE, CE_SPECVERSION, CE_TIME, CE_TYPE, CONTENT_TYPE, CONTENT_TYPE_AVRO as AVRO, CORRELATION_ID,
    IDEMPOTENCY_KEY, SAGA_ID, TRACEPARENT,
};

/// The CloudEvents form of a time.
pub fn time_text(time: Timestamp) -> String {
    palinode_wire::rfc3339(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_utc_with_milliseconds() {
        assert_eq!(time_text(Timestamp(1_700_000_000_120)), "2023-11-14T22:13:20.120Z");
    }
}
