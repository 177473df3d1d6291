//! The HTTP side: the queue, the pace, the stock.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post, put},
};
use palinode_participant::{Composer, Database, HandlerError, Outbox, Refusal, now, rusqlite};
use serde::{Deserialize, Serialize};

use crate::{
    Pace,
    handler::receive,
    packing::{self, Queue},
    stock::{self, Stock},
};

#[derive(Clone)]
struct Access {
    database: Database,
    composer: Composer,
    pace: Pace,
}

/// `GET /queue`, `PUT /pace`, `POST /stock` and `GET /stock/{sku}`.
pub(crate) fn routes(database: Database, composer: Composer, pace: Pace) -> Router {
    Router::new()
        .route("/queue", get(queue))
        .route("/pace", put(set_pace))
        .route("/stock", post(receive_stock))
        .route("/stock/{sku}", get(show_stock))
        .with_state(Access {
            database,
            composer,
            pace,
        })
}

#[derive(Debug, Serialize)]
struct QueueView {
    #[serde(flatten)]
    queue: Queue,
    pickers: u32,
}

async fn queue(State(access): State<Access>) -> Result<Json<QueueView>, Refusal> {
    let queue: Result<_, rusqlite::Error> = access.database.read(packing::queue);
    Ok(Json(QueueView {
        queue: queue?,
        pickers: access.pace.pickers(),
    }))
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PaceBody {
    pickers: u32,
    packing_millis: u64,
}

async fn set_pace(State(access): State<Access>, Json(body): Json<PaceBody>) -> Json<PaceBody> {
    access.pace.set(body.pickers, body.packing_millis);
    Json(body)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Receipt {
    sku: String,
    quantity: i32,
}

async fn receive_stock(State(access): State<Access>, Json(receipt): Json<Receipt>) -> Result<StatusCode, Refusal> {
    let Receipt { sku, quantity } = receipt;
    if sku.is_empty() || quantity <= 0 {
        let detail = "an article and a positive quantity are needed";
        return Err(Refusal::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "nothing can be received",
            detail,
        ));
    }
    access.database.transaction(|tx| {
        let event = receive(&access.composer, &sku, quantity, now(), tx)?;
        Outbox::put(tx, &event)?;
        Ok::<_, HandlerError>(())
    })?;
    Ok(StatusCode::CREATED)
}

async fn show_stock(State(access): State<Access>, Path(sku): Path<String>) -> Result<Json<Stock>, Refusal> {
    let found: Result<_, rusqlite::Error> = access.database.read(|connection| stock::find(connection, &sku));
    found?
        .map(Json)
        .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "the article never came in", sku))
}
