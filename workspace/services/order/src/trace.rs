//! The ids by which one call is followed through every message and log line: W3C trace context and correlation id.
//!
//! No spans are exported here; the ids are passed on.

use std::fmt;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// The header of the W3C trace context, in HTTP and in Kafka.
pub(crate) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// The header of the correlation id, in HTTP and in Kafka.
pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("correlation-id");
/// Characters of a correlation id that is taken over: it stands in every record of the order.
const CORRELATION_CHARS_MAX: usize = 128;

/// The ids of one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CallIds {
    /// Our place in the caller's trace, or in a new one.
    pub traceparent: Traceparent,
    /// The caller's correlation id, or a new one.
    pub correlation: String,
}

impl CallIds {
    /// Takes the ids from a request's headers; what is missing or not well-formed is made new.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Self {
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let traceparent = text(&TRACEPARENT)
            .and_then(Traceparent::parse)
            .map(|caller| caller.child());
        let correlation = text(&CORRELATION_ID)
            .filter(|text| is_correlation(text))
            .map(str::to_owned);
        Self {
            traceparent: traceparent.unwrap_or_else(Traceparent::random),
            correlation: correlation.unwrap_or_else(|| Uuid::new_v4().to_string()),
        }
    }

    /// Puts the ids into a response's headers.
    pub(crate) fn write_to(&self, headers: &mut HeaderMap) {
        for (name, text) in [
            (TRACEPARENT, self.traceparent.to_string()),
            (CORRELATION_ID, self.correlation.clone()),
        ] {
            if let Ok(value) = HeaderValue::from_str(&text) {
                headers.insert(name, value);
            }
        }
    }
}

/// A W3C `traceparent` of version 00.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Traceparent {
    trace: String,
    span: String,
    flags: String,
}

impl Traceparent {
    /// Reads the header's text; `None` when the standard says to start a new trace.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_known =
            version == "00" && parts.next().is_none() || is_hex(version, 2) && version > "00" && version < "ff";
        let is_set = |text: &str, digits| is_hex(text, digits) && text.bytes().any(|digit| digit != b'0');
        (is_known && is_set(trace, 32) && is_set(span, 16) && is_hex(flags, 2)).then(|| Self {
            trace: trace.into(),
            span: span.into(),
            flags: flags.into(),
        })
    }

    /// A new trace, recorded.
    pub(crate) fn random() -> Self {
        Self {
            trace: Uuid::new_v4().simple().to_string(),
            span: random_span(),
            flags: "01".into(),
        }
    }

    /// A new span of the same trace.
    #[must_use]
    pub(crate) fn child(&self) -> Self {
        Self {
            span: random_span(),
            ..self.clone()
        }
    }

    /// The id that all spans of the trace share.
    pub(crate) fn trace(&self) -> &str {
        &self.trace
    }
}

impl fmt::Display for Traceparent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{}", self.trace, self.span, self.flags)
    }
}

fn random_span() -> String {
    Uuid::new_v4().simple().to_string()[..16].into()
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_correlation(text: &str) -> bool {
    (1..=CORRELATION_CHARS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn the_callers_trace_goes_on_with_a_span_of_ours() {
        let mut headers = HeaderMap::new();
        headers.insert(
            TRACEPARENT,
            HeaderValue::from_str(&format!("00-{TRACE}-00f067aa0ba902b7-00")).unwrap(),
        );
        headers.insert(CORRELATION_ID, HeaderValue::from_static("call-7"));
        let ids = CallIds::from_headers(&headers);
        let text = ids.traceparent.to_string();
        assert!(
            text.starts_with(&format!("00-{TRACE}-")) && text.ends_with("-00"),
            "{text}"
        );
        assert!(!text.contains("00f067aa0ba902b7"));
        assert_eq!(ids.correlation, "call-7");
        let mut answered = HeaderMap::new();
        ids.write_to(&mut answered);
        assert_eq!(CallIds::from_headers(&answered).traceparent.trace(), TRACE);
    }

    #[test]
    fn ids_that_are_missing_are_made() {
        let ids = CallIds::from_headers(&HeaderMap::new());
        assert_eq!(
            Traceparent::parse(&ids.traceparent.to_string()),
            Some(ids.traceparent.clone())
        );
        assert_ne!(ids, CallIds::from_headers(&HeaderMap::new()));
    }

    #[test]
    fn what_is_not_well_formed_is_not_taken_over() {
        let zeros = "0".repeat(32);
        for text in [
            "",
            "00-abc-00f067aa0ba902b7-01",
            &format!("00-{zeros}-00f067aa0ba902b7-01"),
            &format!("00-{TRACE}-0000000000000000-01"),
            &format!("00-{}-00f067aa0ba902b7-01", TRACE.to_uppercase()),
            &format!("ff-{TRACE}-00f067aa0ba902b7-01"),
            &format!("00-{TRACE}-00f067aa0ba902b7-01-more"),
        ] {
            assert_eq!(Traceparent::parse(text), None, "{text}");
        }
        assert!(
            Traceparent::parse(&format!("01-{TRACE}-00f067aa0ba902b7-01-more")).is_some(),
            "a later version"
        );
        let mut headers = HeaderMap::new();
        headers.insert(CORRELATION_ID, HeaderValue::from_static("two words"));
        assert_ne!(CallIds::from_headers(&headers).correlation, "two words");
    }
}
