//! Reading headers without copying them.

use palinode_core::{IdempotencyKey, SagaId};

use super::{
    ATTEMPT, CE_ID, CE_SOURCE, CE_TIME, CE_TYPE, CORRELATION_ID, IDEMPOTENCY_KEY, SAGA_ID, SCHEMA_GUID, TRACEPARENT,
    parse_saga_id,
};

/// The headers of one message, borrowed. A header that is missing or no UTF-8 text is none; of a header that stands
/// there more than once the last counts, as for Kafka's own clients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MessageHeaders<'a> {
    /// The message's id.
    pub ce_id: Option<&'a str>,
    /// The full name of the record.
    pub ce_type: Option<&'a str>,
    /// Who sent it.
    pub ce_source: Option<&'a str>,
    /// When it happened.
    pub ce_time: Option<&'a str>,
    /// The W3C trace context.
    pub traceparent: Option<&'a str>,
    /// The correlation id.
    pub correlation_id: Option<&'a str>,
    /// The text of the idempotency key.
    pub idempotency_key: Option<&'a str>,
    /// The text of the saga id.
    pub saga_id: Option<&'a str>,
    /// The number of the command.
    pub attempt: Option<&'a str>,
    /// The schema's GUID, when the value has no frame.
    pub schema_guid: Option<&'a [u8]>,
}

impl<'a> MessageHeaders<'a> {
    /// Reads them in one pass.
    pub fn read(headers: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut found = Self::default();
        for (name, value) in headers {
            let field = match name {
                CE_ID => &mut found.ce_id,
                CE_TYPE => &mut found.ce_type,
                CE_SOURCE => &mut found.ce_source,
                CE_TIME => &mut found.ce_time,
                TRACEPARENT => &mut found.traceparent,
                CORRELATION_ID => &mut found.correlation_id,
                IDEMPOTENCY_KEY => &mut found.idempotency_key,
                SAGA_ID => &mut found.saga_id,
                ATTEMPT => &mut found.attempt,
                SCHEMA_GUID => {
                    found.schema_guid = Some(value);
                    continue;
                }
                _ => continue,
            };
            *field = std::str::from_utf8(value).ok();
        }
        found
    }

    /// The idempotency key; `None` when there is none or it is not one.
    pub fn parsed_idempotency_key(&self) -> Option<IdempotencyKey> {
        self.idempotency_key.and_then(IdempotencyKey::parse)
    }

    /// The saga id; `None` when there is none or it is not one.
    pub fn parsed_saga_id(&self) -> Option<SagaId> {
        self.saga_id.and_then(parse_saga_id)
    }
}

/// The text of the last header called `name`; `None` when there is none or it is no UTF-8 text.
pub fn last<'a>(headers: impl IntoIterator<Item = (&'a str, &'a [u8])>, name: &str) -> Option<&'a str> {
    let value = headers.into_iter().filter(|(other, _)| *other == name).last()?.1;
    std::str::from_utf8(value).ok()
}

#[cfg(test)]
mod tests {
    use palinode_core::{Purpose, Round};

    use super::*;

    #[test]
    fn the_last_of_equal_headers_counts_and_bad_text_is_none() {
        let pairs: [(&str, &[u8]); 5] = [
            (CORRELATION_ID, b"first"),
            (CORRELATION_ID, b"second"),
            (SAGA_ID, b"order-fulfilment/eu%2F7"),
            (CE_ID, &[0xff]),
            ("foreign", b"x"),
        ];
        let headers = MessageHeaders::read(pairs);
        assert_eq!(headers.correlation_id, Some("second"));
        assert_eq!(headers.ce_id, None);
        assert_eq!(headers.parsed_saga_id(), Some(SagaId::new("order-fulfilment", "eu/7")));
        assert_eq!(headers.parsed_idempotency_key(), None);
        assert_eq!(last(pairs, CORRELATION_ID), Some("second"));
        assert_eq!(last(pairs, CE_ID), None);
    }

    #[test]
    fn an_idempotency_key_is_parsed_on_demand() {
        let headers = MessageHeaders::read([(IDEMPOTENCY_KEY, "d/k/payment/compensation/2".as_bytes())]);
        let key = headers.parsed_idempotency_key().unwrap();
        assert_eq!((key.purpose, key.round), (Purpose::Compensation, Round(2)));
    }
}
