//! The routes, and the service over them.

use std::future::Future;
use std::io;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use parking_lot::Mutex;
use serde_json::json;
use tokio::net::TcpListener;

use super::reply::{Reply, not_found};
use super::{compatibility, schemas, subjects};
use crate::Registry;
use crate::limits::REQUEST_BYTES_MAX;

/// What every request uses. A registration waits for the disk with the lock held: it is rare, and the order counts.
pub(super) type Shared = Arc<Mutex<Registry>>;

/// Serves the registry until the listener fails, or the future is dropped with its runtime.
pub fn serve(listener: TcpListener, registry: Registry) -> impl Future<Output = io::Result<()>> {
    let service = routes(Arc::new(Mutex::new(registry)));
    async move { axum::serve(listener, service).await }
}

fn routes(registry: Shared) -> Router {
    Router::new()
        .route("/", get(async || Reply(json!({}))))
        .route("/subjects", get(subjects::list))
        .route("/subjects/{subject}", post(subjects::find))
        .route(
            "/subjects/{subject}/versions",
            get(subjects::versions).post(subjects::register),
        )
        .route("/subjects/{subject}/versions/{version}", get(subjects::version))
        .route(
            "/subjects/{subject}/versions/{version}/schema",
            get(subjects::version_text),
        )
        .route("/schemas/types", get(async || Reply(json!(["AVRO"]))))
        .route("/schemas/ids/{id}", get(schemas::schema))
        .route("/schemas/ids/{id}/schema", get(schemas::text))
        .route("/schemas/ids/{id}/subjects", get(schemas::subjects))
        .route("/schemas/ids/{id}/versions", get(schemas::versions))
        .route(
            "/config",
            get(compatibility::global_level).put(compatibility::set_global_level),
        )
        .route(
            "/config/{subject}",
            get(compatibility::level).put(compatibility::set_level),
        )
        .route(
            "/compatibility/subjects/{subject}/versions",
            post(compatibility::check_all),
        )
        .route(
            "/compatibility/subjects/{subject}/versions/{version}",
            post(compatibility::check),
        )
        .route("/mode", get(async || Reply(json!({"mode": "READWRITE"}))))
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
        .with_state(registry)
}
