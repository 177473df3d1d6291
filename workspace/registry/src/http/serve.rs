//! The routes, and the service over them.

use std::future::Future;
use std::io;

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::{Router, middleware};
use serde_json::json;
use tokio::net::TcpListener;

use super::reply::{Reply, method_not_allowed, negotiate, not_found};
use super::shared::Shared;
use super::{compatibility, config, mode, schemas, subjects, versions};
use crate::Registry;
use crate::limits::REQUEST_BYTES_MAX;

/// Serves the registry until the listener fails, or the future is dropped with its runtime.
pub fn serve(listener: TcpListener, registry: Registry) -> impl Future<Output = io::Result<()>> {
    let service = routes(Shared::new(registry));
    async move { axum::serve(listener, service).await }
}

fn routes(registry: Shared) -> Router {
    Router::new()
        .route("/", get(async || Reply(json!({}))))
        .merge(subject_routes())
        .merge(schema_routes())
        .merge(settings_routes())
        .route("/contexts", get(async || Reply(json!(["."]))))
        .route(
            "/compatibility/subjects/{subject}/versions",
            post(compatibility::check_all),
        )
        .route(
            "/compatibility/subjects/{subject}/versions/{version}",
            post(compatibility::check),
        )
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX))
        .layer(middleware::from_fn(negotiate))
        .with_state(registry)
}

fn subject_routes() -> Router<Shared> {
    Router::new()
        .route("/subjects", get(subjects::list))
        .route("/subjects/{subject}", post(subjects::find).delete(subjects::delete))
        .route(
            "/subjects/{subject}/versions",
            get(versions::list).post(versions::register),
        )
        .route(
            "/subjects/{subject}/versions/{version}",
            get(versions::version).delete(versions::delete),
        )
        .route("/subjects/{subject}/versions/{version}/schema", get(versions::text))
        .route(
            "/subjects/{subject}/versions/{version}/referencedby",
            get(versions::referrers),
        )
}

fn schema_routes() -> Router<Shared> {
    Router::new()
        .route("/schemas", get(schemas::list))
        .route("/schemas/types", get(async || Reply(json!(["AVRO"]))))
        .route("/schemas/ids/{id}", get(schemas::schema))
        .route("/schemas/ids/{id}/schema", get(schemas::text))
        .route("/schemas/ids/{id}/subjects", get(schemas::subjects))
        .route("/schemas/ids/{id}/versions", get(schemas::versions))
        .route("/schemas/guids/{guid}", get(schemas::by_guid))
        .route("/schemas/guids/{guid}/ids", get(schemas::ids_of_guid))
}

fn settings_routes() -> Router<Shared> {
    Router::new()
        .route(
            "/config",
            get(config::global)
                .put(config::set_global)
                .delete(config::delete_global),
        )
        .route(
            "/config/{subject}",
            get(config::own).put(config::set).delete(config::delete),
        )
        .route(
            "/mode",
            get(mode::global).put(mode::set_global).delete(mode::delete_global),
        )
        .route("/mode/{subject}", get(mode::own).put(mode::set).delete(mode::delete))
}
