//! The handlers of orders.

use std::sync::Arc;

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{
        Path, State,
        rejection::{BytesRejection, JsonRejection},
    },
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use metrics::counter;
use serde::Deserialize;

use super::{
    answers::{OrderView, WishView},
    router::Parts,
};
use crate::{
    Placement, Wish,
    counter::{Done, Request},
    idempotency::{Fingerprint, IdempotencyKey},
    placement::Fault,
    problem::Problem,
    trace::CallIds,
};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Tells a caller that the answer is one that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Characters of a customer's reason: a few sentences.
const REASON_CHARS_MAX: usize = 500;

/// `POST /orders`
pub(super) async fn place(
    State(parts): State<Arc<Parts>>,
    Extension(ids): Extension<CallIds>,
    headers: HeaderMap,
    body: Result<Json<Placement>, JsonRejection>,
) -> Result<Response, Problem> {
    let key = headers
        .get(IDEMPOTENCY_KEY)
        .and_then(|value| value.to_str().ok())
        .and_then(IdempotencyKey::parse);
    let key = key.ok_or(Problem::KeyMissing)?;
    let Json(placement) = body.map_err(|rejection| unreadable(rejection.status(), rejection.body_text()))?;
    let faults = placement.faults();
    if !faults.is_empty() {
        return Err(Problem::Invalid(faults));
    }
    let running = parts.running.enter(&key).ok_or(Problem::KeyRunning)?;
    let fingerprint = Fingerprint::of(&placement);
    let answer = parts
        .writer
        .serve(
            Request::Place {
                placement,
                key,
                fingerprint,
            },
            ids,
            Some(running),
        )
        .await?;
    match answer {
        Done::Placed { order_id, body } => {
            counter!("shop_orders_placed_total").increment(1);
            tracing::info!(order_id, "an order was placed");
            Ok(created(&order_id, body))
        }
        Done::Repeated { order_id, body } => {
            counter!("shop_orders_repeated_total").increment(1);
            tracing::info!(order_id, "a request was repeated and got its first answer");
            let mut response = created(&order_id, body);
            response
                .headers_mut()
                .insert(REPLAYED, HeaderValue::from_static("true"));
            Ok(response)
        }
        Done::Wished { .. } => Err(Problem::Unavailable),
    }
}

/// `GET /orders/{id}`
pub(super) async fn show(State(parts): State<Arc<Parts>>, Path(id): Path<String>) -> Result<Json<OrderView>, Problem> {
    let order = parts.reader.find(id).await?.ok_or(Problem::UnknownOrder)?;
    Ok(Json(OrderView::of(&order)))
}

/// `POST /orders/{id}/payment`
pub(super) async fn pay(
    State(parts): State<Arc<Parts>>,
    Extension(ids): Extension<CallIds>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    wish(&parts, ids, id, Wish::Pay).await
}

/// The body of `POST /orders/{id}/cancel`; it may be left out.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cancellation {
    #[serde(default)]
    reason: String,
}

/// `POST /orders/{id}/cancel`
pub(super) async fn cancel(
    State(parts): State<Arc<Parts>>,
    Extension(ids): Extension<CallIds>,
    Path(id): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    let body = body.map_err(|rejection| unreadable(rejection.status(), rejection.body_text()))?;
    let Cancellation { reason } = match body.is_empty() {
        true => Cancellation::default(),
        false => {
            serde_json::from_slice(&body).map_err(|error| unreadable(StatusCode::BAD_REQUEST, error.to_string()))?
        }
    };
    if reason.chars().count() > REASON_CHARS_MAX {
        let detail = format!("must be at most {REASON_CHARS_MAX} characters");
        return Err(Problem::Invalid(vec![Fault {
            pointer: "/reason".into(),
            detail,
        }]));
    }
    wish(&parts, ids, id, Wish::Cancel { reason }).await
}

async fn wish(parts: &Parts, ids: CallIds, order_id: String, wish: Wish) -> Result<Response, Problem> {
    let kind = match wish {
        Wish::Cancel { .. } => "cancel",
        Wish::Pay => "payment",
    };
    let request = Request::Wish {
        order_id: order_id.clone(),
        wish,
    };
    let Done::Wished { status } = parts.writer.serve(request, ids, None).await? else {
        return Err(Problem::Unavailable);
    };
    counter!("shop_orders_wishes_total", "kind" => kind).increment(1);
    tracing::info!(order_id, kind, "a wish was passed on");
    Ok((StatusCode::ACCEPTED, Json(WishView::of(order_id, status))).into_response())
}

fn created(order_id: &str, body: String) -> Response {
    let location = HeaderValue::from_str(&format!("/orders/{order_id}"));
    let mut response = (StatusCode::CREATED, body).into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(location) = location {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// A body of the right form and the wrong content is a bad request here: 422 says that a key was used again.
fn unreadable(status: StatusCode, detail: String) -> Problem {
    let status = if status == StatusCode::UNPROCESSABLE_ENTITY {
        StatusCode::BAD_REQUEST
    } else {
        status
    };
    Problem::Unreadable { status, detail }
}
