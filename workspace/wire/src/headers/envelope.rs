//! Writing the headers of a message.

use bytes::Bytes;
use palinode_core::Timestamp;

use super::{
    ATTEMPT, CE_ID, CE_SOURCE, CE_SPECVERSION, CE_SPECVERSION_VALUE, CE_TIME, CE_TYPE, CONTENT_TYPE, CONTENT_TYPE_AVRO,
    CORRELATION_ID, IDEMPOTENCY_KEY, SAGA_ID, TRACEPARENT,
};
use crate::rfc3339;

/// What the headers of a message say. What is none is left out.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// The message's id.
    pub id: &'a str,
    /// The full name of the record.
    pub record: &'a str,
    /// Who sends it.
    pub source: &'a str,
    /// When it happened.
    pub time: Timestamp,
    /// The W3C trace context.
    pub traceparent: Option<&'a str>,
    /// The correlation id.
    pub correlation_id: Option<&'a str>,
    /// The text of the idempotency key.
    pub idempotency_key: Option<&'a str>,
    /// The text of the saga id.
    pub saga_id: Option<&'a str>,
    /// The number of the command.
    pub attempt: Option<u32>,
}

impl Envelope<'_> {
    /// The headers, in a fixed order. All values share one buffer.
    pub fn headers(&self) -> Vec<(&'static str, Bytes)> {
        let time = rfc3339(self.time);
        let attempt = self.attempt.map(|attempt| attempt.to_string());
        let varying = [
            (CE_ID, Some(self.id)),
            (CE_TYPE, Some(self.record)),
            (CE_SOURCE, Some(self.source)),
            (CE_TIME, Some(time.as_str())),
            (TRACEPARENT, self.traceparent),
            (CORRELATION_ID, self.correlation_id),
            (IDEMPOTENCY_KEY, self.idempotency_key),
            (SAGA_ID, self.saga_id),
            (ATTEMPT, attempt.as_deref()),
        ];
        let present = || varying.iter().filter_map(|(name, value)| Some((*name, (*value)?)));

        let mut buffer = Vec::with_capacity(present().map(|(_, value)| value.len()).sum());
        present().for_each(|(_, value)| buffer.extend_from_slice(value.as_bytes()));
        let mut buffer = Bytes::from(buffer);

        let mut headers = Vec::with_capacity(varying.len() + 2);
        headers.push((CE_SPECVERSION, Bytes::from_static(CE_SPECVERSION_VALUE.as_bytes())));
        headers.push((CONTENT_TYPE, Bytes::from_static(CONTENT_TYPE_AVRO.as_bytes())));
        headers.extend(present().map(|(name, value)| (name, buffer.split_to(value.len()))));
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headers::MessageHeaders;

    #[test]
    fn what_was_written_is_read_and_what_is_none_is_left_out() {
        let envelope = Envelope {
            id: "d/k/payment/forward/1/2",
            record: "shop.payments.ReservePayment",
            source: "palinode/shop",
            time: Timestamp(0),
            traceparent: None,
            correlation_id: Some("c-1"),
            idempotency_key: Some("d/k/payment/forward/1"),
            saga_id: Some("d/k"),
            attempt: Some(2),
        };
        let written = envelope.headers();
        let read = MessageHeaders::read(written.iter().map(|(name, value)| (*name, &**value)));
        assert_eq!(
            read,
            MessageHeaders {
                ce_id: Some("d/k/payment/forward/1/2"),
                ce_type: Some("shop.payments.ReservePayment"),
                ce_source: Some("palinode/shop"),
                ce_time: Some("1970-01-01T00:00:00.000Z"),
                correlation_id: Some("c-1"),
                idempotency_key: Some("d/k/payment/forward/1"),
                saga_id: Some("d/k"),
                attempt: Some("2"),
                ..MessageHeaders::default()
            }
        );
        assert_eq!(written[0], (CE_SPECVERSION, Bytes::from_static(b"1.0")));
        assert_eq!(written[1], (CONTENT_TYPE, Bytes::from_static(b"application/avro")));
        assert!(written.iter().all(|(name, _)| *name != TRACEPARENT));
    }
}
