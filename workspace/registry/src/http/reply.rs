//! Replies and errors as Confluent's registry writes them.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::Error;

const CONTENT_TYPE: &str = "application/vnd.schemaregistry.v1+json";

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

pub(super) async fn not_found() -> Response {
    respond(
        StatusCode::NOT_FOUND,
        &json!({"error_code": 404, "message": "HTTP 404 Not Found"}),
    )
}

fn respond(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => (status, [(header::CONTENT_TYPE, CONTENT_TYPE)], body).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
