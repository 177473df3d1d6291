//! What a caller is told when a request is refused: problem details of RFC 9457.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::placement::Fault;

/// Seconds after which a refused caller may ask again when the service is full: a queue of writes drains in less.
const RETRY_AFTER_SECONDS: u64 = 1;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// The request has no usable `Idempotency-Key`.
    KeyMissing,
    /// The key was used with another body.
    KeyReused,
    /// The first request with the key has no answer yet.
    KeyRunning,
    /// The body cannot be read.
    Unreadable {
        /// The status that the reader chose.
        status: StatusCode,
        /// Why.
        detail: String,
    },
    /// The body breaks limits.
    Invalid(Vec<Fault>),
    /// There is no such order.
    UnknownOrder,
    /// The order has ended.
    OrderEnded {
        /// How.
        status: String,
    },
    /// There is no such page.
    UnknownPage,
    /// Too many requests wait already.
    Full,
    /// The data cannot be reached, or the service stops.
    Unavailable,
}

/// The body of a refusal.
#[derive(Serialize)]
struct Details<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip_serializing_if = "<[Fault]>::is_empty")]
    errors: &'a [Fault],
}

impl Problem {
    /// The status, the last part of the type's URN, and the title.
    fn kind(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::KeyMissing => (
                StatusCode::BAD_REQUEST,
                "idempotency-key-missing",
                "The request needs an Idempotency-Key",
            ),
            Self::KeyReused => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "This Idempotency-Key was used with another body",
            ),
            Self::KeyRunning => (
                StatusCode::CONFLICT,
                "idempotency-key-running",
                "The first request with this Idempotency-Key is still running",
            ),
            Self::Unreadable { status, .. } => (*status, "body-unreadable", "The body cannot be read"),
            Self::Invalid(_) => (StatusCode::BAD_REQUEST, "body-invalid", "The body breaks limits"),
            Self::UnknownOrder => (StatusCode::NOT_FOUND, "order-unknown", "There is no such order"),
            Self::OrderEnded { .. } => (StatusCode::CONFLICT, "order-ended", "The order has ended"),
            Self::UnknownPage => (StatusCode::NOT_FOUND, "page-unknown", "There is no such page"),
            Self::Full => (
                StatusCode::SERVICE_UNAVAILABLE,
                "full",
                "Too many requests wait already",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "The service cannot answer now",
            ),
        }
    }

    fn detail(&self) -> Option<String> {
        match self {
            Self::KeyMissing => Some(format!(
                "Send a header 'Idempotency-Key' of 1 to {} characters, for example a UUID, and the same again with \
                 every repeat of this request.",
                crate::idempotency::KEY_CHARS_MAX
            )),
            Self::KeyReused => Some("Take a new key for a new order.".into()),
            Self::KeyRunning => Some("Wait, then ask again with the same key.".into()),
            Self::Unreadable { detail, .. } => Some(detail.clone()),
            Self::OrderEnded { status } => Some(format!("Its last status is '{status}'.")),
            Self::Invalid(_) | Self::UnknownOrder | Self::UnknownPage | Self::Full | Self::Unavailable => None,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, kind, title) = self.kind();
        let errors = match &self {
            Self::Invalid(faults) => faults.as_slice(),
            _ => &[],
        };
        let details = Details {
            kind: format!("urn:palinode:problem:{kind}"),
            title,
            status: status.as_u16(),
            detail: self.detail(),
            errors,
        };
        let mut response = (status, Json(details)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if status == StatusCode::SERVICE_UNAVAILABLE || self == Self::KeyRunning {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
        }
        response
    }
}
