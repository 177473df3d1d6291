//! Which request goes where, and what every request gets: its ids, its log lines, its limits.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tracing::Instrument;

use super::orders;
use crate::{idempotency::Running, problem::Problem, reader::Reader, trace::CallIds, writer::Writer};

/// Bytes of a body: the longest order that the limits allow takes about 20 KiB.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// What the handlers work with.
#[derive(Clone)]
pub(crate) struct Parts {
    pub(crate) writer: Writer,
    pub(crate) reader: Reader,
    pub(crate) running: Running,
}

/// The service's routes.
pub(crate) fn router(parts: Parts) -> Router {
    Router::new()
        .route("/orders", post(orders::place))
        .route("/orders/{id}", get(orders::show))
        .route("/orders/{id}/payment", post(orders::pay))
        .route("/orders/{id}/cancel", post(orders::cancel))
        .route("/healthz", get(|| async { "ok\n" }))
        .fallback(|| async { Problem::UnknownPage.into_response() })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn(with_ids))
        .with_state(Arc::new(parts))
}

/// Gives a request its ids: to its handler, to its log lines, to its response.
async fn with_ids(mut request: Request, next: Next) -> Response {
    let ids = CallIds::from_headers(request.headers());
    request.extensions_mut().insert(ids.clone());
    let span = tracing::info_span!(
        "request",
        method = %request.method(),
        path = request.uri().path(),
        trace_id = ids.traceparent.trace(),
        correlation_id = ids.correlation,
    );
    let mut response = next.run(request).instrument(span).await;
    ids.write_to(response.headers_mut());
    response
}
