//! The HTTP side: consignments.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::get,
};
use palinode_participant::{Database, Refusal, rusqlite};

use crate::consignments::{self, Consignment};

/// `GET /consignments/{order_id}`.
pub(crate) fn routes(database: Database) -> Router {
    Router::new()
        .route("/consignments/{order_id}", get(show))
        .with_state(database)
}

async fn show(State(database): State<Database>, Path(order_id): Path<String>) -> Result<Json<Consignment>, Refusal> {
    let found: Result<_, rusqlite::Error> = database.read(|connection| consignments::of_order(connection, &order_id));
    found?
        .map(Json)
        .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "the order was not shipped", order_id))
}
