//! Replies and errors as Confluent's registry writes them.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::Error;

/// The types of content that can be asked for, all of them JSON. The first is what one gets who does not ask.
const CONTENT_TYPES: [&str; 3] = [
    "application/vnd.schemaregistry.v1+json",
    "application/vnd.schemaregistry+json",
    "application/json",
];

/// A reply with status 200.
pub(super) struct Reply<T>(pub(super) T);

/// What a handler gives back.
pub(super) type Handled<T> = Result<Reply<T>, Error>;

impl<T: Serialize> IntoResponse for Reply<T> {
    fn into_response(self) -> Response {
        respond(StatusCode::OK, &self.0)
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        respond(status, &json!({"error_code": self.code(), "message": self.to_string()}))
    }
}

pub(super) async fn not_found() -> Error {
    Error::PathNotFound
}

pub(super) async fn method_not_allowed() -> Response {
    let message = "HTTP 405 Method Not Allowed";
    respond(
        StatusCode::METHOD_NOT_ALLOWED,
        &json!({"error_code": 405, "message": message}),
    )
}

/// Writes the content type that the request prefers on its response.
pub(super) async fn negotiate(request: Request, next: Next) -> Response {
    let wanted = wanted(request.headers());
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(wanted));
    response
}

/// The first known type among those that the request accepts; weights are not looked at.
fn wanted(headers: &HeaderMap) -> &'static str {
    let accepted = headers.get_all(header::ACCEPT).iter();
    let mut types = accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|range| range.split(';').next().unwrap_or_default().trim());
    types
        .find_map(|range| CONTENT_TYPES.into_iter().find(|known| *known == range))
        .unwrap_or(CONTENT_TYPES[0])
}

fn respond(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => (status, body).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_type_that_is_accepted_is_given() {
        let given = |accept: &'static str| {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
            wanted(&headers)
        };

        assert_eq!(given("*/*"), CONTENT_TYPES[0]);
        assert_eq!(given("text/html, application/json;q=0.5"), CONTENT_TYPES[2]);
        assert_eq!(
            given("application/vnd.schemaregistry+json, application/json"),
            CONTENT_TYPES[1]
        );
        assert_eq!(wanted(&HeaderMap::new()), CONTENT_TYPES[0]);
    }
}
